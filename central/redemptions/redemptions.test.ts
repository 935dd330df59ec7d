import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { query } from '../store/db.ts';
import { takeTurns } from '../store/take-turns.ts';
import { basketOf50, offerTerms } from '../testing/offer-terms.ts';
import {
  openTestCentre,
  TEST_NOW,
  type TestAnswer,
  type TestCentre,
  testableStores,
} from '../testing/test-centre.ts';
import { expireReservations } from './undo.ts';

describe.each(testableStores())('redemptions on %s', (kind) => {
  let test: TestCentre;
  beforeAll(async () => {
    test = await openTestCentre(kind);
  }, 60_000);
  afterAll(() => test.close());
  beforeEach(() => {
    test.ports.nowMs = TEST_NOW;
    return test.empty();
  });

  const input = { code: 'SPRING', basket_id: 'order-1', basket: basketOf50 };
  const make = (body: object = {}) =>
    test.call('POST', '/api/coupons', { code: 'SPRING', discount_value: 10, ...body });
  const redeem = (body: object = {}, headers: Record<string, string> = {}) =>
    test.call('POST', '/api/redemptions', { ...input, ...body }, headers);
  const reserve = (body: object = {}) => test.call('POST', '/api/reservations', { ...input, ...body });
  const rightsOf = async (offerId: string) => (await test.call('GET', `/api/offers/${offerId}`)).body.rights;
  const usesOf = async (id: string) => (await test.call('GET', `/api/coupons/${id}`)).body.uses;

  it('takes a use and a right, and says what each unit was given', async () => {
    const coupon = await make({ max_uses: 3 });
    const done = await redeem({ user_id: 'ada' });
    expect(done).toMatchObject({
      status: 201,
      body: { status: 'redeemed', discount: 5, discount_minor: 500, subtotal_minor: 5_000, offer_version: 1 },
    });
    expect(done.body.lines).toEqual([
      { id: '1', sku: 'coffee', units: [{ units: 2, amountMinor: 100 }] },
      { id: '2', sku: 'mug', units: [{ units: 1, amountMinor: 300 }] },
    ]);
    expect(await rightsOf(coupon.body.offer_id)).toMatchObject({ pool: 2, spent: 1 });
    expect(await usesOf(coupon.body.id)).toBe(1);
    expect((await test.call('GET', `/api/redemptions/${done.body.id}`)).body).toEqual(done.body);
    const history = await test.call('GET', `/api/redemptions?coupon_id=${coupon.body.id}&user_id=ada`);
    expect(history.body.redemptions).toEqual([done.body]);
    expect((await test.call('GET', '/api/redemptions?user_id=bob')).body.redemptions).toEqual([]);
  });

  it('gives a retry with the same key the first answer, and refuses the key for something else', async () => {
    const coupon = await make({ max_uses: 3 });
    const key = { 'idempotency-key': 'order-1/pay' };
    const first = await redeem({}, key);
    expect(first.status).toBe(201);
    expect(await redeem({}, key)).toMatchObject({ status: 201, body: { id: first.body.id } });
    expect(await rightsOf(coupon.body.offer_id)).toMatchObject({ spent: 1 });
    const [line] = basketOf50.lines;
    const others = [
      { basket_id: 'order-2' },
      { basket: { ...basketOf50, lines: [{ ...line, qty: 9 }] } },
      { user_id: 'eve' },
      { channel: 'phone' },
    ];
    for (const other of others)
      expect(await redeem(other, key)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    const together = await Promise.all(
      Array.from({ length: 8 }, () => redeem({}, { 'idempotency-key': 'again' })),
    );
    expect(new Set(together.map(({ body }) => body.id)).size).toBe(1);
    expect(await usesOf(coupon.body.id)).toBe(2);
  });

  it('answers a retry that overlaps its first call as that one, when the first took the last use', async () => {
    const coupon = await make({ max_uses: 1 });
    for (const [what, key] of Object.entries({ redemptions: 'last', reservations: 'last hold' })) {
      const calls = Array.from({ length: 8 }, async (_, i) => {
        await new Promise((resolve) => setTimeout(resolve, i));
        return test.call('POST', `/api/${what}`, input, { 'idempotency-key': key });
      });
      const answers = await Promise.all(calls);
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
      const ids = new Set(answers.map(({ body }) => body.id));
      expect(ids.size).toBe(1);
      const [id] = ids;
      if (what === 'redemptions') {
        expect(await usesOf(coupon.body.id)).toBe(1);
        expect(await redeem({}, { 'idempotency-key': 'another' })).toMatchObject({ status: 402 });
        await test.call('POST', `/api/redemptions/${id}/void`, { reason: 'x' });
      }
    }
  });

  // The embedded store has one connection: nobody waits beside another.
  it.skipIf(kind === 'pglite')('keeps no connection for whoever waits for a turn', async () => {
    const coupon = await make({});
    const { terms } = (await test.call('GET', `/api/offers/${coupon.body.offer_id}`)).body;
    const { id, version, status, ...draft } = { ...terms, name: 'Daily', limits: { perDay: 50 } };
    const offer = (await test.call('POST', '/api/offers', draft)).body;
    await test.call('POST', '/api/coupons', { offer_id: offer.id, code: 'DAILY' });
    const { waiting, others } = await test.centre.db.transaction(async (tx) => {
      await takeTurns(tx, [`offer ${offer.id}`]);
      const all = Array.from({ length: 20 }, (_, i) => redeem({ code: 'DAILY', basket_id: `daily ${i}` }));
      const first = Promise.race([
        redeem({}),
        new Promise<TestAnswer>((resolve) => setTimeout(resolve, 4_000, { status: 0 })),
      ]);
      return { waiting: all, others: (await first).status };
    });
    expect(others).toBe(201);
    for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(201);
  });

  it('holds a use until it is committed or released', async () => {
    const coupon = await make({ max_uses: 2 });
    const held = await reserve();
    expect(held).toMatchObject({ status: 201, body: { status: 'reserved', discount_minor: 500 } });
    expect(await rightsOf(coupon.body.offer_id)).toMatchObject({ pool: 1, reserved: 1, spent: 0 });
    const commit = () => test.call('POST', `/api/reservations/${held.body.id}/commit`);
    expect(await commit()).toMatchObject({ status: 200, body: { id: held.body.id, status: 'redeemed' } });
    expect((await commit()).status).toBe(200);
    expect(await rightsOf(coupon.body.offer_id)).toMatchObject({ pool: 1, reserved: 0, spent: 1 });
    expect((await test.call('POST', `/api/reservations/${held.body.id}/release`)).status).toBe(409);

    const other = await reserve();
    const release = () => test.call('POST', `/api/reservations/${other.body.id}/release`);
    expect((await release()).body.status).toBe('released');
    expect((await release()).status).toBe(200);
    expect(await rightsOf(coupon.body.offer_id)).toMatchObject({ pool: 1, reserved: 0, spent: 1 });
  });

  it('commits a hold once, also when its order was given again before', async () => {
    const coupon = await make({ max_uses: 2 });
    const held = await reserve();
    const { offer_id } = coupon.body;
    const sold = (await redeem()).body;
    const again = { ...sold, id: held.body.id, coupon_id: coupon.body.id };
    expect((await test.call('POST', '/api/redemptions/import', again)).status).toBe(200);
    const committed = await test.call('POST', `/api/reservations/${held.body.id}/commit`);
    expect(committed).toMatchObject({ status: 200, body: { id: held.body.id, status: 'redeemed' } });
    test.ports.nowMs += 600_000;
    await expireReservations(test.centre, (error) => {
      throw error;
    });
    expect(await rightsOf(offer_id)).toMatchObject({ pool: 0, reserved: 0, spent: 2 });
    expect((await test.call('GET', `/api/coupons/${coupon.body.id}`)).body.uses).toBe(2);
    // The order was owed for as long as the hold kept the right.
    const { incidents } = (await test.call('GET', '/api/incidents')).body;
    expect(incidents).toMatchObject([{ status: 'resolved', outcome: 'covered' }]);
  });

  it('ends a hold by time: it cannot be committed, and its right comes back', async () => {
    const coupon = await make({ max_uses: 1 });
    const held = await reserve();
    test.ports.nowMs += 600_000;
    expect(await test.call('POST', `/api/reservations/${held.body.id}/commit`)).toMatchObject({
      status: 410,
      body: { code: 'reservation_expired' },
    });
    expect(
      await expireReservations(test.centre, (error) => {
        throw error;
      }),
    ).toBe(1);
    expect(
      await expireReservations(test.centre, (error) => {
        throw error;
      }),
    ).toBe(0);
    expect(await rightsOf(coupon.body.offer_id)).toMatchObject({ pool: 1, reserved: 0 });
    expect((await redeem()).status).toBe(201);
  });

  it('gives a voided use back, once', async () => {
    const coupon = await make({ max_uses: 1 });
    const done = await redeem();
    const undo = () => test.call('POST', `/api/redemptions/${done.body.id}/void`, { reason: 'wrong order' });
    expect((await undo()).body).toMatchObject({ status: 'voided', void_reason: 'wrong order' });
    expect(await undo()).toMatchObject({ status: 409, body: { code: 'already_voided' } });
    expect(await rightsOf(coupon.body.offer_id)).toMatchObject({ pool: 1, spent: 0 });
    expect((await redeem({ basket_id: 'order-2' })).status).toBe(201);
  });

  it('answers the retry of a void as the void, and no other one', async () => {
    const coupon = await make({ max_uses: 1 });
    const done = await redeem();
    const undo = (key: string, reason = 'wrong order') =>
      test.call('POST', `/api/redemptions/${done.body.id}/void`, { reason }, { 'idempotency-key': key });
    const first = await undo('take back 1');
    expect(first.status).toBe(200);
    expect(await undo('take back 1')).toMatchObject({ status: 200, body: first.body });
    for (const other of [undo('take back 2'), undo('take back 1', 'another reason')])
      expect(await other).toMatchObject({ status: 409, body: { code: 'already_voided' } });
    expect(await rightsOf(coupon.body.offer_id)).toMatchObject({ pool: 1, spent: 0 });
  });

  it('refuses a code with one use the second time, and says when', async () => {
    const offer = await test.call('POST', '/api/offers', offerTerms());
    await test.call('POST', '/api/coupons', { offer_id: offer.body.id, code: 'ONCE', max_uses: 1 });
    expect((await redeem({ code: 'ONCE' })).status).toBe(201);
    expect(await redeem({ code: 'ONCE' })).toMatchObject({
      status: 402,
      body: { code: 'already_redeemed', params: { at: TEST_NOW, where: 'web' } },
    });
  });

  it('counts per day in the configured zone', async () => {
    const offer = await test.call('POST', '/api/offers', offerTerms({ limits: { perDay: 1 } }));
    await test.call('POST', '/api/coupons', { offer_id: offer.body.id, code: 'DAILY' });
    expect((await redeem({ code: 'DAILY' })).status).toBe(201);
    expect(await redeem({ code: 'DAILY' })).toMatchObject({ status: 403, body: { code: 'day_limit' } });
    test.ports.nowMs = Date.UTC(2026, 10, 25, 0, 0, 0);
    expect((await redeem({ code: 'DAILY' })).status).toBe(201);
  });

  it('counts holds for the limits per day and per location, and keeps where they were made', async () => {
    const shop = randomUUID();
    for (const [code, limits, reason] of [
      ['DAILY', { perDay: 1 }, 'day_limit'],
      ['LOCAL', { perLocation: 1 }, 'location_limit'],
    ] as const) {
      const offer = await test.call('POST', '/api/offers', offerTerms({ limits }));
      await test.call('POST', '/api/coupons', { offer_id: offer.body.id, code });
      const here = { code, location_id: shop, channel: 'pos' };
      const held = await reserve(here);
      expect(held.status).toBe(201);
      expect(await redeem(here)).toMatchObject({ status: 403, body: { code: reason } });
      const done = await test.call('POST', `/api/reservations/${held.body.id}/commit`);
      expect(done.body).toMatchObject({ status: 'redeemed', location_id: shop });
      expect(await reserve(here)).toMatchObject({ status: 403, body: { code: reason } });
    }
    expect((await redeem({ code: 'LOCAL', location_id: randomUUID() })).status).toBe(201);
  });

  it('lets exactly as many of many callers at once through as there are uses', async () => {
    const coupon = await make({ max_uses: 20 });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => redeem({ basket_id: `order-${i}` })),
    );
    const byStatus = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect([byStatus(201), byStatus(402)]).toEqual([20, 80]);
    expect(await rightsOf(coupon.body.offer_id)).toMatchObject({ total: 20, pool: 0, spent: 20 });
    expect(await usesOf(coupon.body.id)).toBe(20);
    const [counted] = await query<{ n: number }>(
      test.centre.db,
      sql`SELECT count(*)::int AS n FROM redemptions`,
    );
    expect(counted?.n).toBe(20);
  }, 60_000);

  it('lets exactly one of many callers have a single-use code of a limited offer', async () => {
    const offer = await test.call('POST', '/api/offers', offerTerms({ limits: { total: 50 } }));
    await test.call('POST', '/api/coupons', { offer_id: offer.body.id, code: 'ONCE', max_uses: 1 });
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) => redeem({ code: 'ONCE', basket_id: `order-${i}` })),
    );
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
    expect(answers.every((answer) => [201, 402].includes(answer.status))).toBe(true);
    expect(await rightsOf(offer.body.id)).toMatchObject({ pool: 49, spent: 1 });
  }, 60_000);

  it('lets one customer redeem as often as allowed, however many requests run at once', async () => {
    await make({ uses_per_user: 2 });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => redeem({ basket_id: `order-${i}`, user_id: 'ada' })),
    );
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(2);
    expect(answers.filter((answer) => answer.status === 403)).toHaveLength(18);
  }, 60_000);

  it('never gives more of a budget than it holds', async () => {
    const offer = await test.call('POST', '/api/offers', offerTerms({ limits: { budgetMinor: 1_200 } }));
    await test.call('POST', '/api/coupons', { offer_id: offer.body.id, code: 'BUDGET' });
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => redeem({ code: 'BUDGET', basket_id: `order-${i}` })),
    );
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(2);
    expect(answers.filter((answer) => answer.body.code === 'budget_exhausted')).toHaveLength(8);
  }, 60_000);

  it.runIf(kind === 'postgresql')('asks the database twice for a redemption, limited or not', async () => {
    await make({ max_uses: 9 });
    const offer = await test.call('POST', '/api/offers', offerTerms());
    await test.call('POST', '/api/coupons', { offer_id: offer.body.id, code: 'FREE' });
    await redeem();
    const asked = vi.spyOn(pg.Client.prototype, 'query');
    for (const code of ['SPRING', 'FREE']) expect((await redeem({ code })).status).toBe(201);
    expect(asked).toHaveBeenCalledTimes(4);
    asked.mockRestore();
  });

  it('does nothing for a caller whose key may not redeem', async () => {
    await make();
    expect((await redeem({}, { authorization: 'Bearer x' })).status).toBe(401);
  });
});
