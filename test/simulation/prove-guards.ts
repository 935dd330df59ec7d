import { type GuardName, guardNames } from '../../shared/redemption/guards.ts';
import type { Invariant } from './invariants.ts';
import type { SeedPool } from './seed-pool.ts';

/** Each guard must be missed by one of so many seeds. */
export const SEEDS_TO_MISS_IT = 200;

export type Missed = {
  readonly guard: GuardName;
  readonly seed: number;
  readonly invariant: Invariant | 'no_crash';
  readonly detail: string;
};

/** @returns the first seed that fails without this guard; `undefined`: nobody misses it */
export async function firstSeedWithout(
  pool: SeedPool,
  guard: GuardName,
  seeds = SEEDS_TO_MISS_IT,
): Promise<Missed | undefined> {
  for (let seed = 1; seed <= seeds; seed++) {
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
  await Promise.all(guards.map(async (guard) => onProven(guard, await firstSeedWithout(pool, guard))));
}
