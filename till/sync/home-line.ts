import type { Refusal } from '../../shared/contracts/refusal.ts';
import {
  type CodesResponse,
  MAX_ASKS_WAIT_MS,
  MAX_CODES_PER_REQUEST,
  MAX_HOME_WAIT_MS,
  SYNC_PROTOCOL,
} from '../../shared/contracts/sync.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { SECOND_MS } from '../../shared/kernel/instant.ts';
import type { Result } from '../../shared/kernel/result.ts';
import type { Outcome } from '../handlers.ts';
import { applyHome } from '../homes/code-home.ts';
import type { Timers } from '../ports.ts';
import type { Services } from '../services.ts';
import { isEnrolled, syncKeys } from '../sync-state.ts';
import type { CentreClient, Identity } from './centre-client.ts';
import { nextDelayMs } from './retry-delay.ts';

/** Why a code did not come, by coupon. */
export type Away = ReadonlyMap<string, CodesResponse['refused'][number]['why']>;

/** Asks for codes that are at home elsewhere, and gives those of this ledger to others who need them. */
export type HomeLine = {
  /** Asks for them while the customer waits. @returns those that did not come */
  bring(couponIds: readonly string[]): Promise<Away>;
  start(): void;
  /** The centre is reached: no need to wait for the next try. */
  reopen(): void;
  stop(): void;
};

type Parts = {
  readonly services: Services;
  readonly client: CentreClient;
  readonly timers: Timers;
  readonly identityOf: () => Promise<Outcome<Identity>>;
  /** Undefined: nobody knows yet. */
  readonly isOnline: () => boolean | undefined;
  /** The centre was not reached: try again soon, because a customer waits for it. */
  readonly tryOnDemand: () => void;
  /** Whether the line may be kept open: not where it costs by its length. */
  readonly mayListen: () => boolean;
  readonly sync: () => Promise<Result<void, Refusal>>;
};

/** A basket is judged again with every line: what did not come is not asked for with each of them. */
const ASK_AGAIN_MS = 10 * SECOND_MS;
/** While the centre is not reached, the line is tried this often. */
const REOPEN_MS = 5 * SECOND_MS;
const MAX_REMEMBERED = 1_000;
const NONE: Away = new Map();

export function createHomeLine(parts: Parts): HomeLine {
  const { services, client, timers, identityOf, isOnline, tryOnDemand, mayListen, sync } = parts;
  const { store, clock, ports } = services;
  const canWait = ports.centre.canWait === true;
  const missed = new Map<string, { readonly why: CodesResponse['refused'][number]['why']; until: number }>();
  const closing = new AbortController();
  let stopTimer: (() => void) | undefined;
  let failures = 0;
  let kept: string[] = [];

  const isKnownEpoch = (epoch: number) => store.read.meta.get(syncKeys.serverEpoch) === String(epoch);

  function remember(couponId: string, why: CodesResponse['refused'][number]['why']): void {
    missed.delete(couponId);
    missed.set(couponId, { why, until: clock.monotonicMs() + ASK_AGAIN_MS });
    for (const oldest of missed.keys()) {
      if (missed.size <= MAX_REMEMBERED) break;
      missed.delete(oldest);
    }
  }

  async function ask(couponIds: readonly string[]): Promise<void> {
    const as = await identityOf();
    const identity = store.identity();
    if (!as.ok || identity === undefined) return;
    const answer = await client.codes(as.value, {
      protocol: SYNC_PROTOCOL,
      incarnation: identity.incarnation,
      couponIds: [...couponIds],
      waitMs: canWait ? MAX_HOME_WAIT_MS : 0,
    });
    if (closing.signal.aborted) return;
    // An answer of another epoch speaks of homes that a restored centre has forgotten: first the news.
    if (!answer.ok || !isKnownEpoch(answer.value.serverEpoch)) {
      for (const id of couponIds) remember(id, 'unreachable');
      void sync();
      return;
    }
    const { homes, refused } = answer.value;
    if (homes.length > 0)
      store.transact((tx) => {
        for (const home of homes) applyHome(tx, services, home);
      });
    for (const { couponId, why } of refused) remember(couponId, why);
    if (refused.some(({ why }) => why === 'used')) await sync();
  }

  /** One question. @returns whether the next one may follow at once */
  async function listen(): Promise<boolean> {
    const as = await identityOf();
    const identity = store.identity();
    if (!as.ok || identity === undefined || isOnline() !== true || !mayListen()) return false;
    const request = { protocol: SYNC_PROTOCOL, incarnation: identity.incarnation, kept };
    kept = [];
    const answer = await client.asks(as.value, { ...request, waitMs: MAX_ASKS_WAIT_MS }, closing.signal);
    if (closing.signal.aborted || !answer.ok) return false;
    const { asks, serverEpoch } = answer.value;
    if (asks.length === 0) return true;
    if (!isKnownEpoch(serverEpoch)) return false;
    const outcomes = store.transact((tx) =>
      asks.map((one) => ({ id: one.couponId, outcome: applyHome(tx, services, one) })),
    );
    kept = outcomes.filter(({ outcome }) => outcome === 'kept').map(({ id }) => id);
    // What left, or was spent already, must be heard of before somebody waits for it in vain.
    if (outcomes.length > kept.length) await sync();
    return true;
  }

  function open(delayMs: number): void {
    if (closing.signal.aborted) return;
    stopTimer?.();
    stopTimer = timers.after(delayMs, () => {
      stopTimer = undefined;
      listen()
        .catch((error: unknown) => {
          ports.logger.error('the line for codes failed', {
            error: error instanceof Error ? error.message : String(error),
          });
          return false;
        })
        .then((mayGoOn) => {
          failures = mayGoOn ? 0 : failures + 1;
          open(mayGoOn ? 0 : Math.max(REOPEN_MS, nextDelayMs(failures, ports.random)));
        });
    });
  }

  return {
    async bring(couponIds) {
      assert(couponIds.length <= MAX_CODES_PER_REQUEST, 'a basket has few codes');
      if (couponIds.length === 0 || !isEnrolled(store.read)) return NONE;
      const now = clock.monotonicMs();
      const due = couponIds.filter((id) => (missed.get(id)?.until ?? 0) <= now);
      if (due.length > 0) {
        if (isOnline() === false) tryOnDemand();
        else await ask(due);
      }
      return new Map(
        couponIds.flatMap((id) => {
          const one = missed.get(id);
          return one !== undefined && one.until > now ? [[id, one.why] as const] : [];
        }),
      );
    },
    start() {
      if (canWait) open(REOPEN_MS);
    },
    reopen() {
      if (stopTimer !== undefined) open(0);
    },
    stop() {
      closing.abort();
      stopTimer?.();
    },
  };
}
