import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { testableStores } from '../../central/testing/test-centre.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import { basketOf50, offerDraft } from '../../till/testing/offer-drafts.ts';
import { ADMIN_PIN } from '../../till/testing/test-core.ts';
import { type Shop, shopsAndCentre } from './shops-and-centre.ts';

/** Real ledgers, a real centre, real HTTP; only the network between them is ours to break. */
describe.each(testableStores())('two locations and a centre on %s', (kind) => {
  const world = shopsAndCentre(kind);
  const { call, openLocation, enrol, syncNow } = world;

  async function makeCode(maxUses: number | null = 1, draft = offerDraft()): Promise<string> {
    const offer = await call('POST', '/api/offers', draft);
    expect(offer.status).toBe(201);
    const made = await call('POST', `/api/offers/${offer.body.id}/codes`, {
      name: 'Letter',
      count: 1,
      max_uses: maxUses,
    });
    expect(made.status).toBe(201);
    return made.body.codes[0];
  }

  async function check(shop: Shop, code: string) {
    const basketId = randomUUID();
    const result = await shop.ok(
      'redemption.check',
      { basketId, basket: basketOf50, codes: [code] },
      shop.session,
    );
    return { basketId, coupon: result.coupons[0] };
  }

  async function redeem(shop: Shop, code: string): Promise<OutputOf<'redemption.confirm'>> {
    const { basketId, coupon } = await check(shop, code);
    expect(coupon).toMatchObject({ status: 'accepted' });
    return shop.ok('redemption.confirm', { basketId }, shop.session);
  }

  const redeemedAtCentre = async () => (await call('GET', '/api/redemptions?limit=200')).body.redemptions;

  const lenient = offerDraft({
    offlinePolicy: { type: 'open' },
  });

  it('refuses at B what A redeemed, and says where and when', async () => {
    const [a, b] = [await openLocation(), await openLocation()];
    await enrol(a);
    await enrol(b);
    const code = await makeCode(1, lenient);
    await syncNow(a);
    await syncNow(b);
    const before = Date.now();
    const done = await redeem(a, code);
    await syncNow(a);
    await syncNow(b);

    const { coupon } = await check(b, code);
    expect(coupon).toMatchObject({ status: 'refused', refusal: { code: 'already_redeemed' } });
    const params = coupon?.status === 'refused' ? coupon.refusal.params : {};
    expect(params.where).toBe('Corner Shop');
    expect(params.at).toBeGreaterThanOrEqual(before);
    const [record] = await redeemedAtCentre();
    expect(record).toMatchObject({ id: done.redemptions[0]?.id, discount_minor: 500, status: 'redeemed' });
    const validated = await call('POST', '/api/coupon/validate', { code });
    expect(validated).toMatchObject({
      status: 402,
      body: { detail: 'Coupon out of uses', code: 'already_redeemed' },
    });
  });

  it('syncs at night, and when somebody asks, where the line is paid by its use', async () => {
    const due: { readonly ms: number; readonly work: () => void }[] = [];
    const ticks: (() => void)[] = [];
    const a = await openLocation({
      after: (ms, work) => {
        due.push({ ms, work });
        return () => {};
      },
      every: (_ms, work) => {
        ticks.push(work);
        return () => {};
      },
    });
    await enrol(a);
    const code = await makeCode(null);
    await syncNow(a);
    // The round that enrolled was that of the first night.
    const first = (await a.ok('sync.status', {})).schedule;
    expect(first).toMatchObject({ nightlyHour: 3, always: true });
    const set = { nightlyHour: 0, always: false };
    await a.ok('sync.setSchedule', set, a.session);
    due.length = 0;
    await redeem(a, code);
    const statusOnly = 200;
    expect(due.map(({ ms }) => ms).filter((ms) => ms !== statusOnly)).toEqual([]);
    await syncNow(a);
    expect(await redeemedAtCentre()).toHaveLength(1);

    await redeem(a, code);
    // Noon of another day, whatever the hour is now: the hour of the night has been.
    const dayMs = 86_400_000;
    a.clock.nowMs = (Math.floor(Date.now() / dayMs) + 2.5) * dayMs;
    due.length = 0;
    for (const tick of ticks) tick();
    due.find(({ ms }) => ms === 0)?.work();
    await expect.poll(redeemedAtCentre, { timeout: 5_000 }).toHaveLength(2);
    await expect
      .poll(async () => (await a.ok('sync.status', {})).schedule, { timeout: 5_000 })
      .toMatchObject({ ...set, lastNightlyAt: expect.any(Number) });
  });

  it('gives the code free again everywhere after a void', async () => {
    const [a, b] = [await openLocation(), await openLocation()];
    await enrol(a);
    await enrol(b);
    const code = await makeCode(1, lenient);
    await syncNow(a);
    const done = await redeem(a, code);
    await syncNow(a);
    await a.ok(
      'redemption.void',
      { redemptionId: done.redemptions[0]?.id ?? '', reason: 'wrong basket' },
      a.session,
    );
    await syncNow(a);
    await syncNow(b);
    expect((await check(b, code)).coupon).toMatchObject({ status: 'accepted' });
    expect((await redeemedAtCentre())[0]).toMatchObject({ status: 'voided', void_reason: 'wrong basket' });
  });

  it('gives the code free again everywhere when its goods came back, and tells the centre what came back', async () => {
    const [a, b] = [await openLocation(), await openLocation()];
    await enrol(a);
    await enrol(b);
    const refundPolicy = { brokenThreshold: 'keep', giveUseBack: 'full_return' } as const;
    const code = await makeCode(1, { ...lenient, refundPolicy });
    await syncNow(a);
    const done = await redeem(a, code);
    const redemptionId = done.redemptions[0]?.id ?? '';
    const giveBack = (lineId: string, units: number) =>
      a.ok(
        'redemption.refund',
        { refundId: randomUUID(), redemptionId, lines: [{ lineId, units }], reason: 'broken' },
        a.session,
      );
    await giveBack('2', 1);
    await syncNow(a);
    expect((await redeemedAtCentre())[0]).toMatchObject({ status: 'redeemed', returned_minor: 300 });
    await syncNow(b);
    expect((await check(b, code)).coupon).toMatchObject({ refusal: { code: 'already_redeemed' } });
    await giveBack('1', 2);
    await syncNow(a);
    expect((await redeemedAtCentre())[0]).toMatchObject({ status: 'refunded', returned_minor: 500 });
    await syncNow(b);
    expect((await check(b, code)).coupon).toMatchObject({ status: 'accepted' });
  });

  it('tells the centre of an offer that needed no code, its use under the right that it took', async () => {
    const a = await openLocation();
    await enrol(a);
    const mugs = { ...lenient, name: 'Mugs', trigger: 'automatic', limits: { total: 2 } } as const;
    const { body: offer } = await call('POST', '/api/offers', mugs);
    const code = await makeCode(null, lenient);
    for (let i = 0; i < 2; i++) await syncNow(a);
    await redeem(a, code);
    await syncNow(a);
    const records = await redeemedAtCentre();
    expect(records.map((record: { offer_id: string }) => record.offer_id)).toContain(offer.id);
    expect((await call('GET', `/api/offers/${offer.id}`)).body.rights).toMatchObject({ spent: 1 });
    expect((await call('GET', '/api/incidents')).body.incidents).toEqual([]);
  });

  it('goes on without a network, shows the queue, and sends it once when the network returns', async () => {
    const a = await openLocation();
    await enrol(a);
    const code = await makeCode(null, lenient);
    await syncNow(a);
    a.network.weather = 'off';
    for (let i = 0; i < 3; i++) await redeem(a, code);
    const refused = await a.call('sync.now', {}, a.session);
    expect(refused).toMatchObject({ ok: false, error: { code: 'centre_unreachable' } });
    const waiting = await a.ok('sync.status', {});
    expect(waiting.online).toBe(false);
    expect(waiting.queue.count).toBeGreaterThanOrEqual(3);
    expect(waiting.queue.oldestAt).toBeLessThanOrEqual(Date.now());
    expect(await redeemedAtCentre()).toHaveLength(0);

    a.network.weather = 'fine';
    const done = await syncNow(a);
    expect(done).toMatchObject({ online: true, queue: { count: 0 } });
    expect(await redeemedAtCentre()).toHaveLength(3);
  });

  it('counts once what was committed when the answer was lost, or the request cut', async () => {
    const a = await openLocation();
    await enrol(a);
    const code = await makeCode(null, lenient);
    await syncNow(a);
    for (const weather of ['lose_answers', 'cut_bodies'] as const) {
      a.network.weather = weather;
      await redeem(a, code);
      const cut = await a.call('sync.now', {}, a.session);
      expect(cut).toMatchObject({ ok: false, error: { code: 'centre_unreachable' } });
      expect((await a.call('sync.now', {}, a.session)).ok).toBe(false);
      // The first one is committed at the centre, and the till does not know.
      expect(await redeemedAtCentre()).toHaveLength(1);
      expect((await a.ok('sync.status', {})).queue.count).toBeGreaterThan(0);
    }
    a.network.weather = 'fine';
    expect(await syncNow(a)).toMatchObject({ queue: { count: 0 } });
    const records = await redeemedAtCentre();
    expect(records).toHaveLength(2);
    expect(new Set(records.map((record: { id: string }) => record.id)).size).toBe(2);
  });

  it("takes a manager's word for the codes that lay there and the cashier who asked, for no others", async () => {
    const a = await openLocation();
    await enrol(a);
    const bounded = {
      type: 'bounded',
      maxDiscountMinor: 100,
      maxUses: 5,
      maxAgeMs: 86_400_000,
      managerPin: true,
    } as const;
    const [one, two] = [
      await makeCode(1, offerDraft({ offlinePolicy: bounded })),
      await makeCode(1, offerDraft({ offlinePolicy: bounded })),
    ];
    await syncNow(a);
    a.network.weather = 'off';
    const basketId = randomUUID();
    const kim = await a.ok('operators.add', { name: 'Kim', role: 'cashier', pin: '739182' }, a.session);
    const cashier = await a.ok('session.signIn', { operatorId: kim.id, pin: '739182' });
    const ask = async (codes: string[], session: string, managerPin?: string) => {
      const pin = managerPin === undefined ? {} : { managerPin };
      const { coupons } = await a.ok(
        'redemption.check',
        { basketId, basket: basketOf50, codes, ...pin },
        session,
      );
      return coupons.map((coupon) => (coupon.status === 'refused' ? coupon.refusal.code : coupon.status));
    };
    expect(await ask([one], cashier.session)).toEqual(['manager_required']);
    expect(await ask([one], cashier.session, ADMIN_PIN)).toEqual(['accepted']);
    expect(await ask([one, two], cashier.session)).toEqual(['accepted', 'manager_required']);
    expect(await ask([one], a.session)).toEqual(['manager_required']);
  });

  it('counts, prices and shows what two locations gave away twice while they were cut off', async () => {
    const [a, b] = [await openLocation(), await openLocation()];
    await enrol(a);
    await enrol(b);
    const code = await makeCode(1, lenient);
    for (const shop of [a, b]) {
      await syncNow(shop);
      shop.network.weather = 'off';
      await redeem(shop, code);
    }
    for (const shop of [a, b]) {
      shop.network.weather = 'fine';
      await syncNow(shop);
      await syncNow(shop);
    }
    const { body } = await call('GET', '/api/incidents');
    expect(body.incidents).toHaveLength(1);
    expect(body.incidents[0]).toMatchObject({ kind: 'over_redemption', status: 'open', cost_minor: 500 });
    expect(body.incidents[0].sides).toHaveLength(2);
    expect(await redeemedAtCentre()).toHaveLength(2);
  });

  it('brings offers and codes of a location to the centre, scoped to it, with their rights leased', async () => {
    const a = await openLocation();
    const made = await a.ok(
      'offers.create',
      { requestId: randomUUID(), draft: offerDraft({ limits: { total: 5 } }), sharedCode: 'WELCOME10' },
      a.session,
    );
    await redeem(a, 'WELCOME10');
    await enrol(a);
    await syncNow(a);
    const offer = await call('GET', `/api/offers/${made.offer.id}`);
    expect(offer.body).toMatchObject({ rights: { total: 5, pool: 0, leased: 4, spent: 1 } });
    const elsewhere = await call('POST', '/api/coupon/validate', { code: 'WELCOME10' });
    expect(elsewhere.status).toBeGreaterThanOrEqual(400);
    await redeem(a, 'WELCOME10');
    await syncNow(a);
    expect((await call('GET', `/api/offers/${made.offer.id}`)).body.rights).toMatchObject({
      leased: 3,
      spent: 2,
    });
  });

  it('leases rights of a limited offer to each location, and never gives out more than there are', async () => {
    const [a, b] = [await openLocation(), await openLocation()];
    await enrol(a);
    await enrol(b);
    const limited = offerDraft({ limits: { total: 6 }, offlinePolicy: { type: 'strict' } });
    const offer = await call('POST', '/api/offers', limited);
    await call('POST', '/api/coupons', { offer_id: offer.body.id, code: 'ONLYSIX' });
    for (const shop of [a, b, a, b]) await syncNow(shop);
    for (const shop of [a, b]) shop.network.weather = 'off';
    let given = 0;
    for (const shop of [a, b]) {
      for (let i = 0; i < 8; i++) {
        const { basketId, coupon } = await check(shop, 'ONLYSIX');
        if (coupon?.status !== 'accepted') continue;
        await shop.ok('redemption.confirm', { basketId }, shop.session);
        given += 1;
      }
    }
    expect(given).toBeGreaterThan(1);
    expect(given).toBeLessThanOrEqual(6);
    for (const shop of [a, b]) {
      shop.network.weather = 'fine';
      await syncNow(shop);
    }
    const { rights } = (await call('GET', `/api/offers/${offer.body.id}`)).body;
    expect(rights.spent).toBe(given);
    expect(rights.pool + rights.leased + rights.reserved + rights.spent + rights.burned).toBe(6);
    expect((await call('GET', '/api/incidents')).body.incidents).toHaveLength(0);
  });

  it('gives a location rights for as much as its busiest day took', async () => {
    const shop = await openLocation();
    await enrol(shop);
    const code = await makeCode(null, offerDraft({ limits: { total: 1_000 } }));
    /** The line is there for this alone: a round in between would ask with other counts. */
    const syncThenRedeem = async (uses: number) => {
      shop.network.weather = 'fine';
      await syncNow(shop);
      shop.network.weather = 'off';
      for (let i = 0; i < uses; i++) await redeem(shop, code);
    };
    await syncThenRedeem(0);
    // Each time less than two fifths of what it likes to have is left: of 25, of 25, of 40, and in the end of 60.
    for (let i = 0; i < 3; i++) await syncThenRedeem(20);
    await syncThenRedeem(60);
  });

  it('refuses a used enrolment code, and a demo or enrolled location', async () => {
    const [a, b] = [await openLocation(), await openLocation()];
    const { body } = await call('POST', '/api/locations/enrolments', {});
    const input = { centreUrl: a.network.url, enrolmentCode: body.enrolment_code };
    await a.ok('sync.enrol', input, a.session);
    expect(await a.call('sync.enrol', input, a.session)).toMatchObject({
      error: { code: 'already_enrolled' },
    });
    expect(await b.call('sync.enrol', input, b.session)).toMatchObject({
      error: { code: 'enrolment_code_invalid' },
    });
  });
});
