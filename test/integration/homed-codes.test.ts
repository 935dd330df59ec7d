import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { testableStores } from '../../central/testing/test-centre.ts';
import type { OfflinePolicy } from '../../shared/engine/offer.ts';
import { basketOf50, offerDraft } from '../../till/testing/offer-drafts.ts';
import { type Shop, shopsAndCentre } from './shops-and-centre.ts';

/** A single-use code is in one place; whoever else meets it asks for it, while the customer waits. */
describe.each(testableStores())('homed codes on %s', (kind) => {
  const world = shopsAndCentre(kind);
  const { call, openEnrolled: openLocation, syncNow } = world;

  async function codesOfTheCentre(
    count: number,
    changes: Parameters<typeof offerDraft>[0] = {},
    more: { home_location_id?: string } = {},
  ) {
    const offer = await call('POST', '/api/offers', offerDraft(changes));
    const made = await call('POST', `/api/offers/${offer.body.id}/codes`, {
      name: 'Letter',
      count,
      ...more,
    });
    expect(made.status).toBe(201);
    for (const shop of world.shops) await syncNow(shop);
    return made.body.codes as string[];
  }

  /** Made at a location: at home there. */
  async function codesOf(shop: Shop, count: number, changes: Parameters<typeof offerDraft>[0] = {}) {
    const made = await shop.ok(
      'offers.create',
      { requestId: randomUUID(), draft: offerDraft(changes) },
      shop.session,
    );
    const offerId = made.offer.id;
    await shop.ok(
      'batches.create',
      { requestId: randomUUID(), offerId, name: 'Leaflet', count, format: { kind: 'crockford', length: 10 } },
      shop.session,
    );
    await syncNow(shop);
    const listed = await call('GET', `/api/coupons?offer_id=${offerId}&limit=100`);
    return (listed.body.coupons as { code: string }[]).map(({ code }) => code);
  }

  async function check(shop: Shop, code: string, basketId: string = randomUUID()) {
    const result = await shop.ok(
      'redemption.check',
      { basketId, basket: basketOf50, codes: [code] },
      shop.session,
    );
    const [coupon] = result.coupons;
    return coupon?.status === 'refused'
      ? { basketId, refusal: coupon.refusal }
      : { basketId, accepted: coupon };
  }

  async function redeem(shop: Shop, code: string) {
    const { basketId, refusal } = await check(shop, code);
    expect(refusal).toBeUndefined();
    return shop.ok('redemption.confirm', { basketId }, shop.session);
  }

  const sell = (code: string) =>
    call('POST', '/api/redemptions', { code, basket_id: randomUUID(), basket: basketOf50 });
  const incidents = async () => (await call('GET', '/api/incidents')).body.incidents;
  const redemptions = async () => (await call('GET', '/api/redemptions?limit=200')).body.redemptions;

  it('takes a strict code of the centre home and redeems it by a right of its own', async () => {
    const a = await openLocation();
    const [code = ''] = await codesOfTheCentre(1);
    const done = await redeem(a, code);
    await syncNow(a);
    expect(await redemptions()).toMatchObject([{ id: done.redemptions[0]?.id }]);
    expect(await incidents()).toEqual([]);
  });

  it('brings a code from the location that has it to another till and to the web', async () => {
    const [a, b] = [await openLocation(), await openLocation()];
    const [first = '', second = ''] = await codesOfTheCentre(2);
    for (const code of [first, second]) {
      const { basketId } = await check(a, code);
      await a.ok('redemption.release', { basketId }, a.session);
    }
    await redeem(b, first);
    expect(await sell(second)).toMatchObject({ status: 201 });
    for (const shop of [a, b]) await syncNow(shop);
    expect((await check(a, first)).refusal).toMatchObject({ code: 'already_redeemed' });
    expect((await check(a, second)).refusal).toMatchObject({ code: 'already_redeemed' });
    expect(await redemptions()).toHaveLength(2);
    expect(await incidents()).toEqual([]);
  });

  it('makes codes that are at home in a chosen location: given there without a line, and elsewhere on request', async () => {
    const a = await openLocation();
    const [home] = (await call('GET', '/api/locations')).body.locations;
    const b = await openLocation();
    const codes = await codesOfTheCentre(3, {}, { home_location_id: home.id });
    const [first = '', second = '', third = ''] = codes;
    a.network.weather = 'off';
    await redeem(a, first);
    expect((await check(b, second)).refusal).toMatchObject({ code: 'home_unreachable' });
    a.network.weather = 'fine';
    await syncNow(a);
    await redeem(b, third);
    for (const shop of [a, b]) await syncNow(shop);
    expect((await check(a, third)).refusal).toMatchObject({ code: 'already_redeemed' });
    expect((await redemptions()).length).toBe(2);
    expect(await incidents()).toEqual([]);
  });

  it('brings a code that a location made to the web', async () => {
    const a = await openLocation();
    const [code = ''] = await codesOf(a, 1);
    expect(await sell(code)).toMatchObject({ status: 201 });
    expect((await check(a, code)).refusal).toBeDefined();
    await syncNow(a);
    expect((await check(a, code)).refusal).toMatchObject({ code: 'already_redeemed' });
  });

  it('keeps a code that an open basket holds', async () => {
    const [a, b] = [await openLocation(), await openLocation()];
    const [code = ''] = await codesOfTheCentre(1);
    const { basketId } = await check(a, code);
    expect((await check(b, code)).refusal).toMatchObject({ code: 'reserved_elsewhere' });
    expect(await sell(code)).toMatchObject({ status: 503 });
    await a.ok('redemption.confirm', { basketId }, a.session);
    await syncNow(a);
    expect(await redemptions()).toHaveLength(1);
  });

  it('refuses a strict code whose home is cut off, and accepts a bounded one at risk', async () => {
    const [a, b] = [await openLocation(), await openLocation()];
    const [strict = ''] = await codesOfTheCentre(1);
    const [bounded = ''] = await codesOfTheCentre(1, {
      offlinePolicy: {
        type: 'bounded',
        maxDiscountMinor: 1_000,
        maxUses: 5,
        maxAgeMs: 86_400_000,
        managerPin: false,
      },
    });
    for (const code of [strict, bounded]) {
      const { basketId } = await check(a, code);
      await a.ok('redemption.release', { basketId }, a.session);
    }
    a.network.weather = 'off';
    const begun = performance.now();
    const { refusal } = await check(b, strict);
    // Three seconds, and what a busy machine adds.
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(refusal).toMatchObject({ code: 'home_unreachable', params: { seconds: 3, why: 'unreachable' } });
    await redeem(b, bounded);
    // The other side spends its right, which it still has.
    await redeem(a, bounded);
    a.network.weather = 'fine';
    for (const shop of [b, a]) await syncNow(shop);
    expect(await incidents()).toMatchObject([{ kind: 'over_redemption', cost_minor: 500 }]);
  });

  it('risks no more uses than an offer allows, in baskets that are open as well', async () => {
    const [a, b] = [await openLocation(), await openLocation()];
    const bounded: OfflinePolicy = {
      type: 'bounded',
      maxDiscountMinor: 1_000,
      maxUses: 2,
      maxAgeMs: 86_400_000,
      managerPin: false,
    };
    const codes = await codesOfTheCentre(4, { offlinePolicy: bounded });
    for (const code of codes) {
      const { basketId } = await check(a, code);
      await a.ok('redemption.release', { basketId }, a.session);
    }
    a.network.weather = 'off';
    b.network.weather = 'off';
    const ask = async (code = '') => {
      const { basketId, refusal } = await check(b, code);
      return { basketId, bound: refusal === undefined ? 'none' : refusal.params.bound };
    };
    const [first, second] = [await ask(codes[0]), await ask(codes[1])];
    expect([first.bound, second.bound]).toEqual(['none', 'none']);
    expect((await ask(codes[2])).bound).toBe('count');
    await b.ok('redemption.release', { basketId: first.basketId }, b.session);
    const third = await ask(codes[2]);
    expect(third.bound).toBe('none');
    for (const { basketId } of [second, third]) await b.ok('redemption.confirm', { basketId }, b.session);
    expect((await ask(codes[3])).bound).toBe('count');
  });

  it('gives a code to one of many who ask at once, and to nobody twice', async () => {
    const [a, b, c] = [await openLocation(), await openLocation(), await openLocation()];
    const codes = await codesOfTheCentre(4);
    for (const code of codes) {
      const { basketId } = await check(a, code);
      await a.ok('redemption.release', { basketId }, a.session);
      const tries = await Promise.all([check(b, code), check(c, code), sell(code)]);
      for (const [i, shop] of [b, c].entries()) {
        const tried = tries[i];
        if (tried !== undefined && 'basketId' in tried && tried.accepted)
          await shop.ok('redemption.confirm', { basketId: tried.basketId }, shop.session);
      }
    }
    for (const shop of [a, b, c]) await syncNow(shop);
    expect(await incidents()).toEqual([]);
    expect((await redemptions()).length).toBeGreaterThan(0);
    expect((await redemptions()).length).toBeLessThanOrEqual(codes.length);
  });

  it('finds a code again whose answer was lost', async () => {
    const [a, b] = [await openLocation(), await openLocation()];
    const [code = ''] = await codesOfTheCentre(1);
    a.network.weather = 'lose_answers';
    expect((await check(a, code)).refusal).toMatchObject({ code: 'home_unreachable' });
    a.network.weather = 'fine';
    await syncNow(a);
    const { accepted, basketId } = await check(a, code);
    expect(accepted).toBeDefined();
    await a.ok('redemption.release', { basketId }, a.session);
    await redeem(b, code);
    await syncNow(b);
    await syncNow(a);
    expect((await check(a, code)).refusal).toMatchObject({ code: 'already_redeemed' });
  });
});
