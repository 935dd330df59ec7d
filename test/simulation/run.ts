import { parseArgs } from 'node:util';
import { openCentreStore } from './sim-centre.ts';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1..10' },
    verbose: { type: 'boolean' },
    faults: { type: 'string' },
  },
});
const [a, b] = values.seeds.split('..').map(Number);
const store = await openCentreStore();
for (let seed = a ?? 1; seed <= (b ?? a ?? 1); seed++) {
  const t = performance.now();
  try {
    const r = await simulate(seed, {
      store,
      faults: values.faults?.split(',') as never,
      print: values.verbose ? (l) => console.log(l) : undefined,
    });
    console.log(
      seed,
      `${Math.round(performance.now() - t)}ms`,
      JSON.stringify(r.counts),
      r.digest.slice(0, 8),
      r.violations.length ? r.violations : 'ok',
    );
  } catch (e) {
    console.log(seed, 'THROWN', e);
  }
}
await store.close();
