import { assert, unreachable } from '../kernel/assert.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { freeUses, unspentUses } from './code-uses.ts';
import { moveRights, type Rights, type RightsMove } from './rights.ts';

/**
 * The life of one use: one coupon in one basket. Till and centre load a state under their lock, decide a command, and
 * write what the events say in the same transaction. Nothing here reads a clock; the caller says what time it is.
 *
 *     none ──reserve──▶ reserved ──redeem──▶ redeemed ──void──▶ voided
 *       │                  ├─release, expire──▶ none  │           (a voided use never comes back)
 *       └──redeem (where nothing must be held)──▶ redeemed
 *                                                     └─refund──▶ partly refunded ──refund──▶ refunded
 */
export type UseState = {
  readonly coupon: {
    readonly status: 'live' | 'void';
    /** Absent: no limit of its own. */
    readonly maxUses?: number | undefined;
    /** Redeemed and not voided, wherever that happened. */
    readonly used: number;
    /** Held by any basket, this one included. */
    readonly held: number;
  };
  /** What serves the use; absent when the offer has no total limit, or none is needed here. */
  readonly rights?: Rights | undefined;
  readonly claim: Claim;
};

export type Claim =
  | { readonly status: 'none' }
  | {
      readonly status: 'reserved';
      readonly expiresAt: number;
      /** A right is held with it. */
      readonly withRight: boolean;
    }
  | { readonly status: 'redeemed'; readonly withRight: boolean }
  /** Some of the goods that it was for came back; `useBack`: and the use with them, as the offer's policy says. */
  | { readonly status: 'partly_refunded'; readonly withRight: boolean; readonly useBack: boolean }
  | { readonly status: 'refunded' }
  | { readonly status: 'voided' };

export type UseCommand =
  /** Asking again while held gives the hold a later end. */
  | {
      readonly type: 'reserve';
      readonly now: number;
      readonly expiresAt: number;
      /** Accepted by the offer's offline policy although no right is here. */
      readonly atRisk?: boolean | undefined;
    }
  | {
      readonly type: 'redeem';
      readonly now: number;
      readonly atRisk?: boolean | undefined;
      /** A use that was to be held: its hold must still be there. */
      readonly mustBeHeld?: boolean | undefined;
    }
  | { readonly type: 'release'; readonly why: 'released' | 'replaced' }
  | { readonly type: 'expire'; readonly now: number }
  | { readonly type: 'void' }
  /** Goods that it was for come back: `all` that were left of them; `giveUseBack`: the policy says so now. */
  | { readonly type: 'refund'; readonly all: boolean; readonly giveUseBack: boolean };

export type UseEvent =
  | { readonly type: 'reserved'; readonly expiresAt: number; readonly right?: RightsMove | undefined }
  | { readonly type: 'extended'; readonly expiresAt: number }
  | {
      readonly type: 'released';
      readonly why: 'released' | 'replaced' | 'expired';
      readonly right?: RightsMove | undefined;
    }
  | { readonly type: 'redeemed'; readonly right?: RightsMove | undefined; readonly atRisk: boolean }
  | { readonly type: 'voided'; readonly right?: RightsMove | undefined }
  | {
      readonly type: 'refunded';
      readonly all: boolean;
      readonly useBack: boolean;
      readonly right?: RightsMove | undefined;
    };

export type UseRefusal =
  | 'code_void'
  | 'already_redeemed'
  | 'reserved_elsewhere'
  | 'exhausted'
  | 'reservation_expired'
  | 'reservation_unknown'
  | 'already_voided'
  | 'already_refunded'
  | 'redemption_unknown';

/** What the command does to the use: events in order (none: it was done before), or why not. */
export function decideUse(state: UseState, command: UseCommand): Result<readonly UseEvent[], UseRefusal> {
  switch (command.type) {
    case 'reserve':
      return decideReserve(state, command);
    case 'redeem':
      return decideRedeem(state, command);
    case 'release':
      return ok(endHold(state.claim, command.why));
    case 'expire':
      return ok(
        state.claim.status === 'reserved' && isOver(state.claim, command.now)
          ? endHold(state.claim, 'expired')
          : [],
      );
    case 'void':
      return decideVoid(state.claim);
    case 'refund':
      return decideRefund(state.claim, command);
    default:
      return unreachable(command);
  }
}

function decideReserve(
  { coupon, rights, claim }: UseState,
  { now, expiresAt, atRisk }: Extract<UseCommand, { type: 'reserve' }>,
): Result<readonly UseEvent[], UseRefusal> {
  assert(expiresAt > now, 'a hold ends after it began');
  if (coupon.status === 'void') return err('code_void');
  switch (claim.status) {
    case 'reserved':
      if (isOver(claim, now)) return err('reservation_expired');
      return ok(claim.expiresAt >= expiresAt ? [] : [{ type: 'extended', expiresAt }]);
    case 'redeemed':
    case 'partly_refunded':
    case 'refunded':
      return err('already_redeemed');
    case 'voided':
      return err('already_voided');
    case 'none': {
      const free = freeUse(coupon);
      if (!free.ok) return free;
      if (rights === undefined || atRisk) return ok([{ type: 'reserved', expiresAt }]);
      return moveRights(rights, 'hold').ok
        ? ok([{ type: 'reserved', expiresAt, right: 'hold' }])
        : err('exhausted');
    }
    default:
      return unreachable(claim);
  }
}

