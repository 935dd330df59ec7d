import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OfferDraft } from '../../shared/contracts/offer.ts';
import { query } from '../store/db.ts';
import { basketOf50, offerTerms } from '../testing/offer-terms.ts';
import { openTestCentre, TEST_NOW, type TestCentre, testableStores } from '../testing/test-centre.ts';

const fixed = (amountMinor: number) => [
  { type: 'fixed' as const, amountMinor, per: 'total' as const, target: { scope: 'order' as const } },
];

describe.each(testableStores())('sales on %s', (kind) => {
  let test: TestCentre;
  beforeAll(async () => {
    test = await openTestCentre(kind);
  }, 60_000);
  afterAll(() => test.close());
  beforeEach(() => {
    test.ports.nowMs = TEST_NOW;
    return test.empty();
  });

  async function offerOf(code: string | undefined, terms: Partial<OfferDraft> = {}): Promise<string> {
    const offer = await test.call('POST', '/api/offers', offerTerms({ name: code ?? 'Automatic', ...terms }));
    if (offer.status !== 201) throw new Error(JSON.stringify(offer.body));
    if (code !== undefined) await test.call('POST', '/api/coupons', { offer_id: offer.body.id, code });
    return offer.body.id;
  }
  const input = { basket_id: 'order-1', basket: basketOf50 };
  const sell = (codes: string[], body: object = {}, headers: Record<string, string> = {}) =>
    test.call('POST', '/api/sales', { ...input, codes, ...body }, headers);
  const refund = (id: string, body: object = {}, headers: Record<string, string> = {}) =>
    test.call('POST', `/api/sales/${id}/refund`, { reason: 'too small', ...body }, headers);
  const rightsOf = async (id: string) => (await test.call('GET', `/api/offers/${id}`)).body.rights;

  describe('several codes at once', () => {
    it('are redeemed together with the automatic offers, each with its share', async () => {
      const five = await offerOf('FIVE', { benefits: fixed(500), limits: { total: 9 } });
      const ten = await offerOf('TEN');
      const always = await offerOf(undefined, {
        trigger: 'automatic',
        benefits: fixed(100),
        limits: { total: 5 },
      });
      const judged = await test.call('POST', '/api/baskets/validate', { ...input, codes: ['FIVE', 'ten'] });
      expect(judged).toMatchObject({ status: 200, body: { ok: true, codes: [{ ok: true }, { ok: true }] } });
      expect(judged.body.automatic).toMatchObject([{ offer_id: always }]);
      expect(await rightsOf(five)).toMatchObject({ pool: 9 });

      const sold = await sell(['FIVE', 'ten'], { user_id: 'ada' }, { 'idempotency-key': 'pay 1' });
      expect(sold.status).toBe(201);
      const another = { basket: { ...basketOf50, lines: basketOf50.lines.slice(1) }, user_id: 'ada' };
      expect((await sell(['FIVE', 'ten'], another, { 'idempotency-key': 'pay 1' })).status).toBe(409);
      const { redemptions } = sold.body;
      expect(new Set(redemptions.map((one: { offer_id: string }) => one.offer_id))).toEqual(
        new Set([five, ten, always]),
      );
      const sum = redemptions.reduce(
        (all: number, one: { discount_minor: number }) => all + one.discount_minor,
        0,
      );
      expect(sold.body).toMatchObject({ discount_minor: sum, payable_minor: 5_000 - sum });
      expect(sold.body.payable_minor).toBe(judged.body.payable_minor);
      expect(redemptions.find((one: { offer_id: string }) => one.offer_id === always).coupon_id).toBeNull();
      expect(await rightsOf(five)).toMatchObject({ pool: 8, spent: 1 });
      expect(await rightsOf(always)).toMatchObject({ pool: 4, spent: 1 });

      const again = await sell(['FIVE', 'ten'], { user_id: 'ada' }, { 'idempotency-key': 'pay 1' });
      expect(again.body).toEqual(sold.body);
      expect((await test.call('GET', `/api/sales/${sold.body.id}`)).body).toEqual(sold.body);
      expect(await rightsOf(five)).toMatchObject({ pool: 8, spent: 1 });
      expect((await sell(['ten'], { automatic: false })).body.redemptions).toHaveLength(1);
    });

    it('lend their id to no order that is given again', async () => {
      await offerOf('FIVE', { benefits: fixed(500) });
      await offerOf('TEN');
      const sold = await sell(['FIVE', 'TEN']);
      const again = { ...sold.body.redemptions[0], id: sold.body.id, offer_version: 77 };
      expect((await test.call('POST', '/api/redemptions/import', again)).status).toBe(409);
      expect((await refund(sold.body.id)).status).toBe(201);
    });

    it('are sold once to calls that overlap with the same key, though the first took the last use', async () => {
      const one = await offerOf('ONE', { limits: { total: 1 } });
      const calls = Array.from({ length: 8 }, async (_, i) => {
        await new Promise((resolve) => setTimeout(resolve, i));
        return sell(['ONE'], {}, { 'idempotency-key': 'pay last' });
      });
      const answers = await Promise.all(calls);
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
      for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
      expect(await rightsOf(one)).toMatchObject({ pool: 0, spent: 1 });
    });

    it('are all redeemed or none', async () => {
      const five = await offerOf('FIVE', { benefits: fixed(500), limits: { total: 9 } });
      await offerOf('LAST', { limits: { total: 1 } });
      await offerOf('ALONE', { stacking: { mode: 'exclusive', priority: 0 } });
      expect((await sell(['FIVE', 'LAST'])).status).toBe(201);
      expect(await sell(['FIVE', 'LAST'])).toMatchObject({
        status: 402,
        body: { code: 'exhausted', errors: [{ path: 'codes.1' }] },
      });
      expect((await sell(['FIVE', 'ALONE'])).status).toBe(403);
      expect((await sell(['FIVE', 'NOBODY'])).status).toBeGreaterThanOrEqual(404);
      expect((await sell(['FIVE', 'five'])).status).toBe(422);
      expect(await sell([])).toMatchObject({ status: 422, body: { code: 'nothing_to_redeem' } });
      expect(await rightsOf(five)).toMatchObject({ pool: 8, spent: 1 });
      const [counted] = await query<{ n: number }>(test.centre.db, sql`SELECT count(*)::int AS n FROM sales`);
      expect(counted?.n).toBe(1);
    });

    it('never pass a limit, and wait for nobody in a circle, in whatever order they are named', async () => {
      const one = await offerOf('ONE', { benefits: fixed(100), limits: { total: 12 } });
      const two = await offerOf('TWO', { benefits: fixed(100), limits: { total: 20, perDay: 15 } });
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          i % 4 === 3
            ? test.call('POST', '/api/redemptions', { ...input, code: i % 8 === 3 ? 'ONE' : 'TWO' })
            : sell(i % 2 === 0 ? ['ONE', 'TWO'] : ['TWO', 'ONE'], { basket_id: `b${i}` }),
        ),
      );
      expect(answers.filter((answer) => ![201, 402, 403].includes(answer.status))).toEqual([]);
      const rows = await query<{ offer: string; n: number }>(
        test.centre.db,
        sql`SELECT offer_id AS offer, count(*)::int AS n FROM redemptions GROUP BY offer_id`,
      );
      const uses = new Map(rows.map((row) => [row.offer, row.n]));
      expect(uses.get(one)).toBe(12);
      expect(uses.get(two)).toBeLessThanOrEqual(15);
      expect(await rightsOf(one)).toMatchObject({ pool: 0, spent: 12 });
      expect((await rightsOf(two)).spent).toBe(uses.get(two));
    }, 60_000);
  });

  describe('refunds', () => {
    const policy = (
      giveUseBack: 'never' | 'full_return' | 'any_return',
      brokenThreshold: 'keep' | 'claw_back',
    ) => ({
      refundPolicy: { giveUseBack, brokenThreshold },
    });

    it('give back what was paid for each unit, and the use when all is back', async () => {
      const offer = await offerOf('TEN', { limits: { total: 3 }, ...policy('full_return', 'keep') });
      const sold = await sell(['TEN']);
      const { id } = sold.body;
      const key = { 'idempotency-key': 'return 1' };
      const mug = await refund(id, { lines: [{ line_id: '2', units: 1 }] }, key);
      expect(mug).toMatchObject({
        status: 201,
        body: {
          refund_minor: 2_700,
          lines: [{ line_id: '2', units: 1, price_minor: 3_000, discount_minor: 300 }],
        },
      });
      expect(mug.body.uses_given_back).toEqual([]);
      expect((await refund(id, { lines: [{ line_id: '2', units: 1 }] }, key)).body).toEqual(mug.body);
      expect((await refund(id, { lines: [{ line_id: '1', units: 1 }] }, key)).status).toBe(409);
      expect(await refund(id, { lines: [{ line_id: '2', units: 1 }] })).toMatchObject({ status: 409 });
      expect(await refund(id, { lines: [{ line_id: '9', units: 1 }] })).toMatchObject({ status: 422 });
      expect(await rightsOf(offer)).toMatchObject({ pool: 2, spent: 1 });
      const [redemption] = sold.body.redemptions;
      expect(
        (await test.call('POST', `/api/redemptions/${redemption.id}/void`, { reason: 'x' })).status,
      ).toBe(409);

      const rest = await test.call('POST', `/api/redemptions/${redemption.id}/refund`, {
        reason: 'all of it',
      });
      expect(rest).toMatchObject({ status: 201, body: { refund_minor: 1_800, refunded_minor: 4_500 } });
      expect(rest.body.uses_given_back).toEqual([redemption.id]);
      expect(await rightsOf(offer)).toMatchObject({ pool: 3, spent: 0 });
      expect((await test.call('GET', `/api/redemptions/${redemption.id}`)).body).toMatchObject({
        status: 'refunded',
        returned_minor: 500,
      });
      expect((await refund(id)).status).toBe(409);
      const [coupon] = (await test.call('GET', '/api/coupons?search=TEN')).body.coupons;
      expect(coupon.uses).toBe(0);
    });

    it('are for single redemptions and committed holds too, and not for what was voided', async () => {
      await offerOf('TEN', policy('any_return', 'keep'));
      const one = { ...input, code: 'TEN' };
      const redeemed = await test.call('POST', '/api/redemptions', one);
      const held = await test.call('POST', '/api/reservations', one);
      await test.call('POST', `/api/reservations/${held.body.id}/commit`);
      for (const { id } of [redeemed.body, held.body]) {
        const back = await test.call('POST', `/api/redemptions/${id}/refund`, {
          lines: [{ line_id: '1', units: 1 }],
          reason: 'x',
        });
        expect(back).toMatchObject({ status: 201, body: { refund_minor: 900, uses_given_back: [id] } });
      }
      const other = await test.call('POST', '/api/redemptions', one);
      await test.call('POST', `/api/redemptions/${other.body.id}/void`, { reason: 'x' });
      expect(
        await test.call('POST', `/api/redemptions/${other.body.id}/refund`, { reason: 'x' }),
      ).toMatchObject({
        status: 409,
        body: { code: 'already_voided' },
      });
    });

    it('are for the rest of a sale of which one redemption was voided', async () => {
      await offerOf('FIVE', { benefits: fixed(500), ...policy('any_return', 'keep') });
      const ten = await offerOf('TEN', { limits: { total: 3 }, ...policy('any_return', 'keep') });
      const sold = (await sell(['FIVE', 'TEN'])).body;
      const [kept, gone] = ['FIVE', 'TEN'].map((code) =>
        sold.redemptions.find((one: { offer_id: string }) => (one.offer_id === ten) === (code === 'TEN')),
      );
      await test.call('POST', `/api/redemptions/${gone.id}/void`, { reason: 'x' });
      expect(await rightsOf(ten)).toMatchObject({ pool: 3, spent: 0 });
      const all = await refund(sold.id);
      // What was paid at the sale, and the voided use is not given back again.
      expect(all).toMatchObject({
        status: 201,
        body: { refund_minor: sold.payable_minor, uses_given_back: [kept.id] },
      });
      expect(await rightsOf(ten)).toMatchObject({ pool: 3, spent: 0 });
      expect((await test.call('GET', `/api/redemptions/${gone.id}`)).body).toMatchObject({
        status: 'voided',
        returned_minor: 0,
      });
    });

    it('take back a discount whose threshold what is kept no longer meets', async () => {
      await offerOf('BIG', {
        conditions: [{ type: 'min_spend', amountMinor: 4_000, measure: 'before_discounts' }],
        ...policy('never', 'claw_back'),
      });
      const { body } = await sell(['BIG']);
      expect((await refund(body.id, { lines: [{ line_id: '2', units: 1 }] })).body).toMatchObject({
        refund_minor: 2_500,
        clawed_back_minor: 200,
      });
      expect((await refund(body.id)).body).toMatchObject({ refund_minor: 2_000, refunded_minor: 4_500 });
    });

    it('give room in a budget back', async () => {
      await offerOf('BUDGET', { limits: { budgetMinor: 500 } });
      const { body } = await sell(['BUDGET']);
      expect((await sell(['BUDGET'])).body.code).toBe('budget_exhausted');
      expect((await refund(body.id)).status).toBe(201);
      expect((await sell(['BUDGET'])).status).toBe(201);
    });

    it('happen once however many ask, and are told to integrators', async () => {
      await test.call('POST', '/api/webhooks', {
        url: 'https://shop.example/hook',
        events: ['coupon.refunded'],
      });
      await offerOf('TEN');
      const { body } = await sell(['TEN']);
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => refund(body.id, { lines: [{ line_id: '2', units: 1 }] })),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      const retries = await Promise.all(
        Array.from({ length: 10 }, () => refund(body.id, {}, { 'idempotency-key': 'rest' })),
      );
      expect(new Set(retries.map((one) => one.body.id)).size).toBe(1);
      const told = await query<{ type: string; refund: number }>(
        test.centre.db,
        sql`SELECT type, (data ->> 'refund_minor')::int AS refund FROM outbox
            WHERE type = 'coupon.refunded' ORDER BY id`,
      );
      expect(told).toEqual([
        { type: 'coupon.refunded', refund: 2_700 },
        { type: 'coupon.refunded', refund: 1_800 },
      ]);
    }, 60_000);

    it('end at exactly what was paid, whatever comes back in which order', async () => {
      await offerOf('ODD', { benefits: fixed(1_001) });
      await offerOf('TEN', {
        benefits: [{ type: 'percent', percentBp: 1_333, target: { scope: 'order' }, base: 'sequential' }],
      });
      const line = fc.record({
        qty: fc.integer({ min: 1, max: 4 }),
        price: fc.integer({ min: 1, max: 5_003 }),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(line, { minLength: 1, maxLength: 4 }),
          fc.infiniteStream(fc.nat()),
          async (lines, dice) => {
            const basket = {
              currency: 'EUR',
              taxMode: 'inclusive',
              lines: lines.map(({ qty, price }, i) => ({
                id: `${i}`,
                sku: `s${i}`,
                qty,
                unitPriceMinor: price + 1_500,
              })),
            };
            const sold = await sell(['ODD', 'TEN'], { basket });
            expect(sold.status).toBe(201);
            const left = lines.map(({ qty }) => qty);
            let refunded = 0;
            while (left.some((count) => count > 0)) {
              const candidates = left.flatMap((count, i) => (count > 0 ? [i] : []));
              const i = candidates[(dice.next().value ?? 0) % candidates.length] ?? 0;
              const units = 1 + ((dice.next().value ?? 0) % (left[i] ?? 1));
              const back = await refund(sold.body.id, { lines: [{ line_id: `${i}`, units }] });
              expect(back.status).toBe(201);
              left[i] = (left[i] ?? 0) - units;
              refunded += back.body.refund_minor;
            }
            expect(refunded).toBe(sold.body.payable_minor);
          },
        ),
        { numRuns: 15 },
      );
    }, 120_000);
  });
});
