import type { Prng } from './prng.ts';

/** Everything that may go wrong. Network faults are drawn for each request, the others between two operations. */
export const networkFaults = [
  'request_lost',
  'answer_lost',
  'request_duplicated',
  'request_delayed',
  'request_truncated',
  'answer_truncated',
  'answer_late',
] as const;
export const worldFaults = [
  'partition',
  'kill_before_commit',
  'kill_after_commit',
  'old_copy_restored',
  'cloned',
  'wal_deleted',
  'clock_jump',
  'central_restored',
  'location_destroyed',
  'version_skew',
] as const;

export const faultNames = [...networkFaults, ...worldFaults] as const;
export type FaultName = (typeof faultNames)[number];
export type NetworkFault = (typeof networkFaults)[number];

export function isFaultName(text: string): text is FaultName {
  return (faultNames as readonly string[]).includes(text);
}

/** The most likely each may be: per request, or per operation. */
export const maxRates: Readonly<Record<FaultName, number>> = {
  request_lost: 0.15,
  answer_lost: 0.15,
  request_duplicated: 0.15,
  request_delayed: 0.1,
  request_truncated: 0.08,
  answer_truncated: 0.08,
  answer_late: 0.08,
  partition: 0.03,
  kill_before_commit: 0.02,
  kill_after_commit: 0.02,
  old_copy_restored: 0.012,
  cloned: 0.006,
  wal_deleted: 0.01,
  clock_jump: 0.012,
  central_restored: 0.008,
  location_destroyed: 0.004,
  version_skew: 0.01,
};

/** A quiet kind of fault in half of the seeds, so that others are also seen without it. */
const QUIET = 0.4;

export type FaultRates = Readonly<Record<FaultName, number>>;

/** @param only the kinds that may happen at all; all of them when absent */
export function drawRates(prng: Prng, only?: readonly FaultName[]): FaultRates {
  const rates = {} as Record<FaultName, number>;
  for (const name of faultNames) {
    // Drawn for each kind in any case, so that leaving out one does not change the others.
    const quiet = prng.chance(QUIET);
    const rate = (maxRates[name] * (1 + prng.below(10))) / 10;
    const wanted = only === undefined ? !quiet : only.includes(name);
    rates[name] = wanted ? rate : 0;
  }
  return rates;
}
