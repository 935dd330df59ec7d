import type { Offer } from '../../shared/engine/offer.ts';
import { isOn } from '../../shared/redemption/guards.ts';
import type { Centre } from '../centre.ts';
import type { Db } from '../store/db.ts';
import { serverState } from '../store/schema.ts';

/**
 * Rights of a strict offer stay where they are while the centre may have forgotten who holds them. A centre that did
 * not have to recover when it started never has to while it runs: then nothing is asked.
 */
export async function isFrozen(
  db: Db,
  centre: Centre,
  terms: Pick<Offer, 'offlinePolicy'>,
): Promise<boolean> {
  if (!centre.store.startedRecovering || terms.offlinePolicy.type !== 'strict') return false;
  if (!isOn(centre.ports.guards, 'restored_centre_is_frozen')) return false;
  const [state] = await db.select({ recovering: serverState.recovering }).from(serverState);
  return state?.recovering ?? false;
}

/** What an offer, or a code of it, promises no more than so often: rights, uses of a code, money. */
type Sold = {
  readonly offer: { readonly terms: Pick<Offer, 'offlinePolicy' | 'limits'> };
  readonly escrow?: object | undefined;
  readonly coupon?: { readonly maxUses: number | null } | undefined;
};

/** The centre's own channels sell nothing that somebody may have sold already: the lost time is not told yet. */
export async function isSaleFrozen(
  db: Db,
  centre: Centre,
  { offer, escrow, coupon }: Sold,
): Promise<boolean> {
  const isCounted =
    escrow !== undefined ||
    (coupon !== undefined && coupon.maxUses !== null) ||
    offer.terms.limits.budgetMinor !== undefined;
  return isCounted && isFrozen(db, centre, offer.terms);
}
