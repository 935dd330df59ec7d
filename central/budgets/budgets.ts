import { and, asc, desc, eq, gt, gte, inArray, isNull, ne, sql } from 'drizzle-orm';
import type { LedgerEvent } from '../../shared/contracts/ledger-events.ts';
import type { PushRequest } from '../../shared/contracts/sync.ts';
import type { Offer } from '../../shared/engine/offer.ts';
import {
  burnLease,
  type Escrow,
  grantLease,
  type Held,
  type Lease,
  NO_LEASE,
  relearnGrant,
  reportReturned,
  reportSpent,
  reportVoided,
  resizeEscrow,
  unmet,
} from '../../shared/redemption/escrow.ts';
import { isOn } from '../../shared/redemption/guards.ts';
import { type Centre, newId } from '../centre.ts';
import { isFrozen } from '../escrow/frozen.ts';
import type { LeaseHolder } from '../escrow/held.ts';
import { announce } from '../feed/announce.ts';
import { coverOverRedemption } from '../incidents/incidents.ts';
import type { Db } from '../store/db.ts';
import { budgetLeases, budgetSpends, budgets, ledgers, offers, redemptions } from '../store/schema.ts';

/**
 * Money budgets of offers, leased in minor units by the algebra of rights: each cent is in one place, and only its
 * holder spends it. What the centre's own channels spend is moved by the database (`0062_budget_moves.sql`).
 */
type BudgetRow = typeof budgets.$inferSelect;
type BudgetLeaseRow = typeof budgetLeases.$inferSelect;

function escrowOf({ n, pool, leased, reserved, spent, burned }: BudgetRow): Escrow {
  return { n, pool, leased, reserved, spent, burned };
}

function leaseOf({ status, granted, claimed, held, spent, returned, burned }: BudgetLeaseRow): Lease {
  const places = { status, granted, held, spent, returned, burned };
  return claimed === null ? places : { ...places, claimed };
}

/** What an offer may give away in all. Of a location's own offer it is with its ledger from the start. */
export async function createBudget(
  tx: Db,
  { id: offerId, limits }: Offer,
  place: 'pool' | 'leased',
): Promise<void> {
  const n = limits.budgetMinor;
  if (n === undefined) return;
  const places = { pool: 0, leased: 0, reserved: 0, spent: 0, burned: 0, [place]: n };
  await tx.insert(budgets).values({ offerId, n, ...places });
}

/**
 * Raising adds to the pool. What is there goes first to leases that claim it, then it pays what was given away without
 * any money; only then lowering takes what the pool holds, and the rest as money comes back.
 */
export async function settleBudget(tx: Db, centre: Centre, offerId: string): Promise<void> {
  const [row] = await tx.select().from(budgets).where(eq(budgets.offerId, offerId)).for('update');
  if (row === undefined) return;
  const [offer] = await tx.select({ terms: offers.terms }).from(offers).where(eq(offers.id, offerId));
  const target = offer?.terms.limits.budgetMinor;
  if (offer === undefined || target === undefined) return;
  let escrow = escrowOf(row);
  if (target > escrow.n) escrow = resizeEscrow(escrow, target);
  if (!(await isFrozen(tx, centre, offer.terms))) {
    escrow = await serveClaims(tx, centre, offerId, escrow);
    escrow = await payOwed(tx, centre, offerId, escrow);
    if (target < escrow.n) escrow = resizeEscrow(escrow, target);
  }
  await tx.update(budgets).set(escrow).where(eq(budgets.offerId, offerId));
}

/** A ledger holds what a restored centre had no money for: until it is given it, nobody else is. */
async function serveClaims(tx: Db, centre: Centre, offerId: string, before: Escrow): Promise<Escrow> {
  let escrow = before;
  if (escrow.pool === 0 || !isOn(centre.ports.guards, 'claims_are_kept')) return escrow;
  const claiming = await tx
    .select()
    .from(budgetLeases)
    .where(and(eq(budgetLeases.offerId, offerId), sql`${budgetLeases.claimed} > ${budgetLeases.granted}`))
    .orderBy(asc(budgetLeases.createdAt), asc(budgetLeases.id))
    .for('update');
  for (const row of claiming) {
    const after = relearnGrant({ escrow, lease: leaseOf(row) }, row.claimed ?? 0);
    escrow = after.escrow;
    await tx.update(budgetLeases).set(after.lease).where(eq(budgetLeases.id, row.id));
  }
  return escrow;
}

