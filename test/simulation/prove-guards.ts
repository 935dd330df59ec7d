import { type GuardName, guardNames } from '../../shared/redemption/guards.ts';
import { drawRates, type FaultName, maxRates } from './faults.ts';
import type { Invariant } from './found.ts';
import { prng } from './prng.ts';
import type { SeedPool } from './seed-pool.ts';

/** Each guard must be missed by one of so many seeds. */
export const SEEDS_TO_MISS_IT = 200;

/** What a guard is there for: seeds in which it happens most are tried first. The others need none in particular. */
const against: Partial<Record<GuardName, readonly FaultName[]>> = {
  anchor_suspends_old_copy: ['old_copy_restored', 'wal_deleted'],
  old_epoch_is_ignored: ['central_restored', 'answer_late'],
  fork_retires_the_incarnation: ['cloned'],
  burned_rights_stay_burned: ['old_copy_restored', 'partition'],
  unanchored_retires_the_incarnation: ['old_copy_restored', 'wal_deleted'],
  next_incarnation_is_unique: ['cloned'],
  restored_centre_is_frozen: ['central_restored'],
  claims_are_kept: ['central_restored'],
  owed_is_paid_first: ['partition'],
};

function seedsFor(guard: GuardName, count: number): number[] {
  const seeds = Array.from({ length: count }, (_, i) => i + 1);
  const faults = against[guard] ?? [];
  const likely = new Map(
    seeds.map((seed) => {
      const rates = drawRates(prng(seed, 'rates'));
      return [seed, faults.reduce((sum, fault) => sum + rates[fault] / maxRates[fault], 0)];
    }),
  );
  return seeds.sort((a, b) => (likely.get(b) ?? 0) - (likely.get(a) ?? 0) || a - b);
}

export type Missed = {
  readonly guard: GuardName;
  readonly seed: number;
  readonly invariant: Invariant | 'no_crash';
  readonly detail: string;
};

/** @returns a seed that fails without this guard; `undefined`: nobody misses it */
export async function seedWithout(
  pool: SeedPool,
  guard: GuardName,
  seeds = SEEDS_TO_MISS_IT,
): Promise<Missed | undefined> {
  for (const seed of seedsFor(guard, seeds)) {
    const result = await pool.run({ seed, without: guard });
    if ('crashed' in result) return { guard, seed, invariant: 'no_crash', detail: result.crashed };
    const [violation] = result.done.violations;
    if (violation) return { guard, seed, invariant: violation.invariant, detail: violation.detail };
  }
  return undefined;
}

/** All of them, as many at a time as the pool has processes. */
export async function proveGuards(
  pool: SeedPool,
  onProven: (guard: GuardName, missed: Missed | undefined) => void,
  guards: readonly GuardName[] = guardNames,
): Promise<void> {
  await Promise.all(guards.map(async (guard) => onProven(guard, await seedWithout(pool, guard))));
}
