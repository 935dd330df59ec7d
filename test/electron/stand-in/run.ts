import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { launchBrowser } from './browser.ts';

/**
 * `node run.ts DEVTOOLS_PORT MAIN [ARG…]`: runs Electron's entry module MAIN over the stand-in. As in Electron,
 * `ready` comes only after that module has been evaluated: a top-level `await app.whenReady()` would hang here too.
 */
const [devtoolsPort, main] = process.argv.splice(2, 2);
if (!devtoolsPort || !main) throw new Error('usage: run.ts DEVTOOLS_PORT MAIN [ARG…]');
process.argv[1] = main;

const standIn = pathToFileURL(path.join(import.meta.dirname, 'electron.ts')).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : next(specifier, context),
});

const { app } = await import('./electron.ts');
await import(pathToFileURL(path.resolve(main)).href);
await launchBrowser(Number(devtoolsPort));
console.log(`Electron stand-in, not the Electron runtime; devtools on port ${devtoolsPort}`);
app.becomeReady();
