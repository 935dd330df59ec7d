import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { basketOf50, offerDraft } from '../testing/offer-drafts.ts';
import { openShop } from '../testing/test-core.ts';

let shop: Awaited<ReturnType<typeof openShop>>;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.close());

async function createOffer(draft = offerDraft(), sharedCode = 'SUMMER') {
  return shop.ok('offers.create', { requestId: randomUUID(), draft, sharedCode }, shop.session);
}

async function discountOf(code: string): Promise<number | string> {
  const checked = await shop.ok(
    'redemption.check',
    { basketId: randomUUID(), basket: basketOf50, codes: [code] },
    shop.session,
  );
  const [coupon] = checked.coupons;
  return coupon?.status === 'accepted' ? coupon.discountMinor : (coupon?.refusal.code ?? 'nothing');
}

describe('an offer of this location', () => {
  it('names its shared code, so that people can read it out', async () => {
    expect((await createOffer()).sharedCodes).toEqual(['SUMMER']);
  });

  it('says which code is taken', async () => {
    await createOffer();
    const again = await shop.call(
      'offers.create',
      { requestId: randomUUID(), draft: offerDraft(), sharedCode: 'sum-mer' },
      shop.session,
    );
    expect(again).toMatchObject({
      ok: false,
      error: { code: 'conflict', params: { code: 'SUMMER' }, path: 'sharedCode' },
    });
  });

  it('is changed by its next version, which judges from then on', async () => {
    const { offer } = await createOffer();
    expect(await discountOf('SUMMER')).toBe(500);
    const half = offerDraft({
      name: 'Half',
      benefits: [{ type: 'percent', percentBp: 5_000, target: { scope: 'order' }, base: 'sequential' }],
    });
    const changed = await shop.ok(
      'offers.change',
      { offerId: offer.id, version: 1, draft: half },
      shop.session,
    );
    expect(changed.offer).toMatchObject({ name: 'Half', version: 2 });
    expect(await discountOf('SUMMER')).toBe(2_500);
    const late = await shop.call(
      'offers.change',
      { offerId: offer.id, version: 1, draft: half },
      shop.session,
    );
    expect(late).toMatchObject({ ok: false, error: { code: 'stale_version' } });
  });

  it('keeps its total, whose rights are divided already', async () => {
    const { offer } = await createOffer(offerDraft({ limits: { total: 3 } }));
    const more = offerDraft({ limits: { total: 4 } });
    const answer = await shop.call(
      'offers.change',
      { offerId: offer.id, version: 1, draft: more },
      shop.session,
    );
    expect(answer).toMatchObject({ ok: false, error: { code: 'conflict', path: 'draft.limits.total' } });
  });

  it('ends for good when it is archived', async () => {
    const { offer } = await createOffer();
    const ended = await shop.ok('offers.archive', { offerId: offer.id }, shop.session);
    expect(ended).toMatchObject({ status: 'archived', mayChange: false });
    expect(await discountOf('SUMMER')).toBe('archived');
    const again = await shop.call('offers.archive', { offerId: offer.id }, shop.session);
    expect(again).toMatchObject({ ok: false, error: { code: 'archived' } });
  });

  it('says whether it is open, opens later, is over or used up', async () => {
    const zone = 'Europe/Berlin';
    const standing = async (draft: ReturnType<typeof offerDraft>, code: string) => {
      const { standing, opensOn } = await createOffer(draft, code);
      return opensOn === undefined ? standing : `${standing} ${opensOn}`;
    };
    expect(await standing(offerDraft(), 'OPEN')).toBe('open');
    const past = { days: { zone, last: '2020-01-01' } };
    expect(await standing(offerDraft({ name: 'Past', validity: past }), 'PAST')).toBe('over');
    const future = { days: { zone, first: '2099-01-01' } };
    expect(await standing(offerDraft({ name: 'Future', validity: future }), 'FUTURE')).toBe(
      'later 2099-01-01',
    );
    const draft = { name: 'Old', lastDay: '2020-01-01' };
    const campaign = await shop.ok('campaigns.create', { requestId: randomUUID(), draft }, shop.session);
    expect(await standing(offerDraft({ name: 'Of it', campaignId: campaign.id }), 'OFIT')).toBe('over');

    const once = await createOffer(offerDraft({ name: 'Once', limits: { total: 1 } }), 'ONCE');
    const basketId = randomUUID();
    const sale = { basketId, basket: basketOf50, codes: ['ONCE'] };
    await shop.ok('redemption.check', sale, shop.session);
    await shop.ok('redemption.confirm', { basketId }, shop.session);
    const now = await shop.ok('offers.get', { offerId: once.offer.id }, shop.session);
    expect(now.standing).toBe('used_up');
  });

  it('is warned of when few uses are left here', async () => {
    await createOffer(offerDraft({ name: 'Plenty', limits: { total: 500 } }), 'PLENTY');
    await createOffer(offerDraft({ name: 'Few', limits: { total: 4 } }), 'FEW');
    await createOffer(offerDraft({ name: 'Once', limits: { total: 1 } }), 'ONCE');
    const low = async () => (await shop.ok('offers.low', {}, shop.session)).offers;
    // A small offer is not few because it is small.
    expect(await low()).toEqual([]);
    for (const left of [3, 2, 1]) {
      expect(await discountOf('FEW')).toBe(500);
      expect((await low()).map(({ name, usesLeftHere }) => [name, usesLeftHere])).toEqual(
        left === 1 ? [['Few', 1]] : [],
      );
    }
    // Used up: nothing that anybody can wait for.
    expect(await discountOf('FEW')).toBe(500);
    expect(await low()).toEqual([]);
  });
});

