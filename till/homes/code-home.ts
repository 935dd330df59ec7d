import type { CouponRow } from '../../db/queries/coupons.ts';
import type { Reads, Tx } from '../../db/store.ts';
import type { CodeHome } from '../../shared/contracts/sync.ts';
import { endExpiredHolds } from '../redemption/holds.ts';
import type { Services } from '../services.ts';

/** Codes up to this number were made or taken before the ledger went on as another incarnation. */
const LAST_BURNED_CODE = 'homes.lastBurnedCode';

type Place = { readonly isHere: boolean; readonly move: number };

/**
 * Where the uses of a code with a limit of its own are at home. Those made here are here, those of the centre there,
 * until they move; what an earlier incarnation had is nobody's to spend here any more.
 */
function placeOf({ store }: Services, read: Reads, coupon: CouponRow): Place {
  const moved = read.codeHomes.byCoupon(coupon.id);
  if (moved) {
    const isOwn = moved.incarnation === store.identity()?.incarnation;
    return { isHere: moved.place === 'here' && isOwn, move: moved.move };
  }
  if (coupon.home !== 'here') return { isHere: false, move: 0 };
  const lastBurned = Number(read.meta.get(LAST_BURNED_CODE) ?? 0);
  const isBurned = lastBurned > 0 && (read.codeHomes.numberOf(coupon.id) ?? 0) <= lastBurned;
  return { isHere: !isBurned, move: 0 };
}

/** Whether this ledger may spend a use of the code without asking anybody. */
export function isAtHome(services: Services, read: Reads, coupon: CouponRow): boolean {
  return coupon.maxUses === null || placeOf(services, read, coupon).isHere;
}

/** The ledger goes on as another incarnation: another copy of it may have spent the codes that it had. */
export function burnHomes(tx: Tx): void {
  tx.write.meta.set(LAST_BURNED_CODE, String(tx.read.codeHomes.newestCode()));
}

/** `kept`: a basket holds it. */
type HomeOutcome = 'taken' | 'returned' | 'kept' | 'nothing_new';

/**
 * Takes what the centre says about the home of a code, in the caller's transaction. Said twice, or late, it changes
 * nothing. A code that somebody else needs leaves at once, unless a basket holds it.
 */
export function applyHome(tx: Tx, services: Services, change: CodeHome): HomeOutcome {
  const { couponId, move, here, incarnation, wanted } = change;
  const coupon = tx.read.coupons.byId(couponId);
  const current = services.store.identity()?.incarnation ?? 1;
  if (!coupon || coupon.maxUses === null) return 'nothing_new';
  const { offerId } = coupon;
  let place = placeOf(services, tx.read, coupon);
  if (here && incarnation === current && move > place.move) {
    tx.write.codeHomes.put({ couponId, move, place: 'here', incarnation: current });
    // What it was used elsewhere is known better where it was until now.
    tx.write.codeHomes.setUsedElsewhere(couponId, Math.max(0, change.used - change.usedHere));
    tx.append('code.received', { couponId, offerId, move }, services.stamp());
    place = { isHere: true, move };
    if (!wanted) return 'taken';
  } else if (!here && place.isHere && move > place.move) {
    // A restored centre gave it to somebody else: it was told so after it had forgotten this ledger.
    tx.write.codeHomes.put({ couponId, move, place: 'away', incarnation: current });
    return 'returned';
  }
  if (!here || !wanted || !place.isHere || move !== place.move) return 'nothing_new';
  return giveBack(tx, services, coupon, place.move);
}

function giveBack(tx: Tx, services: Services, coupon: CouponRow, move: number): HomeOutcome {
  const stamp = services.stamp();
  endExpiredHolds(tx, stamp);
  const { id: couponId, offerId, maxUses } = coupon;
  // Used up, there is nothing to give: the redemption is on its way.
  if (maxUses !== null && coupon.used + coupon.usedElsewhere >= maxUses) return 'nothing_new';
  if (tx.read.redemptions.heldOnCoupon(couponId, NO_BASKET).length > 0) return 'kept';
  const incarnation = services.store.identity()?.incarnation ?? 1;
  tx.write.codeHomes.put({ couponId, move, place: 'away', incarnation });
  tx.append('code.returned', { couponId, offerId, move }, stamp);
  return 'returned';
}

/** Holds of every basket count. */
const NO_BASKET = '00000000-0000-0000-0000-000000000000';
