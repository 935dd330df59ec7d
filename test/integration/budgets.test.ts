import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { query } from '../../central/store/db.ts';
import { testableStores } from '../../central/testing/test-centre.ts';
import { basketOf50, offerDraft } from '../../till/testing/offer-drafts.ts';
import { type Shop, shopsAndCentre } from './shops-and-centre.ts';

type Places = Record<'n' | 'pool' | 'leased' | 'reserved' | 'spent' | 'burned', number>;

/** Each redemption of the tests gives away 500 of a budget. */
const DISCOUNT = 500;

describe.each(testableStores())('money budgets on %s', (kind) => {
  const world = shopsAndCentre(kind);
  const { call, openLocation, enrol, syncNow } = world;

  async function sharedCode(budgetMinor: number, changes: Parameters<typeof offerDraft>[0] = {}) {
    const draft = offerDraft({ limits: { budgetMinor }, ...changes });
    const offer = await call('POST', '/api/offers', draft);
    const code = `SAVE${Math.floor(Math.random() * 1e6)}`;
    const made = await call('POST', '/api/coupons', { offer_id: offer.body.id, code });
    expect(made.status).toBe(201);
    return { code, offerId: offer.body.id as string };
  }

  async function places(offerId: string): Promise<Places> {
    const [row] = await query<Record<string, unknown>>(
      world.centre.centre.db,
      sql`SELECT * FROM budgets WHERE offer_id = ${offerId}`,
    );
    const names = ['n', 'pool', 'leased', 'reserved', 'spent', 'burned'] as const;
    return Object.fromEntries(names.map((name) => [name, Number(row?.[name])])) as Places;
  }

  /** @returns why not, or undefined */
  async function redeem(shop: Shop, code: string): Promise<string | undefined> {
    const basketId = randomUUID();
    const { coupons } = await shop.ok(
      'redemption.check',
      { basketId, basket: basketOf50, codes: [code] },
      shop.session,
    );
    const [coupon] = coupons;
    if (coupon?.status !== 'accepted') return coupon?.refusal.code;
    await shop.ok('redemption.confirm', { basketId }, shop.session);
    return undefined;
  }

  const sell = (code: string) =>
    call('POST', '/api/redemptions', { code, basket_id: randomUUID(), basket: basketOf50 });

  it('of a campaign of the centre are counted there: a till gives at risk what the policy allows, and keeps the days', async () => {
    const a = await openLocation();
    await enrol(a);
    const campaign = { name: 'Autumn', budget_minor: 2 * DISCOUNT, max_uses: 10 };
    const { body } = await call('POST', '/api/campaigns', campaign);
    const inIt = (offlinePolicy: object) =>
      sharedCode(100 * DISCOUNT, { campaignId: body.id, offlinePolicy } as never);
    const strict = await inIt({ type: 'strict' });
    const open = await inIt({ type: 'open' });
    for (let i = 0; i < 2; i++) await syncNow(a);
    expect(await redeem(a, strict.code)).toBe('no_lease_here');
    expect((await sell(strict.code)).status).toBe(201);
    for (let i = 0; i < 2; i++) expect(await redeem(a, open.code)).toBeUndefined();
    await syncNow(a);
    const incidents = async () => (await call('GET', '/api/incidents')).body.incidents;
    expect(await incidents()).toMatchObject([{ kind: 'over_redemption', cost_minor: DISCOUNT }]);
    expect((await sell(strict.code)).body.code).toBe('budget_exhausted');

    expect((await call('DELETE', `/api/campaigns/${body.id}`)).status).toBe(200);
    await syncNow(a);
    expect(await redeem(a, open.code)).toBe('expired');
  });

  it('is never given away twice by shops that are cut off', async () => {
    const [a, b] = [await openLocation(), await openLocation()];
    for (const shop of [a, b]) await enrol(shop);
    const { code, offerId } = await sharedCode(10 * DISCOUNT);
    for (let i = 0; i < 3; i++) for (const shop of [a, b]) await syncNow(shop);
    expect((await places(offerId)).leased).toBeGreaterThan(0);
    for (const shop of [a, b]) shop.network.weather = 'off';
    let given = 0;
    for (const shop of [a, b]) {
      for (let i = 0; i < 12; i++) {
        const why = await redeem(shop, code);
        if (why === undefined) given += 1;
        else expect(why).toBe('no_lease_here');
      }
    }
    while ((await sell(code)).status === 201) given += 1;
    for (const shop of [a, b]) shop.network.weather = 'fine';
    for (const shop of [a, b, a, b]) await syncNow(shop);
    expect(given).toBeLessThanOrEqual(10);
    expect(given).toBeGreaterThan(1);
    const { spent, n } = await places(offerId);
    expect({ spent, n }).toEqual({ spent: given * DISCOUNT, n: 10 * DISCOUNT });
    expect((await call('GET', '/api/incidents')).body.incidents).toEqual([]);
  });

  it('is counted once when a restored centre gives its lease another number', async () => {
    const a = await openLocation();
    await enrol(a);
    const { code, offerId } = await sharedCode(100 * DISCOUNT);
    for (let i = 0; i < 2; i++) await syncNow(a);
    const { leased } = await places(offerId);
    expect(leased).toBeGreaterThan(0);
    await query(
      world.centre.centre.db,
      sql`WITH anew AS (UPDATE budget_leases SET id = gen_random_uuid() WHERE offer_id = ${offerId} RETURNING id)
        INSERT INTO changes (location_id, kind, ref) SELECT NULL, 'budget', id FROM anew`,
    );
    await syncNow(a);
    a.network.weather = 'off';
    let given = 0;
    while ((await redeem(a, code)) === undefined) given += DISCOUNT;
    expect(given).toBe(leased);
  });

  it('comes back by a void, from a shop and from the web', async () => {
    const a = await openLocation();
    await enrol(a);
    const { code, offerId } = await sharedCode(100 * DISCOUNT);
    for (let i = 0; i < 3; i++) await syncNow(a);
    expect(await redeem(a, code)).toBeUndefined();
    const sold = await sell(code);
    await syncNow(a);
    expect((await places(offerId)).spent).toBe(2 * DISCOUNT);
    const { redemptions } = await a.ok('redemption.recent', { limit: 1 }, a.session);
    await a.ok('redemption.void', { redemptionId: redemptions[0]?.id ?? '', reason: 'wrong' }, a.session);
    await call('POST', `/api/redemptions/${sold.body.id}/void`, { reason: 'wrong' });
    await syncNow(a);
    expect((await places(offerId)).spent).toBe(0);
  });

  it('comes back with the goods, by their part of the discount, where it was taken', async () => {
    const a = await openLocation();
    await enrol(a);
    const { code, offerId } = await sharedCode(100 * DISCOUNT);
    for (let i = 0; i < 3; i++) await syncNow(a);
    expect(await redeem(a, code)).toBeUndefined();
    await syncNow(a);
    const { redemptions } = await a.ok('redemption.recent', { limit: 1 }, a.session);
    const redemptionId = redemptions[0]?.id ?? '';
    const giveBack = (lineId: string, units: number) =>
      a.ok(
        'redemption.refund',
        { refundId: randomUUID(), redemptionId, lines: [{ lineId, units }], reason: 'broken' },
        a.session,
      );
    const before = await places(offerId);
    await giveBack('2', 1);
    await syncNow(a);
    expect(await places(offerId)).toMatchObject({ spent: before.spent - 300, leased: before.leased + 300 });
    await giveBack('1', 2);
    await syncNow(a);
    expect(await places(offerId)).toMatchObject({ spent: 0, leased: before.leased + DISCOUNT });
    expect(await a.ok('audit.run', {}, a.session)).toMatchObject({ whole: true });
    expect((await call('GET', '/api/incidents')).body.incidents).toEqual([]);
  });

  it('follows holds of the web, and is whole whatever becomes of them', async () => {
    const { code, offerId } = await sharedCode(2 * DISCOUNT);
    const hold = () =>
      call('POST', '/api/reservations', { code, basket_id: randomUUID(), basket: basketOf50 });
    const [first, second] = [await hold(), await hold()];
    expect(await places(offerId)).toMatchObject({ pool: 0, reserved: 2 * DISCOUNT });
    expect((await hold()).body.code).toBe('budget_exhausted');
    await call('POST', `/api/reservations/${first.body.id}/commit`);
    await call('POST', `/api/reservations/${second.body.id}/release`);
    expect(await places(offerId)).toMatchObject({ pool: DISCOUNT, reserved: 0, spent: DISCOUNT });
  });

  it('begins whole with the location that wrote the offer', async () => {
    const a = await openLocation();
    const draft = offerDraft({ limits: { budgetMinor: 3 * DISCOUNT } });
    const made = await a.ok(
      'offers.create',
      { requestId: randomUUID(), draft, sharedCode: 'OWNBUDGET' },
      a.session,
    );
    expect(await redeem(a, 'OWNBUDGET')).toBeUndefined();
    await enrol(a);
    expect(await places(made.offer.id)).toMatchObject({ pool: 0, leased: 2 * DISCOUNT, spent: DISCOUNT });
    expect(await redeem(a, 'OWNBUDGET')).toBeUndefined();
    expect(await redeem(a, 'OWNBUDGET')).toBeUndefined();
    expect(await redeem(a, 'OWNBUDGET')).toBe('budget_exhausted');
    await syncNow(a);
    expect(await places(made.offer.id)).toMatchObject({ leased: 0, spent: 3 * DISCOUNT });
  });

  it('tells what a bounded offer gave beyond it, and what that cost', async () => {
    const a = await openLocation();
    await enrol(a);
    const bounded = {
      type: 'bounded',
      maxDiscountMinor: 1_000,
      maxUses: 10,
      maxAgeMs: 86_400_000,
      managerPin: false,
    } as const;
    const { code, offerId } = await sharedCode(3 * DISCOUNT, { offlinePolicy: bounded });
    for (let i = 0; i < 3; i++) await syncNow(a);
    a.network.weather = 'off';
    let sold = 0;
    while ((await sell(code)).status === 201) sold += 1;
    let given = 0;
    for (let i = 0; i < 3; i++) if ((await redeem(a, code)) === undefined) given += 1;
    expect(sold + given).toBeGreaterThan(3);
    a.network.weather = 'fine';
    await syncNow(a);
    const { incidents } = (await call('GET', '/api/incidents')).body;
    const cost = incidents.reduce((sum: number, one: { cost_minor: number }) => sum + one.cost_minor, 0);
    const { spent, leased } = await places(offerId);
    // What is left of the lease is too little for one of them, and is not lost.
    expect(spent + leased).toBe(3 * DISCOUNT);
    expect(cost).toBe((sold + given) * DISCOUNT - spent);
  });
});
