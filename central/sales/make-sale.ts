import { and, eq, ne, or } from 'drizzle-orm';
import { refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { decideUse } from '../../shared/redemption/use.ts';
import { type Centre, newId, type Outcome } from '../centre.ts';
import { lockEscrows } from '../escrow/held.ts';
import { whereAndWho } from '../hook/ask-before.ts';
import { turnsFor } from '../redemptions/counted-limits.ts';
import { lockCoupons } from '../redemptions/find-coupon.ts';
import { sharesOf } from '../redemptions/judge.ts';
import { whereOf } from '../redemptions/redeem.ts';
import { asksTheSame, firstAnswer } from '../redemptions/same-request.ts';
import { type RedemptionRow, takeUses } from '../redemptions/take-uses.ts';
import { explainUse, stateOfAutomatic, stateOfUse } from '../redemptions/use-state.ts';
import type { Db } from '../store/db.ts';
import { isBudgetShort, isUniqueViolation, transactResult } from '../store/retry.ts';
import { redemptions, sales } from '../store/schema.ts';
import { inLine, takeTurns } from '../store/take-turns.ts';
import {
  type BasketQuestion,
  type Granted,
  type JudgedBasket,
  judgeBasket,
  refusalOf,
} from './judge-basket.ts';

export type SaleRow = typeof sales.$inferSelect;
export type SaleState = { readonly sale: SaleRow; readonly redemptions: readonly RedemptionRow[] };

export type SaleRequest = BasketQuestion & {
  readonly id: string;
  readonly mayBeRetry: boolean;
  readonly basketId: string;
};

/** Others that were faster may make a decision stale so often before the caller is told to come back. */
const MAX_TRIES = 5;

/**
 * Redeems every code of a basket, and the automatic offers that apply, or none of them: the engine chooses the best
 * combination, and a code that has no part in it refuses the whole.
 */
export async function makeSale(centre: Centre, request: SaleRequest): Promise<Outcome<SaleState>> {
  const before = request.mayBeRetry ? await findSale(centre.db, request.id) : undefined;
  if (before !== undefined) return sameSale(request, before);
  const made = await attemptSale(centre, request);
  if (made !== 'done_before' && (made.ok || !request.mayBeRetry)) return made;
  // A retry may overlap its first call and be refused because that very call took the uses.
  const first = await findSale(centre.db, request.id);
  if (first !== undefined) return sameSale(request, first);
  assert(made !== 'done_before', 'its id was taken');
  return made;
}

async function attemptSale(
  centre: Centre,
  request: SaleRequest,
): Promise<Outcome<SaleState> | 'done_before'> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    // Judged once to learn whose turns and rows it needs, and again while it has them.
    const judged = await judgeBasket(centre, centre.db, request);
    if (!judged.ok) return judged;
    const refused = await refusalOf(centre, centre.db, request, judged.value);
    if (!refused.ok) return refused;
    if (tries === 0) {
      const asked = await askAboutSale(centre, request, judged.value);
      if (!asked.ok) return asked;
    }
    try {
      const turns = turnsOf(centre, request, judged.value);
      const made = await inLine(centre.db, turns, () =>
        transactResult(centre.db, (tx) => sell(centre, tx, request, judged.value, turns)),
      );
      if (!made.ok || made.value !== 'again') return made as Outcome<SaleState>; // 'again' was just left out
    } catch (error) {
      // The same id was written a moment ago by a retry that ran beside this call.
      if (isUniqueViolation(error)) return 'done_before';
      // A ledger was given money of a budget since it was read.
      if (!isBudgetShort(error)) throw error;
    }
  }
  return err(refusal('busy'));
}

/** The integrator's rule, once for the whole basket. */
async function askAboutSale(
  centre: Centre,
  request: SaleRequest,
  { granted }: JudgedBasket,
): Promise<Outcome<void>> {
  if (centre.hook === undefined) return ok(undefined);
  return centre.hook({
    action: 'redeem',
    coupons: granted.map(({ decision, by }) => ({
      coupon_id: by.coupon?.id ?? null,
      offer_id: by.offer.id,
      offer_version: by.offer.version,
      discount_minor: decision.discountMinor,
    })),
    currency: request.basket.currency,
    basket_id: request.basketId,
    basket: request.basket,
    ...whereAndWho(request.circumstances),
  });
}

function turnsOf(centre: Centre, { circumstances }: SaleRequest, { granted }: JudgedBasket): string[] {
  const turns = granted.flatMap(({ by }) => turnsFor(centre, by, circumstances.customer));
  return [...new Set(turns)].sort();
}

