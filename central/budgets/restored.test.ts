import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Offer } from '../../shared/engine/offer.ts';
import { query } from '../store/db.ts';
import { isBudgetShort } from '../store/retry.ts';
import { budgetSpends } from '../store/schema.ts';
import { basketOf50, offerTerms } from '../testing/offer-terms.ts';
import { openTestCentre, type TestCentre, testableStores } from '../testing/test-centre.ts';
import { enrolDevice, type TestDevice } from '../testing/test-device.ts';

/** What ten percent of the basket come to. */
const DISCOUNT = 500;
const BOUNDED: Offer['offlinePolicy'] = {
  type: 'bounded',
  maxDiscountMinor: 1_000,
  maxUses: 10,
  maxAgeMs: 86_400_000,
  managerPin: false,
};

describe.each(testableStores())('a centre that was restored, on %s', (kind) => {
  let test: TestCentre;
  beforeEach(async () => {
    test = await openTestCentre(kind, { restored: true });
    return () => test.close();
  }, 60_000);

  async function code(terms: object, coupon: object = {}) {
    const offer = await test.call('POST', '/api/offers', offerTerms(terms));
    expect(offer.status).toBe(201);
    const input = { offer_id: offer.body.id, code: 'SPRING', ...coupon };
    const made = await test.call('POST', '/api/coupons', input);
    expect(made.status).toBe(201);
    return { offerId: offer.body.id as string, couponId: made.body.id as string };
  }

  const sale = () => ({ code: 'SPRING', basket_id: randomUUID(), basket: basketOf50 });
  const confirm = () => test.call('POST', '/api/recovery/confirm');
  const tell = (device: TestDevice) => device.push(1, { knownServerEpoch: test.centre.store.epoch });

  async function places(offerId: string) {
    const [row] = await query<Record<string, unknown>>(
      test.centre.db,
      sql`SELECT pool, leased, spent FROM budgets WHERE offer_id = ${offerId}`,
    );
    return { pool: Number(row?.pool), leased: Number(row?.leased), spent: Number(row?.spent) };
  }

  it.each([
    ['a code of few uses of an offer without a limit', {}, { max_uses: 1 }],
    ['a budget alone', { limits: { budgetMinor: 10 * DISCOUNT } }, {}],
  ])('does not sell what ledgers may have sold: %s', async (_, terms, coupon) => {
    await code(terms, coupon);
    const refused = { body: { code: 'centre_recovering' } };
    expect(await test.call('POST', '/api/redemptions', sale())).toMatchObject(refused);
    expect(await test.call('POST', '/api/reservations', sale())).toMatchObject(refused);
    const { code: one, ...basket } = sale();
    expect(await test.call('POST', '/api/sales', { ...basket, codes: [one] })).toMatchObject(refused);
    expect((await confirm()).status).toBeLessThan(300);
    expect((await test.call('POST', '/api/redemptions', sale())).status).toBe(201);
  });

  it('still sells what has no limit at all', async () => {
    await code({});
    expect((await test.call('POST', '/api/redemptions', sale())).status).toBe(201);
  });

  it('gives money that came back to the ledger that holds it already, and pays its sales from there', async () => {
    const { offerId, couponId } = await code({ limits: { budgetMinor: 2 * DISCOUNT } });
    const [first, second] = [await enrolDevice(test, 'One'), await enrolDevice(test, 'Two')];
    const totalMinor = 2 * DISCOUNT;
    const leaseId = randomUUID();
    first.append('budget.received', { offerId, leaseId: randomUUID(), totalMinor });
    await tell(first);
    expect(await places(offerId)).toMatchObject({ pool: 0, leased: totalMinor });
    second.append('budget.received', { offerId, leaseId, totalMinor });
    second.append('redemption.redeemed', {
      redemptionId: randomUUID(),
      basketId: randomUUID(),
      couponId,
      offerId,
      offerVersion: 1,
      channel: 'pos',
      currency: 'EUR',
      subtotalMinor: 5_000,
      discountMinor: DISCOUNT,
      lines: [],
      shipping: [],
      atRisk: false,
      budgetLeaseId: leaseId,
    });
    expect((await tell(second)).status).toBe(200);
    first.append('budget.returned', { offerId, leaseId: randomUUID(), amountMinor: totalMinor });
    await tell(first);
    expect(await places(offerId)).toEqual({ pool: totalMinor, leased: 0, spent: 0 });
    await confirm();
    expect((await test.call('GET', '/api/recovery')).body).toMatchObject({ recovering: false });
    expect(await places(offerId)).toEqual({ pool: 0, leased: DISCOUNT, spent: DISCOUNT });
    expect((await test.call('POST', '/api/redemptions', sale())).body.code).toBe('budget_exhausted');
    const { incidents } = (await test.call('GET', '/api/incidents')).body;
    expect(incidents.filter((one: { status: string }) => one.status === 'open')).toEqual([]);
  });

  it('takes a lost redemption back though its budget has less, and gives back no more than was paid', async () => {
    const { offerId, couponId } = await code({
      limits: { budgetMinor: DISCOUNT - 200 },
      offlinePolicy: BOUNDED,
    });
    const id = randomUUID();
    const lost = {
      id,
      coupon_id: couponId,
      offer_id: offerId,
      offer_version: 1,
      basket_id: 'b-1',
      channel: 'web',
      currency: 'EUR',
      subtotal_minor: 5_000,
      discount_minor: DISCOUNT,
      lines: [],
      shipping: [],
      redeemed_at: new Date(test.ports.now()).toISOString(),
    };
    for (let i = 0; i < 2; i++)
      expect((await test.call('POST', '/api/redemptions/import', lost)).status).toBeLessThan(300);
    expect(await places(offerId)).toEqual({ pool: 0, leased: 0, spent: DISCOUNT - 200 });
    const [spend] = await test.centre.db.select().from(budgetSpends).where(eq(budgetSpends.redemptionId, id));
    expect(spend).toMatchObject({ paidMinor: DISCOUNT - 200, owedMinor: 200 });
    const { incidents } = (await test.call('GET', '/api/incidents')).body;
    expect(incidents).toMatchObject([{ kind: 'over_redemption', status: 'open', cost_minor: 200 }]);
    const voided = await test.call('POST', `/api/redemptions/${id}/void`, { reason: 'cancelled' });
    expect(voided.status).toBe(200);
    expect(await places(offerId)).toEqual({ pool: DISCOUNT - 200, leased: 0, spent: 0 });
  });

  it('knows the store by what it says when a budget is short', async () => {
    const { offerId } = await code({ limits: { budgetMinor: DISCOUNT } });
    const tooMuch = sql`SELECT move_budget(${offerId}, ${DISCOUNT + 1}, 0, ${DISCOUNT + 1})`;
    const error = await test.centre.db.execute(tooMuch).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(isBudgetShort(error)).toBe(true);
  });
});
