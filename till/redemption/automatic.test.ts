import { randomUUID } from 'node:crypto';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { migrate } from '../../db/migrate.ts';
import { offerReads } from '../../db/queries/offers.ts';
import type { OfferDraft } from '../../shared/contracts/offer.ts';
import { basketOf50, offerDraft } from '../testing/offer-drafts.ts';
import { openShop } from '../testing/test-core.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
const shops: Shop[] = [];

async function shop(): Promise<Shop> {
  const opened = await openShop();
  shops.push(opened);
  return opened;
}

afterEach(async () => {
  for (const opened of shops.splice(0)) await opened.close();
});

const makeOffer = (till: Shop, changes: Partial<OfferDraft>, sharedCode?: string) =>
  till.ok(
    'offers.create',
    {
      requestId: randomUUID(),
      draft: offerDraft(changes),
      ...(sharedCode === undefined ? {} : { sharedCode }),
    },
    till.session,
  );

const check = (till: Shop, codes: string[], more = {}) =>
  till.ok('redemption.check', { basketId: randomUUID(), basket: basketOf50, codes, ...more }, till.session);

const confirm = (till: Shop, basketId: string) => till.ok('redemption.confirm', { basketId }, till.session);

const mugs: Partial<OfferDraft> = {
  name: 'Mugs',
  trigger: 'automatic',
  benefits: [
    {
      type: 'fixed',
      amountMinor: 200,
      per: 'total',
      target: { scope: 'items', select: { include: { skus: ['mug'] } } },
    },
  ],
};

describe('an offer that needs no code', () => {
  it('applies beside a code, and is a redemption of its own', async () => {
    const till = await shop();
    const { offer } = await makeOffer(till, mugs);
    await makeOffer(till, {}, 'TEN');
    const checked = await check(till, ['TEN']);
    expect(checked).toMatchObject({
      coupons: [{ status: 'accepted', code: 'TEN', discountMinor: 480 }],
      automatic: [{ offerId: offer.id, offerName: 'Mugs', discountMinor: 200 }],
      discountMinor: 680,
      payableMinor: 4_320,
    });
    const done = await confirm(till, checked.basketId);
    expect(done.redemptions.map(({ code, discountMinor }) => [code, discountMinor])).toEqual([
      ['TEN', 480],
      ['', 200],
    ]);
    expect(await till.ok('offers.get', { offerId: offer.id }, till.session)).toMatchObject({
      uses: 1,
      codes: 0,
      sharedCodes: [],
    });
  });

  it('applies to a basket that shows no code at all; one that nothing applies to holds nothing', async () => {
    const till = await shop();
    const nothing = await check(till, []);
    expect(nothing).toMatchObject({ coupons: [], discountMinor: 0, payableMinor: 5_000 });
    expect(await till.call('redemption.confirm', { basketId: nothing.basketId }, till.session)).toMatchObject(
      {
        error: { code: 'nothing_to_redeem' },
      },
    );
    const { offer } = await makeOffer(till, { ...mugs, limits: { total: 1 } });
    const checked = await check(till, []);
    expect(checked).toMatchObject({ automatic: [{ offerId: offer.id }], payableMinor: 4_800 });
    expect(checked.reservedUntil).toBeGreaterThan(0);
    expect((await confirm(till, checked.basketId)).redemptions).toMatchObject([
      { offerId: offer.id, code: '' },
    ]);
    expect(await check(till, [])).toMatchObject({ discountMinor: 0 });
  });

  it('is held, used up, voided and refunded like any other', async () => {
    const till = await shop();
    const { offer } = await makeOffer(till, {
      ...mugs,
      limits: { total: 1 },
      refundPolicy: { brokenThreshold: 'keep', giveUseBack: 'full_return' },
    });
    await makeOffer(till, {}, 'TEN');
    const uses = async () => {
      const shown = await till.ok('offers.get', { offerId: offer.id }, till.session);
      return [shown.uses, shown.usesLeftHere];
    };
    const first = await check(till, ['TEN']);
    expect((await check(till, ['TEN'])).automatic).toBeUndefined();
    const { redemptions } = await confirm(till, first.basketId);
    expect(await uses()).toEqual([1, 0]);
    expect((await check(till, ['TEN'])).automatic).toBeUndefined();
    await till.ok(
      'redemption.refund',
      {
        refundId: randomUUID(),
        redemptionId: redemptions[0]?.id ?? '',
        lines: [{ lineId: '2', units: 1 }],
        reason: 'broken',
      },
      till.session,
    );
    expect(await uses()).toEqual([0, 1]);
    const again = await check(till, ['TEN']);
    const sold = await confirm(till, again.basketId);
    await till.ok(
      'redemption.void',
      { redemptionId: sold.redemptions[1]?.id ?? '', reason: 'x' },
      till.session,
    );
    expect(await uses()).toEqual([0, 1]);
    expect(await till.ok('audit.run', {}, till.session)).toMatchObject({ whole: true });
  });

  it('stays out while it is paused here, and cannot be typed', async () => {
    const till = await shop();
    const { offer } = await makeOffer(till, mugs);
    await makeOffer(till, {}, 'TEN');
    await check(till, ['TEN']);
    const typed = await check(till, [`@${offer.id}`]);
    expect(typed.coupons[0]).toMatchObject({ status: 'refused' });
    await till.ok('offers.setPaused', { offerId: offer.id, paused: true }, till.session);
    expect((await check(till, ['TEN'])).automatic).toBeUndefined();
  });

  it('is found without reading the other offers', () => {
    const db = new Database(':memory:');
    migrate(db);
    const asked: string[] = [];
    offerReads(drizzle({ client: db, logger: { logQuery: (query) => asked.push(query) } })).automatic(10);
    const steps = db.prepare<[number], { detail: string }>(`EXPLAIN QUERY PLAN ${asked[0]}`).all(10);
    const plan = steps.map(({ detail }) => detail);
    db.close();
    expect(plan[0]).toContain('offer_versions_automatic');
  });
});

