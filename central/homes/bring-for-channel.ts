import { MAX_HOME_WAIT_MS } from '../../shared/contracts/sync.ts';
import type { Centre } from '../centre.ts';
import { locateCoupon } from '../redemptions/find-coupon.ts';
import { bringHome } from './homes.ts';

/** The web and the phone spend at the centre: a code that is at home in a ledger comes back first. True: it did. */
export async function bringForChannel(
  centre: Centre,
  code: string,
  locationId: string | undefined,
): Promise<boolean> {
  const found = await locateCoupon(centre.db, code, locationId);
  if (!found.ok) return false;
  return typeof (await bringHome(centre, found.value.coupon.id, 'centre', MAX_HOME_WAIT_MS)) !== 'string';
}
