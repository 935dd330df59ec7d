import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultNames } from './faults.ts';
import { type CentreStore, openCentreStore } from './sim-centre.ts';
import { simulate } from './simulate.ts';

const isLong = process.env.LONG === '1';
/** The usual run is short; `npm run sim -- --seeds 1..60` and the long lane go further. */
const SEEDS = isLong ? 10_000 : 10;
/**
 * Found and not yet repaired: after a restore of the centre one ledger still holds rights that the centre does not
 * count as its own, because an incarnation that no machine has any more never reports. Nothing is over-redeemed.
 */
const OPEN: ReadonlySet<number> = new Set([2]);
const seeds = Array.from({ length: SEEDS }, (_, i) => i + 1);
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

  test.each(seeds.filter((seed) => !OPEN.has(seed)))(
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

  test.fails.each([...OPEN])('seed %i converges', { timeout: SEED_TIMEOUT_MS }, async (seed) => {
    const { violations } = await simulate(seed, { store });
    expect(violations).toEqual([]);
  });

  test('meant something: faults of every kind, redemptions and refusals occurred', () => {
    if (isLong) expect([...seen].sort()).toEqual([...faultNames].sort());
    expect(seen.size).toBeGreaterThan(faultNames.length / 2);
    expect(redemptions).toBeGreaterThan(SEEDS * 5);
    expect(refusals).toBeGreaterThan(SEEDS * 5);
  });

  test('a seed replays', { timeout: SEED_TIMEOUT_MS }, async () => {
    const first = await simulate(7, { store, steps: 120 });
    const second = await simulate(7, { store, steps: 120 });
    expect(second.digest).toBe(first.digest);
  });
});
