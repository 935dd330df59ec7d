import { assert } from '../../shared/kernel/assert.ts';
import type { SeedJob, SeedResult } from './seed-pool.ts';
import { type CentreStore, openCentreStore } from './sim-centre.ts';
import { simulate } from './simulate.ts';

/** A process that runs one seed after the other on one embedded centre, as the pool sends them. */

let store: Promise<CentreStore> | undefined;

async function run({ seed, faults, without, steps }: SeedJob): Promise<SeedResult> {
  store ??= openCentreStore();
  try {
    const done = await simulate(seed, {
      store: await store,
      faults,
      guards: without && { without: new Set([without]) },
      ...(steps === undefined ? {} : { steps }),
    });
    return { seed, done };
  } catch (error) {
    // A seed that throws is a finding of its own; what it left behind is not the next one's.
    const broken = store;
    store = undefined;
    await broken.then(({ close }) => close()).catch(() => {});
    return { seed, crashed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

process.on('message', (job: SeedJob) => {
  void run(job).then((result) => {
    assert(process.send, 'the pool started this process');
    process.send(result);
  });
});

// Whoever asked is gone, perhaps killed: nobody waits for the seed that runs.
process.on('disconnect', () => process.exit());