const MAX_OWED = 1_000;

/** Money that came back pays first what was given away without any; a ledger's own lease pays before the pool. */
async function payOwed(tx: Db, centre: Centre, offerId: string, before: Escrow): Promise<Escrow> {
  let escrow = before;
  const owed = await tx
    .select({ spend: budgetSpends, redemption: redemptions })
    .from(budgetSpends)
    .leftJoin(redemptions, eq(redemptions.id, budgetSpends.redemptionId))
    .where(and(eq(budgetSpends.offerId, offerId), gt(budgetSpends.owedMinor, 0)))
    .orderBy(asc(budgetSpends.redemptionId))
    .limit(MAX_OWED)
    .for('update', { of: budgetSpends });
  for (const { spend: row, redemption } of owed) {
    const byLease = await payByLease(tx, escrow, row, redemption);
    if (byLease === undefined) {
      const paid = Math.min(row.owedMinor, escrow.pool);
      if (paid === 0) continue;
      escrow = { ...escrow, pool: escrow.pool - paid, spent: escrow.spent + paid };
      await tx
        .update(budgetSpends)
        .set({ paidMinor: row.paidMinor + paid, owedMinor: row.owedMinor - paid })
        .where(eq(budgetSpends.redemptionId, row.redemptionId));
      if (paid < row.owedMinor) continue;
    } else escrow = byLease;
    if (redemption !== null) await coverOverRedemption(tx, redemption, centre.ports.now());
  }
  return escrow;
}

/** A ledger spent of a lease that the centre learned of only now: its whole debt is of that lease, or none of it. */
async function payByLease(
  tx: Db,
  escrow: Escrow,
  { redemptionId, offerId, paidMinor, owedMinor }: typeof budgetSpends.$inferSelect,
  redemption: typeof redemptions.$inferSelect | null,
): Promise<Escrow | undefined> {
  const { ledgerId, incarnation, atRisk } = redemption ?? { ledgerId: null, incarnation: null, atRisk: true };
  if (ledgerId === null || incarnation === null || atRisk || paidMinor > 0) return undefined;
  const [lease] = await tx
    .select()
    .from(budgetLeases)
    .where(
      and(
        eq(budgetLeases.offerId, offerId),
        eq(budgetLeases.ledgerId, ledgerId),
        eq(budgetLeases.incarnation, incarnation),
      ),
    )
    .for('update');
  const spent = lease && reportSpent({ escrow, lease: leaseOf(lease) }, owedMinor);
  if (lease === undefined || spent?.ok !== true) return undefined;
  await tx.update(budgetLeases).set(spent.value.lease).where(eq(budgetLeases.id, lease.id));
  await tx
    .update(budgetSpends)
    .set({ leaseId: lease.id, paidMinor: owedMinor, owedMinor: 0 })
    .where(eq(budgetSpends.redemptionId, redemptionId));
  return spent.value.escrow;
}

/**
 * A redemption that this centre made and lost: it was given, so it is owed until money pays it.
 * @returns what no money was found for
 */
export async function oweBudget(
  tx: Db,
  centre: Centre,
  { id: redemptionId, offerId, discountMinor }: typeof redemptions.$inferInsert,
): Promise<number> {
  if (discountMinor === 0) return 0;
  const [row] = await tx.select().from(budgets).where(eq(budgets.offerId, offerId)).for('update');
  if (row === undefined) return 0;
  await tx
    .insert(budgetSpends)
    .values({ redemptionId, offerId, leaseId: null, paidMinor: 0, owedMinor: discountMinor });
  await settleBudget(tx, centre, offerId);
  const ofIt = eq(budgetSpends.redemptionId, redemptionId);
  const [spend] = await tx.select().from(budgetSpends).where(ofIt);
  return spend?.owedMinor ?? 0;
}

