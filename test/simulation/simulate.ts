import type { Guards } from '../../shared/redemption/guards.ts';
import { actions, settleDevice } from './actions.ts';
import { drawRates, type FaultName } from './faults.ts';
import type { Violation } from './found.ts';
import { heal } from './heal.ts';
import { checkHealed } from './healed.ts';
import { checkStep } from './invariants.ts';
import { makeCentralOffer, makeSingleUseOffer } from './offers.ts';
import { prng } from './prng.ts';
import type { CentreStore } from './sim-centre.ts';
import { strikeFaults } from './strikes.ts';
import { type Counts, createWorld, type World } from './world.ts';

export const STEPS = 400;
const LEDGERS = 3;
/** Enough to see what is wrong; more of the same does not help. */
const MAX_VIOLATIONS = 5;

export type Simulated = {
  readonly seed: number;
  readonly ledgers: number;
  readonly counts: Counts;
  readonly violations: readonly Violation[];
  /** Of everything that happened: the same for every run of a seed. */
  readonly digest: string;
  readonly tail: readonly string[];
};

export type SimulateOptions = {
  readonly store: CentreStore;
  readonly faults?: readonly FaultName[] | undefined;
  /** Rules that are taken away, at the ledgers and at the centre. */
  readonly guards?: Guards | undefined;
  readonly steps?: number;
  readonly print?: ((line: string) => void) | undefined;
};

const TAIL = 60;

/** Runs one seed: some hundred operations under faults, then healing, with every invariant checked on the way. */
export async function simulate(seed: number, options: SimulateOptions): Promise<Simulated> {
  const { store, faults, guards, print, steps = STEPS } = options;
  const rates = drawRates(prng(seed, 'rates'), faults);
  const world = await createWorld({ seed, rates, store, guards, print });
  const violations: Violation[] = [];
  const note = (found: Awaited<ReturnType<typeof checkStep>>) => {
    for (const { invariant, detail } of found) {
      world.trace.add(`VIOLATION ${invariant} ${detail}`);
      violations.push({ seed, step: world.step, invariant, detail });
    }
  };
  try {
    await begin(world);
    for (world.step = 1; world.step <= steps && violations.length === 0; world.step++) {
      await strikeFaults(world);
      await act(world);
      for (const device of world.liveDevices()) await settleDevice(world, device);
      note(await checkStep(world));
    }
    if (violations.length === 0) {
      await heal(world);
      note(await checkHealed(world));
    }
    return {
      seed,
      ledgers: world.truth.devices.size,
      counts: world.counts,
      violations: violations.slice(0, MAX_VIOLATIONS),
      digest: world.trace.digest(),
      tail: world.trace.tail(TAIL),
    };
  } finally {
    await world.close();
  }
}

/** Three shops, some of them enrolled, and the offers that everybody is after. */
async function begin(world: World): Promise<void> {
  const { prng } = world;
  await makeCentralOffer(world, 'strict', { total: prng.between(4, 20) });
  await makeCentralOffer(world, 'strict', { total: prng.between(2, 8) });
  await makeCentralOffer(world, 'bounded', { total: prng.between(3, 10) });
  await makeCentralOffer(world, 'unlimited');
  await makeCentralOffer(world, 'strict', { budgetMinor: prng.between(15, 60) * 100 });
  await makeCentralOffer(world, 'bounded', { budgetMinor: prng.between(5, 20) * 100 });
  await makeSingleUseOffer(world);
  for (let i = 0; i < LEDGERS; i++) await world.addMachine();
}

const totalWeight = actions.reduce((sum, action) => sum + action.weight, 0);

async function act(world: World): Promise<void> {
  let drawn = world.prng.fraction() * totalWeight;
  const action = actions.find(({ weight }) => {
    drawn -= weight;
    return drawn < 0;
  });
  if (!action) return;
  world.passTime(world.prng.between(200, 40_000));
  world.counts.operations++;
  const outcome = await action.run(world);
  world.trace.add(`${world.step} ${action.name} ${outcome}`);
}
