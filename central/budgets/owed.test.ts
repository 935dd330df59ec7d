import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { query } from '../store/db.ts';
import { offerTerms } from '../testing/offer-terms.ts';
import { openTestCentre, type TestCentre, testableStores } from '../testing/test-centre.ts';
import { enrolDevice, redeemed, type TestDevice } from '../testing/test-device.ts';

/** What each redemption of a ledger gives away. */
const DISCOUNT = 500;
const BUDGET = 700;

describe.each(testableStores())('what went past a budget, on %s', (kind) => {
  let test: TestCentre;
  let device: TestDevice;
  let offerId: string;
  let couponId: string;

  beforeEach(async () => {
    test = await openTestCentre(kind);
    const terms = offerTerms({ limits: { budgetMinor: BUDGET }, offlinePolicy: { type: 'open' } });
    offerId = (await test.call('POST', '/api/offers', terms)).body.id;
    couponId = (await test.call('POST', '/api/coupons', { offer_id: offerId, code: 'SPRING' })).body.id;
    device = await enrolDevice(test);
    return () => test.close();
  }, 60_000);

  const tell = async () =>
    expect(await device.push()).toMatchObject({ status: 200, body: { quarantined: [] } });

  /** Accepted without money of a lease. */
  function give(): string {
    const redemptionId = randomUUID();
    device.append('redemption.redeemed', redeemed(couponId, offerId, { redemptionId, atRisk: true }));
    return redemptionId;
  }

  const refund = (redemptionId: string, returnedInAllMinor: number) =>
    device.append('redemption.refunded', {
      refundId: randomUUID(),
      basketId: randomUUID(),
      currency: 'EUR',
      refundMinor: 1_000,
      clawedBackMinor: 0,
      lines: [],
      shipping: [],
      redemptions: [
        {
          redemptionId,
          couponId,
          offerId,
          returnedMinor: returnedInAllMinor,
          returnedInAllMinor,
          all: false,
          useBack: false,
        },
      ],
      reason: 'broken',
    });

  async function state() {
    const [row] = await query<Record<string, unknown>>(
      test.centre.db,
      sql`SELECT pool, spent, (SELECT coalesce(sum(owed_minor), 0) FROM budget_spends) AS owed FROM budgets WHERE offer_id = ${offerId}`,
    );
    const { incidents } = (await test.call('GET', '/api/incidents?status=open')).body;
    return {
      pool: Number(row?.pool),
      spent: Number(row?.spent),
      owed: Number(row?.owed),
      open: incidents.length,
    };
  }

  it('is paid by what a void at a shop brings back', async () => {
    const first = give();
    give();
    await tell();
    expect(await state()).toEqual({ pool: 0, spent: BUDGET, owed: 300, open: 1 });
    device.append('redemption.voided', { redemptionId: first, couponId, offerId, reason: 'mistake' });
    await tell();
    expect(await state()).toEqual({ pool: 200, spent: DISCOUNT, owed: 0, open: 0 });
  });

  it('is paid by the part of a discount that comes back with goods, at a shop', async () => {
    const first = give();
    give();
    refund(first, 350);
    await tell();
    expect(await state()).toEqual({ pool: 50, spent: 650, owed: 0, open: 0 });
  });

  it('is no excess any more when its own goods come back', async () => {
    give();
    const second = give();
    await tell();
    refund(second, 300);
    await tell();
    expect(await state()).toEqual({ pool: 0, spent: BUDGET, owed: 0, open: 0 });
  });

  it('is paid by goods that come back to the web', async () => {
    const line = { id: '1', sku: 'mug', qty: 2, unitPriceMinor: 2_500 };
    const basket = { currency: 'EUR', taxMode: 'inclusive', lines: [line] };
    const sold = await test.call('POST', '/api/redemptions', {
      code: 'SPRING',
      basket_id: randomUUID(),
      basket,
    });
    expect(sold.body.discount_minor).toBe(DISCOUNT);
    give();
    await tell();
    expect(await state()).toEqual({ pool: 0, spent: BUDGET, owed: 300, open: 1 });
    const back = { lines: [{ line_id: '1', units: 1 }], reason: 'broken' };
    expect((await test.call('POST', `/api/redemptions/${sold.body.id}/refund`, back)).status).toBe(201);
    expect(await state()).toEqual({ pool: 0, spent: BUDGET, owed: 50, open: 1 });
  });
});