/** What of a budget the centre's own channels cannot spend: given away, held, or with ledgers. */
export async function budgetTaken(db: Db, offerId: string): Promise<number | undefined> {
  const [row] = await db.select().from(budgets).where(eq(budgets.offerId, offerId));
  return row && row.n - row.pool;
}

type Locked = Held & { readonly leaseId: string | undefined };

/** Budget first, then the lease of the holder: the order of everybody. `undefined`: the offer has no budget. */
async function lock(tx: Db, holder: LeaseHolder, offerId: string): Promise<Locked | undefined> {
  const [row] = await tx.select().from(budgets).where(eq(budgets.offerId, offerId)).for('update');
  if (row === undefined) return undefined;
  const [lease] = await tx
    .select()
    .from(budgetLeases)
    .where(
      and(
        eq(budgetLeases.offerId, offerId),
        eq(budgetLeases.ledgerId, holder.ledgerId),
        eq(budgetLeases.incarnation, holder.incarnation),
      ),
    )
    .for('update');
  return { escrow: escrowOf(row), lease: lease ? leaseOf(lease) : NO_LEASE, leaseId: lease?.id };
}

async function write(
  tx: Db,
  centre: Centre,
  holder: LeaseHolder,
  offerId: string,
  leaseId: string | undefined,
  { escrow, lease }: Held,
): Promise<string | undefined> {
  await tx.update(budgets).set(escrow).where(eq(budgets.offerId, offerId));
  if (leaseId !== undefined) {
    await tx.update(budgetLeases).set(lease).where(eq(budgetLeases.id, leaseId));
    return leaseId;
  }
  if (lease.granted === 0 && lease.claimed === undefined) return undefined;
  const id = newId(centre.ports);
  const { ledgerId, incarnation } = holder;
  await tx
    .insert(budgetLeases)
    .values({ id, offerId, ledgerId, incarnation, createdAt: centre.ports.now(), ...lease });
  return id;
}

/** An offer that a ledger wrote: its whole budget is there. */
export async function leaseWholeBudget(
  tx: Db,
  centre: Centre,
  holder: LeaseHolder,
  { id, limits }: Offer,
): Promise<void> {
  const n = limits.budgetMinor;
  const held = n === undefined ? undefined : await lock(tx, holder, id);
  if (held === undefined || n === undefined) return;
  await write(tx, centre, holder, id, undefined, { ...held, lease: { ...NO_LEASE, granted: n, held: n } });
}

/** @returns what no money was found for: the excess of a budget that was given at risk */
export async function spendBudget(
  tx: Db,
  centre: Centre,
  holder: LeaseHolder,
  { payload }: Extract<LedgerEvent, { type: 'redemption.redeemed' }>,
): Promise<number> {
  const { offerId, redemptionId, discountMinor, budgetLeaseId } = payload;
  if (discountMinor === 0) return 0;
  const held = await lock(tx, holder, offerId);
  if (held === undefined) return 0;
  const byLease = budgetLeaseId === undefined ? undefined : reportSpent(held, discountMinor);
  if (byLease?.ok) {
    const leaseId = (await write(tx, centre, holder, offerId, held.leaseId, byLease.value)) ?? null;
    await tx
      .insert(budgetSpends)
      .values({ redemptionId, offerId, leaseId, paidMinor: discountMinor, owedMinor: 0 })
      .onConflictDoNothing();
    return 0;
  }
  const { escrow } = held;
  // What the lease still claims pays it as soon as it is there; paid past the lease, it would be counted twice.
  const isClaimed = budgetLeaseId !== undefined && unmet(held.lease) > 0;
  const mayUsePool = !isClaimed && !(await isFrozenOffer(tx, centre, offerId));
  const paidMinor = mayUsePool ? Math.min(escrow.pool, discountMinor) : 0;
  const owedMinor = discountMinor - paidMinor;
  const paid = { ...escrow, pool: escrow.pool - paidMinor, spent: escrow.spent + paidMinor };
  await tx.update(budgets).set(paid).where(eq(budgets.offerId, offerId));
  await tx
    .insert(budgetSpends)
    .values({ redemptionId, offerId, leaseId: null, paidMinor, owedMinor })
    .onConflictDoNothing();
  return owedMinor;
}

