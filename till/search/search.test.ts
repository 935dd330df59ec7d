import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { basketOf50, offerDraft } from '../testing/offer-drafts.ts';
import { openShop } from '../testing/test-core.ts';

let shop: Awaited<ReturnType<typeof openShop>>;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.close());

async function createBatch(draft = offerDraft({ name: 'Welcome' })) {
  const { offer } = await shop.ok('offers.create', { requestId: randomUUID(), draft }, shop.session);
  const batch = await shop.ok(
    'batches.create',
    {
      requestId: randomUUID(),
      offerId: offer.id,
      name: 'Flyers of May',
      count: 3,
      format: { kind: 'crockford' },
    },
    shop.session,
  );
  const { codes } = await shop.ok('batches.codes', { batchId: batch.id }, shop.session);
  return { offer, codes: codes.map(({ code }) => code) };
}

async function redeem(code: string, phone?: string): Promise<string> {
  const basketId = randomUUID();
  const customer = phone === undefined ? {} : { customer: { kind: 'phone' as const, value: phone } };
  await shop.ok(
    'redemption.check',
    { basketId, basket: basketOf50, codes: [code], ...customer },
    shop.session,
  );
  const { redemptions } = await shop.ok('redemption.confirm', { basketId }, shop.session);
  return redemptions[0]?.id ?? '';
}

const find = (text: string) => shop.ok('search.find', { text }, shop.session);
const timeline = async (code: string) => {
  const [hit] = (await find(code)).codes;
  return shop.ok('search.code', { couponId: hit?.couponId ?? '' }, shop.session);
};

describe('search', () => {
  it('finds by name or part of it, whatever the case', async () => {
    await createBatch();
    const found = await find('WELC');
    expect(found).toMatchObject({ offers: [{ name: 'Welcome' }], batches: [], people: [] });
    expect((await find('flyers')).batches).toMatchObject([{ name: 'Flyers of May', codes: 3 }]);
    expect((await find('ad')).people).toMatchObject([{ name: 'Ada', role: 'admin' }]);
  });

  it('finds a code as it is printed, as it is stored, and by how it begins', async () => {
    const { codes } = await createBatch();
    const [code = ''] = codes;
    for (const text of [code, code.replaceAll('-', '').toLowerCase(), code.slice(0, 6)]) {
      expect((await find(text)).codes[0]).toMatchObject({ code, offerName: 'Welcome', status: 'live' });
    }
    expect((await find('ZZZZZZZZZZ')).codes).toEqual([]);
  });
});

describe('the timeline of a code', () => {
  it('says what happened, by whom and where, newest first', async () => {
    const { codes } = await createBatch();
    const [code = ''] = codes;
    shop.clock.nowMs += 1_000;
    const first = await redeem(code);
    shop.clock.nowMs += 1_000;
    await shop.ok('redemption.void', { redemptionId: first, reason: 'Wrong code' }, shop.session);
    shop.clock.nowMs += 1_000;
    await redeem(code);
    shop.clock.nowMs += 1_000;
    await shop.ok(
      'redemption.check',
      { basketId: randomUUID(), basket: basketOf50, codes: [code] },
      shop.session,
    );
    const shown = await timeline(code);
    expect(shown).toMatchObject({ code, status: 'redeemed', used: 1, maxUses: 1, offerName: 'Welcome' });
    expect(shown.batch).toMatchObject({ name: 'Flyers of May', serial: 1 });
    expect(shown.events).toMatchObject([
      { kind: 'refused', code: 'already_redeemed', operatorName: 'Ada' },
      { kind: 'redeemed', voided: false, discountMinor: 500, subtotalMinor: 5_000, sent: false },
      { kind: 'voided', reason: 'Wrong code', operatorName: 'Ada', tillName: 'Till 1' },
      { kind: 'redeemed', voided: true, operatorName: 'Ada', tillName: 'Till 1', channel: 'pos' },
      { kind: 'issued', operatorName: 'Ada' },
    ]);
  });

  it('holds what came back', async () => {
    const { codes } = await createBatch();
    const [code = ''] = codes;
    shop.clock.nowMs += 1_000;
    const redemptionId = await redeem(code);
    shop.clock.nowMs += 1_000;
    await shop.ok(
      'redemption.refund',
      { refundId: randomUUID(), redemptionId, lines: [{ lineId: '2', units: 1 }], reason: 'broken' },
      shop.session,
    );
    const { events } = await timeline(code);
    expect(events.map(({ kind }) => kind)).toEqual(['refunded', 'redeemed', 'issued']);
    expect(events[0]).toMatchObject({ refundMinor: 2_700, operatorName: 'Ada' });
  });

  it('follows a much used code page by page', async () => {
    const draft = offerDraft({ name: 'Shared' });
    await shop.ok('offers.create', { requestId: randomUUID(), draft, sharedCode: 'SHARED' }, shop.session);
    for (let i = 0; i < 60; i++) {
      shop.clock.nowMs += 1_000;
      await redeem('SHARED');
    }
    const first = await timeline('SHARED');
    expect(first.events).toHaveLength(50);
    const { couponId, nextCursor = '' } = first;
    const rest = await shop.ok('search.code', { couponId, cursor: nextCursor }, shop.session);
    expect(rest.events.map(({ kind }) => kind)).toEqual([...Array(10).fill('redeemed'), 'issued']);
    expect(rest.nextCursor).toBeUndefined();
  });
});

describe('a customer', () => {
  it('is found however their number was typed, with what they redeemed, and can be forgotten', async () => {
    const { codes } = await createBatch(offerDraft({ name: 'Welcome', limits: { perCustomer: 2 } }));
    await redeem(codes[0] ?? '', '+49 30 901820');
    shop.clock.nowMs += 1_000;
    await redeem(codes[1] ?? '', '0049 30 901820');
    await redeem(codes[2] ?? '', '+49 30 901821');
    const found = (await find('0049 30 901820')).customers;
    expect(found).toMatchObject([{ kind: 'phone', value: '+4930901820' }]);
    expect((await find('90182')).customers).toHaveLength(2);
    const customerId = found[0]?.customerId ?? '';
    const shown = await shop.ok('search.customer', { customerId }, shop.session);
    expect(shown.redemptions.map(({ code }) => code)).toEqual([codes[1], codes[0]]);

    await shop.ok('customers.erase', { customerId }, shop.session);
    expect((await find('+49 30 901820')).customers).toEqual([]);
    const forgotten = await shop.ok('search.customer', { customerId }, shop.session);
    expect(forgotten.value).toBeUndefined();
    expect(forgotten.redemptions).toHaveLength(2);
  });
});