async function sell(
  centre: Centre,
  tx: Db,
  request: SaleRequest,
  expected: JudgedBasket,
  turns: readonly string[],
): Promise<Outcome<SaleState | 'again'>> {
  await takeTurns(tx, turns);
  // Rights before codes, each by id: the order in which everybody locks.
  const offerIds = [...new Set(expected.granted.map(({ by }) => by.offer.id))].sort();
  await lockEscrows(tx, offerIds);
  await lockCoupons(
    tx,
    expected.granted.flatMap(({ by }) => by.coupon?.id ?? []),
  );
  const judged = await judgeBasket(centre, tx, request);
  if (!judged.ok) return judged;
  const refused = await refusalOf(centre, tx, request, judged.value);
  if (!refused.ok) return refused;
  const { granted, totals } = judged.value;
  // Something else applies now than what is locked.
  if (granted.some(({ by }) => !offerIds.includes(by.offer.id))) return ok('again');

  const now = centre.ports.now();
  const { basketId, basket, circumstances } = request;
  const sale: SaleRow = {
    id: request.id,
    basketId,
    channel: circumstances.channel,
    locationId: circumstances.locationId ?? null,
    currency: basket.currency,
    basket,
    totals,
    returns: null,
    madeAt: now,
  };
  await tx.insert(sales).values(sale);
  const rows: RedemptionRow[] = [];
  for (const one of inLockOrder(granted)) {
    const taken = await takeGranted(centre, tx, sale, circumstances.customer?.pseudonym ?? null, one);
    if (!taken.ok) return taken;
    rows.push(taken.value);
  }
  // As `redemptionsOf` reads them: a retry gets the same bytes.
  return ok({ sale, redemptions: rows.sort((a, b) => (a.id < b.id ? -1 : 1)) });
}

function inLockOrder(granted: readonly Granted[]): Granted[] {
  return [...granted].sort((a, b) => (a.by.offer.id < b.by.offer.id ? -1 : 1));
}

async function takeGranted(
  centre: Centre,
  tx: Db,
  sale: SaleRow,
  customer: string | null,
  { decision, by }: Granted,
): Promise<Outcome<RedemptionRow>> {
  const state = by.coupon === undefined ? stateOfAutomatic(by) : stateOfUse(by, { status: 'none' });
  const decided = decideUse(state, { type: 'redeem', now: sale.madeAt });
  if (!decided.ok) {
    if (by.coupon === undefined) return err(refusal(decided.error));
    return err(explainUse(by, decided.error));
  }
  const [event] = decided.value;
  assert(event?.type === 'redeemed', 'a new use is redeemed');
  const limited = event.right !== undefined;
  const row: RedemptionRow = {
    id: newId(centre.ports),
    offerId: by.offer.id,
    offerVersion: by.offer.version,
    couponId: by.coupon?.id ?? null,
    basketId: sale.basketId,
    channel: sale.channel,
    locationId: sale.locationId,
    ledgerId: null,
    incarnation: null,
    currency: sale.currency,
    subtotalMinor: sale.totals.subtotalMinor,
    discountMinor: decision.discountMinor,
    shares: sharesOf(decision, sale.basket),
    customer,
    leaseId: null,
    atRisk: false,
    paidBy: limited ? 'pool' : 'unlimited',
    status: 'redeemed',
    redeemedAt: sale.madeAt,
    voidedAt: null,
    voidReason: null,
    receivedAt: sale.madeAt,
    saleId: sale.id,
    returnedMinor: 0,
  };
  const where = whereOf({ channel: sale.channel, locationId: sale.locationId ?? undefined });
  const [taken] = await takeUses(tx, {
    what: 'redeem',
    offerId: row.offerId,
    limited,
    uses: [{ row, where }],
  });
  assert(taken === true, 'its rows were locked when it was judged');
  return ok(row);
}

export async function findSale(db: Db, id: string): Promise<SaleState | undefined> {
  const [sale] = await db.select().from(sales).where(eq(sales.id, id));
  return sale && { sale, redemptions: await redemptionsOf(db, id) };
}

/** The only redemption of a sale bears its id; those of several codes name it. */
export async function redemptionsOf(db: Db, saleId: string): Promise<RedemptionRow[]> {
  return db
    .select()
    .from(redemptions)
    .where(
      or(
        eq(redemptions.id, saleId),
        // The index holds those alone that bear another id than their sale.
        and(eq(redemptions.saleId, saleId), ne(redemptions.saleId, redemptions.id)),
      ),
    )
    .orderBy(redemptions.id);
}

function sameSale(request: SaleRequest, before: SaleState): Outcome<SaleState> {
  return firstAnswer(asksTheSame(request, before.sale), before);
}
