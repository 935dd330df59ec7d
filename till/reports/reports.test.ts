import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InputOf } from '../../shared/contracts/operations.ts';
import { DAY_MS, HOUR_MS } from '../../shared/kernel/instant.ts';
import { basketOf50, offerDraft } from '../testing/offer-drafts.ts';
import { openShop, TEST_NOW } from '../testing/test-core.ts';

let shop: Awaited<ReturnType<typeof openShop>>;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.close());

const days = { from: '2026-11-24', to: '2026-11-24' };
const summary = (filter: Partial<InputOf<'reports.summary'>> = {}) =>
  shop.ok('reports.summary', { ...days, ...filter }, shop.session);

async function createOffer(sharedCode: string, draft = offerDraft({ name: sharedCode })): Promise<string> {
  const made = await shop.ok('offers.create', { requestId: randomUUID(), draft, sharedCode }, shop.session);
  return made.offer.id;
}

async function check(codes: string[], channel: 'pos' | 'phone' = 'pos', session = shop.session) {
  const basketId = randomUUID();
  return shop.ok('redemption.check', { basketId, basket: basketOf50, codes, channel }, session);
}

async function redeem(codes: string[], channel: 'pos' | 'phone' = 'pos', session = shop.session) {
  const { basketId } = await check(codes, channel, session);
  const { redemptions } = await shop.ok('redemption.confirm', { basketId }, session);
  return redemptions.map(({ id }) => id);
}

const rowOf = (rows: readonly { key: string; name?: string | undefined }[], name: string) =>
  rows.find((row) => row.name === name || row.key === name);

