import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batchWhenDone, findBatch } from '../testing/batch-when-done.ts';
import { basketOf50, offerDraft } from '../testing/offer-drafts.ts';
import { ADMIN_PIN, openShop } from '../testing/test-core.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
const COUNT = 6_000;
const format = { kind: 'crockford', length: 10 } as const;

describe('a large batch', () => {
  let shop: Shop;
  let offerId: string;
  beforeEach(async () => {
    shop = await openShop();
    offerId = (await shop.ok('offers.create', { requestId: randomUUID(), draft: offerDraft() }, shop.session))
      .offer.id;
  });
  afterEach(() => shop.close());

  const begin = (count = COUNT) =>
    shop.ok(
      'batches.create',
      { requestId: randomUUID(), offerId, name: 'Cards', count, format },
      shop.session,
    );

  async function reopened(): Promise<Shop> {
    const again = await shop.reopen();
    const { session } = await again.ok('session.signIn', { operatorId: shop.adminId, pin: ADMIN_PIN });
    shop = { ...again, session, adminId: shop.adminId };
    return shop;
  }

  async function codesOf(batchId: string): Promise<{ serial: number; code: string }[]> {
    const found: { serial: number; code: string }[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await shop.ok(
        'batches.codes',
        { batchId, limit: 200, ...(cursor === undefined ? {} : { cursor }) },
        shop.session,
      );
      found.push(...page.codes);
      cursor = page.nextCursor;
      if (cursor === undefined) return found;
    }
  }

  const check = (code: string) =>
    shop.ok('redemption.check', { basketId: randomUUID(), basket: basketOf50, codes: [code] }, shop.session);

  it('is live only with its last code, and lets other calls through meanwhile', async () => {
    const { id, state } = await begin();
    expect(state).toBe('making');
    let answered = 0;
    while ((await findBatch(shop, id)).state === 'making') answered++;
    expect(answered).toBeGreaterThan(5);
    const codes = await codesOf(id);
    expect(codes.map(({ serial }) => serial)).toEqual(Array.from({ length: COUNT }, (_, i) => i + 1));
    expect(new Set(codes.map(({ code }) => code)).size).toBe(COUNT);
    expect((await check(codes[COUNT - 1]?.code ?? '')).discountMinor).toBe(500);
  });

  it('says how far it is, and for how long still', async () => {
    const { id } = await begin(20_000);
    const seen: number[] = [];
    let sawEta = false;
    for (;;) {
      const { state, progress } = await findBatch(shop, id);
      if (state === 'live') break;
      expect(progress?.outOf).toBe(40_000);
      seen.push(progress?.done ?? 0);
      sawEta ||= progress?.etaMs !== undefined;
    }
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(sawEta).toBe(true);
  });

  it('goes on where it was when the till is started again, with the codes that it had', async () => {
    const { id } = await begin(20_000);
    while (((await findBatch(shop, id)).progress?.done ?? 0) < 3_000);
    await reopened();
    const batch = await findBatch(shop, id);
    expect(batch.state).toBe('making');
    expect(batch.progress?.done).toBeGreaterThanOrEqual(3_000);
    expect((await batchWhenDone(shop, id)).state).toBe('live');
    const codes = await codesOf(id);
    expect(new Set(codes.map(({ code }) => code)).size).toBe(20_000);
    expect(codes.at(-1)?.serial).toBe(20_000);
  });

  it('goes on in the middle of its announcement too', async () => {
    const { id } = await begin(20_000);
    while (((await findBatch(shop, id)).progress?.done ?? 0) < 25_000);
    await reopened();
    expect((await batchWhenDone(shop, id)).state).toBe('live');
    expect(new Set((await codesOf(id)).map(({ serial }) => serial)).size).toBe(20_000);
  });

  it('leaves nothing valid when it is cancelled', async () => {
    const { id } = await begin(20_000);
    while (((await findBatch(shop, id)).progress?.done ?? 0) < 22_000);
    const [known] = await codesOf(id);
    expect((await check(known?.code ?? '')).coupons[0]).toMatchObject({ refusal: { code: 'code_unknown' } });
    await shop.ok('batches.cancel', { batchId: id }, shop.session);
    expect((await batchWhenDone(shop, id)).state).toBe('withdrawn');
    expect(await codesOf(id)).toEqual([]);
    const again = await shop.call('batches.cancel', { batchId: id }, shop.session);
    expect(again).toMatchObject({ ok: false, error: { code: 'conflict' } });
  });

  it('draws anew what another batch has already, in a small space', async () => {
    const small = { kind: 'pattern', pattern: 'AB%d%d%d%d' } as const;
    const request = { offerId, name: 'Small', count: 2_400, format: small };
    const first = await shop.ok('batches.create', { ...request, requestId: randomUUID() }, shop.session);
    const second = await shop.ok('batches.create', { ...request, requestId: randomUUID() }, shop.session);
    expect((await batchWhenDone(shop, first.id)).state).toBe('live');
    expect((await batchWhenDone(shop, second.id)).state).toBe('live');
    const all = [...(await codesOf(first.id)), ...(await codesOf(second.id))];
    expect(new Set(all.map(({ code }) => code)).size).toBe(4_800);
  });
});