function decideRedeem(
  { coupon, rights, claim }: UseState,
  { now, atRisk = false, mustBeHeld }: Extract<UseCommand, { type: 'redeem' }>,
): Result<readonly UseEvent[], UseRefusal> {
  switch (claim.status) {
    case 'redeemed':
    case 'partly_refunded':
    case 'refunded':
      return ok([]);
    case 'voided':
      return err('already_voided');
    case 'reserved':
      if (isOver(claim, now)) return err('reservation_expired');
      return ok([
        claim.withRight
          ? { type: 'redeemed', right: 'spend_held', atRisk: false }
          : { type: 'redeemed', atRisk },
      ]);
    case 'none': {
      if (mustBeHeld) return err('reservation_unknown');
      if (coupon.status === 'void') return err('code_void');
      const free = freeUse(coupon);
      if (!free.ok) return free;
      if (rights === undefined || atRisk) return ok([{ type: 'redeemed', atRisk }]);
      return moveRights(rights, 'spend').ok
        ? ok([{ type: 'redeemed', right: 'spend', atRisk: false }])
        : err('exhausted');
    }
    default:
      return unreachable(claim);
  }
}

function decideVoid(claim: Claim): Result<readonly UseEvent[], UseRefusal> {
  switch (claim.status) {
    case 'redeemed':
      return ok([claim.withRight ? { type: 'voided', right: 'give_back' } : { type: 'voided' }]);
    case 'voided':
      return err('already_voided');
    case 'partly_refunded':
    case 'refunded':
      return err('already_refunded');
    case 'none':
    case 'reserved':
      return err('redemption_unknown');
    default:
      return unreachable(claim);
  }
}

function decideRefund(
  claim: Claim,
  { all, giveUseBack }: Extract<UseCommand, { type: 'refund' }>,
): Result<readonly UseEvent[], UseRefusal> {
  switch (claim.status) {
    case 'redeemed':
    case 'partly_refunded': {
      const wasBack = claim.status === 'partly_refunded' && claim.useBack;
      assert(!(wasBack && giveUseBack), 'a use is given back once');
      const refunded = { type: 'refunded', all, useBack: giveUseBack } as const;
      return ok([giveUseBack && claim.withRight ? { ...refunded, right: 'give_back' } : refunded]);
    }
    case 'refunded':
      return err('already_refunded');
    case 'voided':
      return err('already_voided');
    case 'none':
    case 'reserved':
      return err('redemption_unknown');
    default:
      return unreachable(claim);
  }
}

function freeUse(coupon: UseState['coupon']): Result<void, 'already_redeemed' | 'reserved_elsewhere'> {
  if (freeUses(coupon) > 0) return ok(undefined);
  return err(unspentUses(coupon) === 0 ? 'already_redeemed' : 'reserved_elsewhere');
}

function endHold(claim: Claim, why: 'released' | 'replaced' | 'expired'): readonly UseEvent[] {
  if (claim.status !== 'reserved') return [];
  return [claim.withRight ? { type: 'released', why, right: 'let_go' } : { type: 'released', why }];
}

/** A hold is good until its end, which belongs to nobody. */
function isOver(claim: { readonly expiresAt: number }, now: number): boolean {
  return now >= claim.expiresAt;
}

/** The state after an event that `decideUse` gave for it. */
export function applyUse(state: UseState, event: UseEvent): UseState {
  const { coupon } = state;
  switch (event.type) {
    case 'reserved':
      return {
        coupon: { ...coupon, held: coupon.held + 1 },
        rights: moved(state.rights, event.right),
        claim: { status: 'reserved', expiresAt: event.expiresAt, withRight: event.right !== undefined },
      };
    case 'extended':
      assert(state.claim.status === 'reserved', 'only a hold is extended');
      return { ...state, claim: { ...state.claim, expiresAt: event.expiresAt } };
    case 'released':
      return {
        coupon: { ...coupon, held: coupon.held - 1 },
        rights: moved(state.rights, event.right),
        claim: { status: 'none' },
      };
    case 'redeemed':
      return {
        coupon: {
          ...coupon,
          used: coupon.used + 1,
          held: state.claim.status === 'reserved' ? coupon.held - 1 : coupon.held,
        },
        rights: moved(state.rights, event.right),
        claim: { status: 'redeemed', withRight: event.right !== undefined },
      };
    case 'voided':
      return {
        coupon: { ...coupon, used: coupon.used - 1 },
        rights: moved(state.rights, event.right),
        claim: { status: 'voided' },
      };
    case 'refunded': {
      const { claim } = state;
      assert(claim.status === 'redeemed' || claim.status === 'partly_refunded', 'what was sold comes back');
      const useBack = event.useBack || (claim.status === 'partly_refunded' && claim.useBack);
      return {
        coupon: event.useBack ? { ...coupon, used: coupon.used - 1 } : coupon,
        rights: moved(state.rights, event.right),
        claim: event.all
          ? { status: 'refunded' }
          : { status: 'partly_refunded', withRight: claim.withRight, useBack },
      };
    }
    default:
      return unreachable(event);
  }
}

function moved(rights: Rights | undefined, move: RightsMove | undefined): Rights | undefined {
  if (move === undefined) return rights;
  assert(rights, 'a move needs rights');
  const after = moveRights(rights, move);
  assert(after.ok, `the decision allowed ${move}`);
  return after.value;
}