/**
 * A ledger took a redemption back, or goods of it: the money is where it came from, and burned where that lease is.
 * What was given without any is owed no more. Settle the budget afterwards.
 * @returns whether something was owed of it, and nothing is any more
 */
export async function unspendBudget(
  tx: Db,
  redemptionId: string,
  offerId: string,
  amountMinor = Number.MAX_SAFE_INTEGER,
): Promise<boolean> {
  const [row] = await tx.select().from(budgets).where(eq(budgets.offerId, offerId)).for('update');
  if (row === undefined) return false;
  const ofIt = eq(budgetSpends.redemptionId, redemptionId);
  const [spend] = await tx.select().from(budgetSpends).where(ofIt).for('update');
  if (spend === undefined) return false;
  const owedMinor = Math.max(0, spend.owedMinor - amountMinor);
  const backMinor = Math.min(spend.paidMinor, amountMinor - (spend.owedMinor - owedMinor));
  const paidMinor = spend.paidMinor - backMinor;
  if (paidMinor + owedMinor === 0) await tx.delete(budgetSpends).where(ofIt);
  else await tx.update(budgetSpends).set({ paidMinor, owedMinor }).where(ofIt);
  const isQuit = spend.owedMinor > 0 && owedMinor === 0;
  if (backMinor === 0) return isQuit;
  const escrow = escrowOf(row);
  if (spend.leaseId === null) {
    const back = { ...escrow, spent: escrow.spent - backMinor, pool: escrow.pool + backMinor };
    await tx.update(budgets).set(back).where(eq(budgets.offerId, offerId));
    return isQuit;
  }
  const [lease] = await tx
    .select()
    .from(budgetLeases)
    .where(eq(budgetLeases.id, spend.leaseId))
    .for('update');
  if (lease === undefined) return isQuit;
  const after = reportVoided({ escrow, lease: leaseOf(lease) }, backMinor);
  await tx.update(budgets).set(after.escrow).where(eq(budgets.offerId, offerId));
  await tx.update(budgetLeases).set(after.lease).where(eq(budgetLeases.id, lease.id));
  return isQuit;
}

/** Tells something new only after the centre was restored from a backup. */
export async function relearnBudget(
  tx: Db,
  centre: Centre,
  holder: LeaseHolder,
  offerId: string,
  totalMinor: number,
): Promise<void> {
  const held = await lock(tx, holder, offerId);
  if (held === undefined || held.lease.granted >= totalMinor) return;
  await write(tx, centre, holder, offerId, held.leaseId, relearnGrant(held, totalMinor));
}

/** Of a burned lease it stays burned: another copy of the ledger may have spent the very same money. */
export async function returnBudget(
  tx: Db,
  centre: Centre,
  holder: LeaseHolder,
  offerId: string,
  amountMinor: number,
): Promise<void> {
  const held = await lock(tx, holder, offerId);
  if (held === undefined) return;
  await write(tx, centre, holder, offerId, held.leaseId, reportReturned(held, amountMinor));
  if (held.leaseId !== undefined)
    await tx.update(budgetLeases).set({ keep: null }).where(eq(budgetLeases.id, held.leaseId));
  await settleBudget(tx, centre, offerId);
}

/** While a restored centre is not sure whose the money of its pool is, what needs some is owed. */
async function isFrozenOffer(tx: Db, centre: Centre, offerId: string): Promise<boolean> {
  if (!centre.store.startedRecovering) return false;
  const [offer] = await tx.select({ terms: offers.terms }).from(offers).where(eq(offers.id, offerId));
  return offer !== undefined && (await isFrozen(tx, centre, offer.terms));
}

