import type { Reads, Tx } from '../../db/store.ts';
import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../shared/kernel/instant.ts';

/** Wrong guesses that cost nothing but themselves. */
const FREE_FAILURES = 5;
/** From here on only a manager helps; a manager who guesses waits the longest delay. */
const LOCKING_FAILURES = 10;
const FIRST_DELAY_MS = 5 * SECOND_MS;
const LONGEST_DELAY_MS = 15 * MINUTE_MS;
/** After a day without a guess, counting starts anew. */
const FORGET_AFTER_MS = DAY_MS;

/** What is guessed, and by whom: one counter each. */
export type ThrottleKey = `${'pin' | 'pin-till' | 'manager-pin' | 'code'}:${string}`;

/** Unknown codes that a person enters. */
export const guessKey = (operatorId: string): ThrottleKey => `code:${operatorId}`;

export type ThrottleState = { readonly failures: number; readonly until: number; readonly lastAt: number };

/** Whether a guess is allowed now. */
export function throttled(
  read: Reads,
  key: ThrottleKey,
  now: number,
  canBeLocked: boolean,
): Refusal | undefined {
  const state = stateOf(read, key, now);
  const locked = canBeLocked && state.failures >= LOCKING_FAILURES;
  if (!locked && state.until <= now) return undefined;
  return refusal('throttled', {
    failures: state.failures,
    waitSeconds: Math.ceil(Math.max(0, state.until - now) / SECOND_MS),
    manager: locked,
  });
}

/** Counts a failure. It is committed before the answer is given: killing the till gives no guess back. */
export function countFailure(tx: Tx, key: ThrottleKey, now: number): ThrottleState {
  const failures = stateOf(tx.read, key, now).failures + 1;
  const state = { failures, until: now + delayMs(failures), lastAt: now };
  tx.write.throttles.put({ key, ...state });
  return state;
}

/** One failure less: what was done instead costs more than a guess is worth. */
export function forgiveFailure(tx: Tx, key: ThrottleKey, now: number): void {
  const { failures, until, lastAt } = stateOf(tx.read, key, now);
  if (failures > 0) tx.write.throttles.put({ key, failures: failures - 1, until, lastAt });
}

export function clearFailures(tx: Tx, key: ThrottleKey): void {
  tx.write.throttles.clear(key);
}

export function delayMs(failures: number): number {
  if (failures < FREE_FAILURES) return 0;
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - FREE_FAILURES));
}

function stateOf(read: Reads, key: ThrottleKey, now: number): ThrottleState {
  const row = read.throttles.byKey(key);
  if (!row || now - row.lastAt > FORGET_AFTER_MS) return { failures: 0, until: 0, lastAt: 0 };
  return row;
}