describe('a campaign', () => {
  it('shares one budget among its offers, and holds count', async () => {
    const campaign = await shop.ok(
      'campaigns.create',
      { requestId: randomUUID(), draft: { name: 'Spring', budgetMinor: 800, firstDay: '2026-11-01' } },
      shop.session,
    );
    const draft = offerDraft({ campaignId: campaign.id });
    await createOffer(draft, 'ONE');
    await createOffer(draft, 'TWO');
    // Five off for the first; three are left for the second, and its terms say all or nothing.
    expect(await discountOf('ONE')).toBe(500);
    expect(await discountOf('TWO')).toBe('budget_exhausted');
    const { campaigns } = await shop.ok('campaigns.list', {}, shop.session);
    expect(campaigns).toMatchObject([{ name: 'Spring', offers: 2, uses: 0 }]);
  });

  it('opens and ends its offers by the days of the location', async () => {
    const create = (name: string, days: object) =>
      shop.ok('campaigns.create', { requestId: randomUUID(), draft: { name, ...days } }, shop.session);
    const later = await create('Later', { firstDay: '2026-11-25' });
    const over = await create('Over', { lastDay: '2026-11-23' });
    const today = await create('Today', { firstDay: '2026-11-24', lastDay: '2026-11-24' });
    await createOffer(offerDraft({ campaignId: later.id }), 'LATER');
    await createOffer(offerDraft({ campaignId: over.id }), 'OVER');
    await createOffer(offerDraft({ campaignId: today.id }), 'TODAY');
    expect(await discountOf('LATER')).toBe('not_started');
    expect(await discountOf('OVER')).toBe('expired');
    expect(await discountOf('TODAY')).toBe(500);
    // Midnight in Berlin is 23:00 UTC.
    shop.clock.nowMs = Date.UTC(2026, 10, 24, 22, 59, 59);
    expect(await discountOf('TODAY')).toBe(500);
    shop.clock.nowMs = Date.UTC(2026, 10, 24, 23, 0, 0);
    expect(await discountOf('TODAY')).toBe('expired');
    expect(await discountOf('LATER')).toBe(500);
  });

  it('gives nothing after it was ended', async () => {
    const campaign = await shop.ok(
      'campaigns.create',
      { requestId: randomUUID(), draft: { name: 'Spring' } },
      shop.session,
    );
    await createOffer(offerDraft({ campaignId: campaign.id }), 'ONE');
    await shop.ok(
      'campaigns.change',
      { campaignId: campaign.id, draft: { name: 'Spring' }, archived: true },
      shop.session,
    );
    expect(await discountOf('ONE')).toBe('expired');
  });
});
