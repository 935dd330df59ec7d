import type { EventStamp, Tx } from '../../db/store.ts';
import type { Channel } from '../../shared/contracts/common.ts';
import type { SignedIn } from '../handlers.ts';
import { countFailure, guessKey } from '../operators/throttle.ts';
import type { Verdict } from './judge.ts';

/** What is kept of a text that was no code. */
const MAX_KEPT_ENTRY = 80;

type Where = {
  readonly by: SignedIn;
  readonly channel: Channel;
  readonly stamp: EventStamp;
  readonly basketId: string;
  readonly subtotalMinor: number;
};

/**
 * Puts every refusal on record, once for each basket: checking again as the basket grows is no new attempt. Unknown
 * codes count as guesses. An accepted code beside them takes none back: a public one would buy guesses without end.
 * @param before the refusals that the basket got when it was last checked
 * @returns those that it has now
 */
export function recordRefusals(
  tx: Tx,
  verdicts: readonly Verdict[],
  before: readonly string[],
  { by, channel, stamp, basketId, subtotalMinor }: Where,
): string[] {
  const known = new Set(before);
  const now: string[] = [];
  for (const verdict of verdicts) {
    if (verdict.status !== 'refused') continue;
    const { entered, found, refusal } = verdict;
    const mark = `${refusal.code} ${entered}`;
    now.push(mark);
    if (known.has(mark)) continue;
    known.add(mark);
    const about = found ? { couponId: found.coupon.id, offerId: found.offer.id } : {};
    const seq = tx.append(
      'attempt.refused',
      { ...about, channel, code: refusal.code, params: refusal.params },
      stamp,
    );
    tx.write.events.insertAttempt({
      seq,
      at: stamp.at,
      operatorId: by.operatorId,
      channel,
      entered: entered.slice(0, MAX_KEPT_ENTRY),
      couponId: found?.coupon.id ?? null,
      offerId: found?.offer.id ?? null,
      code: refusal.code,
      basketId,
      subtotalMinor,
    });
    if (refusal.code === 'code_unknown') countFailure(tx, guessKey(by.operatorId), stamp.at);
  }
  return now;
}