describe('a report', () => {
  it('counts each basket once in all, and once for each of its offers', async () => {
    await createOffer('ONE');
    await createOffer('TWO');
    await redeem(['ONE', 'TWO']);
    await redeem(['ONE'], 'phone');
    const { totals, by } = await summary();
    // Ten percent of 50.00, then ten percent of the 45.00 that are left; then once more ten percent.
    expect(totals).toEqual({
      redemptions: 3,
      voided: 0,
      discountMinor: 500 + 450 + 500,
      baskets: 2,
      subtotalMinor: 10_000,
      payableMinor: 4_050 + 4_500,
    });
    expect(rowOf(by.offer, 'ONE')).toMatchObject({ redemptions: 2, baskets: 2, subtotalMinor: 10_000 });
    expect(rowOf(by.offer, 'TWO')).toMatchObject({ redemptions: 1, baskets: 1, subtotalMinor: 5_000 });
    expect(rowOf(by.channel, 'phone')).toMatchObject({ redemptions: 1, baskets: 1 });
    expect(rowOf(by.operator, 'Ada')).toMatchObject({ redemptions: 3, baskets: 2 });
    // Ten in the morning in Berlin, on a Tuesday.
    expect(by.hour).toMatchObject([{ key: '10', redemptions: 3 }]);
    expect(by.weekday).toMatchObject([{ key: '2' }]);
  });

  it('leaves voided redemptions out and says how many there were', async () => {
    await createOffer('ONE');
    const [id = ''] = await redeem(['ONE']);
    await redeem(['ONE']);
    await shop.ok('redemption.void', { redemptionId: id, reason: 'mistake' }, shop.session);
    expect((await summary()).totals).toMatchObject({ redemptions: 1, voided: 1, baskets: 1 });
  });

  it('counts no discount on goods that came back', async () => {
    await createOffer(
      'ONE',
      offerDraft({ name: 'ONE', refundPolicy: { brokenThreshold: 'keep', giveUseBack: 'any_return' } }),
    );
    const [redemptionId = ''] = await redeem(['ONE']);
    await redeem(['ONE']);
    await shop.ok(
      'redemption.refund',
      { refundId: randomUUID(), redemptionId, lines: [{ lineId: '2', units: 1 }], reason: 'broken' },
      shop.session,
    );
    // Ten percent of the mug's 30.00 are no discount any more.
    const { totals } = await summary();
    expect(totals).toMatchObject({ redemptions: 2, discountMinor: 1_000 - 300 });
  });

  it('counts the business days of the location, whatever UTC says', async () => {
    await createOffer('ONE');
    // 23:30 and 00:30 in Berlin.
    shop.clock.nowMs = Date.UTC(2026, 10, 24, 22, 30);
    await redeem(['ONE']);
    shop.clock.nowMs = Date.UTC(2026, 10, 24, 23, 30);
    await redeem(['ONE']);
    expect((await summary()).by.day).toMatchObject([{ key: '2026-11-24', redemptions: 1 }]);
    const both = await summary({ to: '2026-11-25' });
    expect(both.by.day.map(({ key }) => key)).toEqual(['2026-11-24', '2026-11-25']);
    expect(both.by.hour.map(({ key }) => key)).toEqual(['0', '23']);
  });

  it('answers for one offer, campaign, channel, operator or till alone', async () => {
    const campaign = await shop.ok(
      'campaigns.create',
      { requestId: randomUUID(), draft: { name: 'Spring' } },
      shop.session,
    );
    const one = await createOffer('ONE', offerDraft({ name: 'ONE', campaignId: campaign.id }));
    await createOffer('TWO');
    await redeem(['ONE', 'TWO']);
    await redeem(['TWO'], 'phone');
    expect((await summary({ offerId: one })).totals).toMatchObject({ redemptions: 1, baskets: 1 });
    expect((await summary({ campaignId: campaign.id })).totals.redemptions).toBe(1);
    expect((await summary({ channel: 'phone' })).totals.redemptions).toBe(1);
    expect((await summary({ operatorId: shop.adminId })).totals.redemptions).toBe(3);
    expect((await summary({ tillName: 'Till 9' })).totals.redemptions).toBe(0);
    expect(rowOf((await summary()).by.campaign, 'Spring')).toMatchObject({ redemptions: 1 });
  });

  it('adds up although the clock was set back and events are out of order', async () => {
    await createOffer('ONE');
    shop.clock.nowMs = TEST_NOW + 3 * DAY_MS;
    await redeem(['ONE']);
    shop.clock.nowMs = TEST_NOW + HOUR_MS;
    const refused = await shop.call(
      'redemption.check',
      { basketId: randomUUID(), basket: basketOf50, codes: ['ONE'] },
      shop.session,
    );
    expect(refused).toMatchObject({ ok: false, error: { code: 'clock_fault' } });
    await shop.ok('faults.clear', { kind: 'clock_set_back' }, shop.session);
    await redeem(['ONE']);
    await redeem(['ONE']);
    expect((await summary()).totals.redemptions).toBe(2);
    expect((await summary({ to: '2026-11-27' })).totals.redemptions).toBe(3);
  });

  it('says why codes were refused, and what such baskets were worth', async () => {
    await createOffer('ONE');
    await check(['NOSUCHCODE']);
    await check(['NOSUCHCODE']);
    await redeem(['ONE', 'OTHER']);
    const { refusals, without } = await summary();
    expect(refusals).toEqual([{ code: 'code_unknown', count: 3 }]);
    // The basket that was paid with a coupon is none without one.
    expect(without).toEqual({ baskets: 2, subtotalMinor: 10_000 });
  });

  it('points out who enters codes that do not exist', async () => {
    await createOffer('ONE');
    await redeem(['ONE']);
    for (let i = 0; i < 6; i++) {
      shop.clock.nowMs += HOUR_MS / 2;
      await check([`GUESS${i}`]);
    }
    const { operators } = await summary();
    expect(operators).toMatchObject([{ name: 'Ada', unknownCodes: 6, signals: ['guessing'] }]);
  });

  it('shows the redemptions behind a figure, page by page', async () => {
    const one = await createOffer('ONE');
    await createOffer('TWO');
    for (let i = 0; i < 3; i++) await redeem(['ONE', 'TWO']);
    const first = await shop.ok('reports.rows', { ...days, offerId: one, limit: 2 }, shop.session);
    expect(first.redemptions).toMatchObject([
      { code: 'ONE', subtotalMinor: 5_000 },
      { code: 'ONE', subtotalMinor: 5_000 },
    ]);
    const { nextCursor = '' } = first;
    const rest = await shop.ok(
      'reports.rows',
      { ...days, offerId: one, limit: 2, cursor: nextCursor },
      shop.session,
    );
    expect(rest.redemptions).toHaveLength(1);
    expect(rest.nextCursor).toBeUndefined();
  });

  it('names unused codes that end soon', async () => {
    const offerId = (
      await shop.ok(
        'offers.create',
        {
          requestId: randomUUID(),
          draft: offerDraft({ validity: { days: { zone: 'Europe/Berlin', last: '2026-12-01' } } }),
        },
        shop.session,
      )
    ).offer.id;
    const format = { kind: 'crockford' } as const;
    await shop.ok(
      'batches.create',
      { requestId: randomUUID(), offerId, name: 'Flyer', count: 5, format },
      shop.session,
    );
    const { batches } = await shop.ok('reports.codes', {}, shop.session);
    expect(batches).toMatchObject([
      { name: 'Flyer', codes: 5, redeemed: 0, lastDay: '2026-12-01', endsSoon: true, over: false },
    ]);
    const soon = await shop.ok('reports.codes', { endingWithinDays: 2 }, shop.session);
    expect(soon.batches[0]?.endsSoon).toBe(false);
  });
});