describe('what the ledger knows of a customer', () => {
  const customer = { kind: 'email', value: 'kim@example.org' } as const;

  it('tells a first purchase from a second, voids aside', async () => {
    const till = await shop();
    await makeOffer(till, { conditions: [{ type: 'first_purchase' }] }, 'HELLO');
    const first = await check(till, ['HELLO'], { customer });
    expect(first.coupons[0]).toMatchObject({ status: 'accepted' });
    const { redemptions } = await confirm(till, first.basketId);
    expect((await check(till, ['HELLO'], { customer })).coupons[0]).toMatchObject({
      refusal: { code: 'not_first_purchase', params: { purchases: 1 } },
    });
    await till.ok('redemption.void', { redemptionId: redemptions[0]?.id ?? '', reason: 'x' }, till.session);
    expect((await check(till, ['HELLO'], { customer })).coupons[0]).toMatchObject({ status: 'accepted' });
    expect((await check(till, ['HELLO'])).coupons[0]).toMatchObject({
      refusal: { code: 'customer_required' },
    });
  });

  it('knows new customers from returning ones, and which purchase it is', async () => {
    const till = await shop();
    await makeOffer(till, {}, 'TEN');
    await makeOffer(till, { conditions: [{ type: 'segments', segments: ['returning'] }] }, 'BACK');
    await makeOffer(till, { conditions: [{ type: 'nth_purchase', n: 2 }] }, 'SECOND');
    const statuses = async () =>
      (await Promise.all(['BACK', 'SECOND'].map((code) => check(till, [code], { customer })))).map(
        ({ coupons }) => coupons[0]?.status,
      );
    expect(await statuses()).toEqual(['refused', 'refused']);
    const { basketId } = await check(till, ['TEN'], { customer });
    await confirm(till, basketId);
    expect(await statuses()).toEqual(['accepted', 'accepted']);
  });
});
