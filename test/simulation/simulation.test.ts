import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultNames } from './faults.ts';
import { type CentreStore, openCentreStore } from './sim-centre.ts';
import { simulate } from './simulate.ts';

const isLong = process.env.LONG === '1';
const SEEDS = isLong ? 10_000 : 60;
/** Far above what a seed takes on a busy machine. */
const SEED_TIMEOUT_MS = 120_000;

describe('ledgers and a centre under faults', () => {
  let store: CentreStore;
  const seen = new Set<string>();
  let redemptions = 0;
  let refusals = 0;

  beforeAll(async () => {
    store = await openCentreStore();
  }, SEED_TIMEOUT_MS);
  afterAll(() => store.close());

  test.each(Array.from({ length: SEEDS }, (_, i) => i + 1))(
    'seed %i holds every invariant',
    { timeout: SEED_TIMEOUT_MS },
    async (seed) => {
      const { violations, counts } = await simulate(seed, { store });
      expect(violations).toEqual([]);
      for (const fault of Object.keys(counts.faults)) seen.add(fault);
      redemptions += counts.redemptions;
      refusals += counts.refusals;
    },
  );

  test('meant something: faults of every kind, redemptions and refusals occurred', () => {
    expect([...seen].sort()).toEqual([...faultNames].sort());
    expect(redemptions).toBeGreaterThan(SEEDS * 10);
    expect(refusals).toBeGreaterThan(SEEDS * 10);
  });

  test('a seed replays', { timeout: SEED_TIMEOUT_MS }, async () => {
    const first = await simulate(7, { store, steps: 120 });
    const second = await simulate(7, { store, steps: 120 });
    expect(second.digest).toBe(first.digest);
  });
});
