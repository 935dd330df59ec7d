import { and, desc, eq } from 'drizzle-orm';
import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Holder } from '../../shared/redemption/home.ts';
import type { Outcome } from '../centre.ts';
import type { Db } from '../store/db.ts';
import { incarnations, ledgers, locations } from '../store/schema.ts';

/** The move that brought a code to its first home. */
export const FIRST_MOVE = 1;

/** The ledger that new codes are at home in from the start: the one of a chosen location. */
export async function firstHome(tx: Db, locationId: string): Promise<Outcome<Holder>> {
  const [known] = await tx.select({ id: locations.id }).from(locations).where(eq(locations.id, locationId));
  if (known === undefined) return err(refusal('not_found', { what: 'location' }, 'home_location_id'));
  const [holder] = await tx
    .select({ ledgerId: incarnations.ledgerId, incarnation: incarnations.incarnation })
    .from(incarnations)
    .innerJoin(ledgers, eq(ledgers.id, incarnations.ledgerId))
    .where(and(eq(ledgers.locationId, locationId), eq(incarnations.status, 'active')))
    .orderBy(desc(incarnations.incarnation))
    .limit(1);
  if (holder === undefined)
    return err(refusal('conflict', { why: 'the location has no ledger that runs' }, 'home_location_id'));
  return ok(holder);
}