/** As with rights: a wish names what the ledger would hold, half of the pool at most, never richer than the pool. */
export async function grantBudgets(
  tx: Db,
  centre: Centre,
  holder: LeaseHolder,
  wishes: PushRequest['budgetWishes'],
): Promise<void> {
  const wanted = new Map(wishes.map((wish) => [wish.offerId, wish.wantMinor]));
  for (const offerId of [...wanted.keys()].sort()) {
    const held = await lock(tx, holder, offerId);
    const [offer] = await tx.select().from(offers).where(eq(offers.id, offerId));
    if (held === undefined || offer?.status !== 'active') continue;
    if ((offer.locationId ?? holder.locationId) !== holder.locationId) continue;
    if (await isFrozen(tx, centre, offer.terms)) continue;
    const { escrow, lease } = held;
    const isShared = offer.locationId === null;
    const fair = Math.min(Math.ceil(escrow.pool / 2), Math.max(0, escrow.pool - lease.held));
    const count = Math.min((wanted.get(offerId) ?? 0) - lease.held, isShared ? fair : escrow.pool);
    if (count <= 0) {
      if (escrow.pool === 0) await recall(tx, holder, offerId, lease.held);
      continue;
    }
    const granted = grantLease(held, count);
    if (!granted.ok) continue;
    const leaseId = await write(tx, centre, holder, offerId, held.leaseId, granted.value);
    if (leaseId === undefined) continue;
    await tx.update(budgetLeases).set({ keep: null }).where(eq(budgetLeases.id, leaseId));
    await announce(tx, [{ kind: 'budget', ref: leaseId, locationId: holder.locationId }]);
  }
}

const MAX_RECALLED = 3;

/** A ledger that has less is given a part of what richer ones hold, once they hear of it and give it back. */
async function recall(tx: Db, holder: LeaseHolder, offerId: string, has: number): Promise<void> {
  const rich = await tx
    .select({ id: budgetLeases.id, held: budgetLeases.held, locationId: ledgers.locationId })
    .from(budgetLeases)
    .innerJoin(ledgers, eq(ledgers.id, budgetLeases.ledgerId))
    .where(
      and(
        eq(budgetLeases.offerId, offerId),
        eq(budgetLeases.status, 'open'),
        ne(budgetLeases.ledgerId, holder.ledgerId),
        gte(budgetLeases.held, Math.max(2, 2 * has)),
        isNull(budgetLeases.keep),
      ),
    )
    .orderBy(desc(budgetLeases.held), budgetLeases.id)
    .limit(MAX_RECALLED);
  for (const { id, held, locationId } of rich) {
    await tx
      .update(budgetLeases)
      .set({ keep: Math.ceil(held / 2) })
      .where(eq(budgetLeases.id, id));
    await announce(tx, [{ kind: 'budget', ref: id, locationId }]);
  }
}

/** Nobody can say what of it was spent. */
export async function burnBudgets(tx: Db, ledgerId: string, incarnation: number): Promise<void> {
  const mine = await tx
    .select({ offerId: budgetLeases.offerId })
    .from(budgetLeases)
    .where(and(eq(budgetLeases.ledgerId, ledgerId), eq(budgetLeases.incarnation, incarnation)));
  const offerIds = mine.map(({ offerId }) => offerId).sort();
  if (offerIds.length === 0) return;
  const held = await tx
    .select()
    .from(budgets)
    .where(inArray(budgets.offerId, offerIds))
    .orderBy(budgets.offerId)
    .for('update');
  for (const row of held) {
    const [lease] = await tx
      .select()
      .from(budgetLeases)
      .where(
        and(
          eq(budgetLeases.offerId, row.offerId),
          eq(budgetLeases.ledgerId, ledgerId),
          eq(budgetLeases.incarnation, incarnation),
        ),
      )
      .for('update');
    if (lease === undefined) continue;
    const after = burnLease({ escrow: escrowOf(row), lease: leaseOf(lease) });
    await tx.update(budgets).set(after.escrow).where(eq(budgets.offerId, row.offerId));
    await tx.update(budgetLeases).set(after.lease).where(eq(budgetLeases.id, lease.id));
  }
}

/** A manager answered for a ledger without a centre: its money goes on with it. */
export async function handOverBudgets(
  tx: Db,
  from: Pick<LeaseHolder, 'ledgerId' | 'incarnation'>,
  to: number,
): Promise<void> {
  await tx
    .update(budgetLeases)
    .set({ incarnation: to })
    .where(
      and(
        eq(budgetLeases.ledgerId, from.ledgerId),
        eq(budgetLeases.incarnation, from.incarnation),
        eq(budgetLeases.status, 'open'),
      ),
    );
}