describe('a range of serials', () => {
  it('is voided and made valid again in one step, with its reason', async () => {
    const shop = await openShop();
    const { offer } = await shop.ok(
      'offers.create',
      { requestId: randomUUID(), draft: offerDraft() },
      shop.session,
    );
    const batch = await shop.ok(
      'batches.create',
      { requestId: randomUUID(), offerId: offer.id, name: 'Cards', count: 100, format },
      shop.session,
    );
    const { codes } = await shop.ok('batches.codes', { batchId: batch.id, limit: 200 }, shop.session);
    const check = async (serial: number) =>
      (
        await shop.ok(
          'redemption.check',
          { basketId: randomUUID(), basket: basketOf50, codes: [codes[serial - 1]?.code ?? ''] },
          shop.session,
        )
      ).coupons[0];
    const set = (firstSerial: number, lastSerial: number, status: 'live' | 'void') =>
      shop.call(
        'batches.setSerials',
        { batchId: batch.id, firstSerial, lastSerial, status, reason: 'stolen from the van' },
        shop.session,
      );
    expect(await set(40, 50, 'void')).toMatchObject({ ok: true, value: { codes: 11 } });
    expect(await check(39)).toMatchObject({ status: 'accepted' });
    expect(await check(40)).toMatchObject({ refusal: { code: 'code_void' } });
    expect(await check(50)).toMatchObject({ refusal: { code: 'code_void' } });
    await set(45, 45, 'live');
    expect(await check(45)).toMatchObject({ status: 'accepted' });
    const page = await shop.ok('batches.codes', { batchId: batch.id, limit: 200 }, shop.session);
    expect(page.codes.filter(({ status }) => status === 'void').map(({ serial }) => serial)).toEqual([
      40, 41, 42, 43, 44, 46, 47, 48, 49, 50,
    ]);
    // Voided while it lies on the counter, between the scan and the payment.
    const scanned = { basketId: randomUUID(), basket: basketOf50, codes: [codes[59]?.code ?? ''] };
    expect(await shop.ok('redemption.check', scanned, shop.session)).toMatchObject({ discountMinor: 500 });
    await set(60, 60, 'void');
    expect(await shop.call('redemption.confirm', { basketId: scanned.basketId }, shop.session)).toMatchObject(
      { error: { code: 'code_void' } },
    );
    await set(60, 60, 'live');
    expect(await set(90, 101, 'void')).toMatchObject({ ok: false, error: { code: 'invalid_input' } });
    const { ranges } = await shop.ok('batches.ranges', { batchId: batch.id }, shop.session);
    expect(ranges).toMatchObject([
      { status: 'void', reason: 'stolen from the van', by: 'Ada' },
      { status: 'live' },
      { status: 'void' },
      { status: 'live' },
    ]);
    await shop.close();
  });
});
