import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GuardName, guardNames } from '../../shared/redemption/guards.ts';
import { faultNames } from './faults.ts';
import { SEEDS_TO_MISS_IT, seedWithout } from './prove-guards.ts';
import { openSeedPool, type SeedPool, type SeedResult } from './seed-pool.ts';
import type { Simulated } from './simulate.ts';

const isLong = process.env.LONG === '1';
const SEEDS = isLong ? 10_000 : 60;
const seeds = Array.from({ length: SEEDS }, (_, i) => i + 1);
/** Rules whose absence shows within a few seeds. */
const soonMissed: readonly GuardName[] = [
  'retired_rights_are_burned',
  'return_leaves_the_lease',
  'grants_are_totals',
  'gaps_are_refused',
];
const SOON = 8;
const MAX_PROCESSES = 4;
/** Far above what all seeds before it and a seed itself take on a busy machine. */
const SEED_TIMEOUT_MS = isLong ? 48 * 3_600_000 : 1_200_000;

function finished(result: SeedResult): Simulated {
  if ('crashed' in result) throw new Error(`seed ${result.seed}: ${result.crashed}`);
  return result.done;
}

describe('ledgers and a centre under faults', () => {
  let pool: SeedPool;
  const results = new Map<number, Promise<SeedResult>>();
  const seen = new Map<string, number>();
  const total = { redemptions: 0, refusals: 0, incidents: 0 };

  beforeAll(() => {
    pool = openSeedPool(Math.min(MAX_PROCESSES, availableParallelism()));
    for (const seed of seeds) results.set(seed, pool.run({ seed }));
  });
  afterAll(() => pool.close());

  test.each(seeds)('seed %i holds every invariant', { timeout: SEED_TIMEOUT_MS }, async (seed) => {
    const result = await results.get(seed);
    results.delete(seed);
    if (!result) throw new Error('each seed was started');
    const { violations, counts, ledgers } = finished(result);
    expect(violations).toEqual([]);
    expect(ledgers).toBeGreaterThanOrEqual(3);
    expect(counts.operations).toBeGreaterThanOrEqual(400);
    for (const [fault, count] of Object.entries(counts.faults))
      seen.set(fault, (seen.get(fault) ?? 0) + count);
    total.redemptions += counts.redemptions;
    total.refusals += counts.refusals;
    total.incidents += counts.incidents;
  });

  test('meant something: faults of every kind, redemptions, refusals and incidents occurred', () => {
    expect([...seen.keys()].sort()).toEqual([...faultNames].sort());
    expect(total.redemptions).toBeGreaterThan(SEEDS * 20);
    expect(total.refusals).toBeGreaterThan(SEEDS * 20);
    expect(total.incidents).toBeGreaterThan(SEEDS);
  });

  // All of them, over 200 seeds: `node test/simulation/guards.ts`.
  test.each(isLong ? guardNames : soonMissed)(
    'without %s some seed fails',
    { timeout: SEED_TIMEOUT_MS },
    async (guard) => {
      const missed = await seedWithout(pool, guard, isLong ? SEEDS_TO_MISS_IT : SOON);
      expect(missed?.invariant).toBeDefined();
      expect(missed?.invariant).not.toBe('no_crash');
    },
  );

  test('a seed replays, in whichever process it runs', { timeout: SEED_TIMEOUT_MS }, async () => {
    const [first, second] = await Promise.all([1, 2].map(() => pool.run({ seed: 7, steps: 120 })));
    expect(first && finished(first).digest).toBe(second && finished(second).digest);
  });
});
