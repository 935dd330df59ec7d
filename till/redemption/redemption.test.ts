import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { OfferDraft } from '../../shared/contracts/offer.ts';
import { MINUTE_MS } from '../../shared/kernel/instant.ts';
import { basketOf50, offerDraft } from '../testing/offer-drafts.ts';
import { ADMIN_PIN, openShop } from '../testing/test-core.ts';

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

const check = (till: Shop, codes: string[], basketId: string = randomUUID(), more = {}) =>
  till.ok('redemption.check', { basketId, basket: basketOf50, codes, ...more }, till.session);

const confirm = (till: Shop, basketId: string) => till.call('redemption.confirm', { basketId }, till.session);

async function uniqueCodes(till: Shop, offerId: string, count: number): Promise<string[]> {
  const batch = await till.ok(
    'batches.create',
    {
      requestId: randomUUID(),
      offerId,
      name: 'Cards',
      count,
      format: { kind: 'crockford', length: 10 },
    },
    till.session,
  );
  const page = await till.ok('batches.codes', { batchId: batch.id, limit: count }, till.session);
  return page.codes.map(({ code }) => code);
}

describe('redeeming a code', () => {
  it('takes an unlimited shared code, in any case, as often as it is shown', async () => {
    const till = await shop();
    await makeOffer(till, {}, 'Save 10');
    for (let i = 0; i < 3; i++) {
      const checked = await check(till, ['save-10']);
      expect(checked).toMatchObject({ subtotalMinor: 5_000, discountMinor: 500, payableMinor: 4_500 });
      expect(checked.reservedUntil).toBeUndefined();
      const done = await confirm(till, checked.basketId);
      expect(done).toMatchObject({ ok: true, value: { discountMinor: 500 } });
    }
    const { redemptions } = await till.ok('redemption.recent', {}, till.session);
    expect(redemptions).toHaveLength(3);
    expect(redemptions[0]).toMatchObject({ code: 'SAVE10', status: 'redeemed', operatorName: 'Ada' });
  });

  it('gives the first answer to every repeated confirmation', async () => {
    const till = await shop();
    await makeOffer(till, { limits: { total: 5 } }, 'FIVE');
    const { basketId } = await check(till, ['FIVE']);
    const first = await confirm(till, basketId);
    expect(first.ok).toBe(true);
    till.clock.nowMs += 5 * MINUTE_MS;
    expect(await confirm(till, basketId)).toEqual(first);
    const again = await till.reopen();
    const session = await again.ok('session.signIn', { operatorId: till.adminId, pin: '482913' });
    expect(await again.call('redemption.confirm', { basketId }, session.session)).toEqual(first);
    const { offers } = await again.ok('offers.list', {}, session.session);
    expect(offers[0]).toMatchObject({ uses: 1, usesLeftHere: 4 });
    await again.core.close();
  });

  it('refuses a used code with when and where, and records the attempt', async () => {
    const till = await shop();
    const offer = await makeOffer(till, {});
    const [code = ''] = await uniqueCodes(till, offer.offer.id, 3);
    const first = await check(till, [code]);
    expect(first.coupons[0]).toMatchObject({ status: 'accepted', code });
    await confirm(till, first.basketId);
    till.clock.nowMs += MINUTE_MS;
    const second = await check(till, [code.toLowerCase().replaceAll('-', ' ')]);
    expect(second.coupons[0]).toMatchObject({
      status: 'refused',
      refusal: {
        code: 'already_redeemed',
        params: { where: 'Till 1', operator: 'Ada', at: till.clock.nowMs - MINUTE_MS },
      },
    });
    expect(await confirm(till, second.basketId)).toMatchObject({
      ok: false,
      error: { code: 'nothing_to_redeem' },
    });
  });

  it('holds a single-use code for one basket only, until the hold is over', async () => {
    const till = await shop();
    const offer = await makeOffer(till, {});
    const [code = ''] = await uniqueCodes(till, offer.offer.id, 1);
    const mine = await check(till, [code]);
    expect(mine.reservedUntil).toBe(till.clock.nowMs + 10 * MINUTE_MS);
    const theirs = await check(till, [code]);
    expect(theirs.coupons[0]).toMatchObject({ refusal: { code: 'reserved_elsewhere' } });
    till.clock.nowMs += 10 * MINUTE_MS;
    const later = await check(till, [code], theirs.basketId);
    expect(later.coupons[0]).toMatchObject({ status: 'accepted' });
    expect(await confirm(till, mine.basketId)).toMatchObject({
      ok: false,
      error: { code: 'reservation_expired' },
    });
    expect(await confirm(till, theirs.basketId)).toMatchObject({ ok: true });
  });

  it('never gives more than the total, and a void gives one back', async () => {
    const till = await shop();
    await makeOffer(till, { limits: { total: 2 } }, 'TWO');
    const one = await check(till, ['TWO']);
    const two = await check(till, ['TWO']);
    expect((await check(till, ['TWO'])).coupons[0]).toMatchObject({
      refusal: { code: 'reserved_elsewhere' },
    });
    await confirm(till, one.basketId);
    const done = await confirm(till, two.basketId);
    expect((await check(till, ['TWO'])).coupons[0]).toMatchObject({ refusal: { code: 'exhausted' } });
    const redemptionId = done.ok ? (done.value.redemptions[0]?.id ?? '') : '';
    const voided = await till.ok('redemption.void', { redemptionId, reason: 'wrong item' }, till.session);
    expect(voided.status).toBe('voided');
    expect(await till.call('redemption.void', { redemptionId, reason: 'again' }, till.session)).toMatchObject(
      {
        error: { code: 'already_voided' },
      },
    );
    const after = await check(till, ['TWO']);
    expect(after.coupons[0]).toMatchObject({ status: 'accepted', usesLeftHere: 0 });
  });

  it('answers the retry of a void as it answered the void, and nobody else', async () => {
    const till = await shop();
    await makeOffer(till, {}, 'FREE');
    const done = await confirm(till, (await check(till, ['FREE'])).basketId);
    const redemptionId = done.ok ? (done.value.redemptions[0]?.id ?? '') : '';
    const input = { redemptionId, voidId: randomUUID(), reason: 'wrong item' };
    const first = await till.ok('redemption.void', input, till.session);
    till.clock.nowMs += 1_000;
    expect(await till.ok('redemption.void', input, till.session)).toEqual(first);
    for (const other of [{}, { voidId: randomUUID() }]) {
      const late = { redemptionId, reason: 'wrong item', ...other };
      expect(await till.call('redemption.void', late, till.session)).toMatchObject({
        error: { code: 'already_voided' },
      });
    }
    const both = await confirm(till, (await check(till, ['FREE'])).basketId);
    const again = {
      redemptionId: both.ok ? (both.value.redemptions[0]?.id ?? '') : '',
      voidId: randomUUID(),
      reason: 'twice at once',
    };
    const answers = await Promise.all([1, 2].map(() => till.ok('redemption.void', again, till.session)));
    expect(answers[0]).toEqual(answers[1]);
  });

  it('shows what an interrupted till left held, until somebody redeems it or lets it go', async () => {
    const till = await shop();
    await makeOffer(till, { limits: { total: 2 } }, 'TWO');
    await makeOffer(till, {}, 'FREE');
    const one = await check(till, ['TWO', 'FREE']);
    const two = await check(till, ['TWO']);
    await check(till, ['FREE']);
    const pending = async () => (await again.ok('redemption.pending', {}, session)).baskets;
    let again: Awaited<ReturnType<typeof till.reopen>> = till;
    let { session } = till;
    expect(await pending()).toEqual([]);
    again = await till.reopen();
    shops.push({ ...till, ...again });
    ({ session } = await again.ok('session.signIn', { operatorId: till.adminId, pin: ADMIN_PIN }));
    expect((await pending()).map(({ basketId }) => basketId).sort()).toEqual(
      [one.basketId, two.basketId].sort(),
    );
    expect((await pending()).find(({ basketId }) => basketId === one.basketId)).toMatchObject({
      operatorName: 'Ada',
      coupons: [{ code: 'TWO' }, { code: 'FREE' }],
      payableMinor: one.payableMinor,
      heldUntil: one.reservedUntil,
    });
    const done = await again.ok('redemption.confirm', { basketId: one.basketId }, session);
    expect(done.redemptions).toHaveLength(2);
    await again.ok('redemption.release', { basketId: two.basketId }, session);
    expect(await pending()).toEqual([]);
    const next = { basketId: randomUUID(), basket: basketOf50, codes: ['TWO'] };
    expect((await again.ok('redemption.check', next, session)).coupons[0]).toMatchObject({
      status: 'accepted',
    });
    // Shown since the start: whoever scanned it decides.
    expect(await pending()).toEqual([]);
  });

  it('lets go of a code that was taken off the basket', async () => {
    const till = await shop();
    await makeOffer(till, { limits: { total: 1 } }, 'ONE');
    await makeOffer(till, {}, 'OTHER');
    const mine = await check(till, ['ONE']);
    await check(till, ['OTHER'], mine.basketId);
    expect((await check(till, ['ONE'])).coupons[0]).toMatchObject({ status: 'accepted' });
  });

  it('releases a basket once, and says so twice', async () => {
    const till = await shop();
    await makeOffer(till, { limits: { total: 1 } }, 'ONE');
    const { basketId } = await check(till, ['ONE']);
    expect(await till.ok('redemption.release', { basketId }, till.session)).toEqual({ released: 1 });
    expect(await till.ok('redemption.release', { basketId }, till.session)).toEqual({ released: 0 });
    expect(await confirm(till, basketId)).toMatchObject({ error: { code: 'reservation_unknown' } });
  });

  it('counts per customer, whoever writes the address how', async () => {
    const till = await shop();
    await makeOffer(till, { limits: { perCustomer: 1 } }, 'PERSON');
    const customer = (value: string) => ({ customer: { kind: 'email' as const, value } });
    const one = await check(till, ['PERSON'], randomUUID(), customer('Ann@Example.com'));
    await confirm(till, one.basketId);
    const two = await check(till, ['PERSON'], randomUUID(), customer(' ann@example.com '));
    expect(two.coupons[0]).toMatchObject({ refusal: { code: 'customer_limit' } });
    const other = await check(till, ['PERSON'], randomUUID(), customer('bob@example.com'));
    expect(other.coupons[0]).toMatchObject({ status: 'accepted' });
    expect((await check(till, ['PERSON'])).coupons[0]).toMatchObject({
      refusal: { code: 'customer_required' },
    });
  });

  it.each([
    ['perDay', 'day_limit'],
    ['perLocation', 'location_limit'],
    ['perOperator', 'operator_limit'],
  ] as const)('counts %s', async (limit, code) => {
    const till = await shop();
    await makeOffer(till, { limits: { [limit]: 1 } }, 'LIMITED');
    const one = await check(till, ['LIMITED']);
    expect((await check(till, ['LIMITED'])).coupons[0]).toMatchObject({ refusal: { code } });
    await confirm(till, one.basketId);
    expect((await check(till, ['LIMITED'])).coupons[0]).toMatchObject({ refusal: { code } });
  });

  it('says what was wrong with what was entered', async () => {
    const till = await shop();
    const offer = await makeOffer(till, { conditions: [{ type: 'channels', channels: ['web'] }] }, 'WEBONLY');
    const [code = ''] = await uniqueCodes(till, offer.offer.id, 1);
    const mistyped = code.startsWith('0') ? `1${code.slice(1)}` : `0${code.slice(1)}`;
    const answer = await check(till, ['NOSUCHCODE', mistyped, '¡¿', 'webonly']);
    expect(answer.coupons.map((one) => (one.status === 'refused' ? one.refusal.code : one.status))).toEqual([
      'code_unknown',
      'code_mistyped',
      'code_malformed',
      'wrong_channel',
    ]);
    expect(answer.discountMinor).toBe(0);
  });
});
