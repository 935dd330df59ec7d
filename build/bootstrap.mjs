// The one entry of every npm script. It must parse on any Node, however old, so that an old one gets a sentence
// instead of a syntax error: nothing newer than a dynamic import belongs in this file.
var OLDEST_NODE = 20;

if (parseInt(process.versions.node, 10) < OLDEST_NODE) {
  console.error(
    'Counterfoil needs Node.js ' +
      OLDEST_NODE +
      ' or newer to start; this is ' +
      process.version +
      '. Get a current one from https://nodejs.org',
  );
  process.exit(1);
} else {
  import('./launch.mjs').then(
    function run(launch) {
      launch.main(process.argv.slice(2));
    },
    function fail(error) {
      console.error(error);
      process.exit(1);
    },
  );
}
