import { randomUUID } from 'node:crypto';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SYNC_PROTOCOL, syncPaths } from '../../shared/contracts/sync.ts';
import { basketOf50, offerTerms } from '../testing/offer-terms.ts';
import { openTestCentre, type TestCentre, testableStores } from '../testing/test-centre.ts';
import { enrolDevice, redeemed, type TestDevice } from '../testing/test-device.ts';

describe.each(testableStores())('homes at the centre on %s', (kind) => {
  let test: TestCentre;
  beforeAll(async () => {
    test = await openTestCentre(kind);
  }, 60_000);
  afterAll(() => test.close());
  beforeEach(() => test.empty());

  async function codeOfTheCentre() {
    const offer = (await test.call('POST', '/api/offers', offerTerms())).body;
    const code = (await test.call('POST', '/api/coupons', { offer_id: offer.id, max_uses: 1 })).body;
    return { offerId: offer.id as string, couponId: code.id as string, code: code.code as string };
  }

  const ask = (device: TestDevice, couponId: string) =>
    device.send('POST', syncPaths.codes, {
      protocol: SYNC_PROTOCOL,
      incarnation: device.incarnation,
      couponIds: [couponId],
      waitMs: 0,
    });

  const sell = (code: string) =>
    test.call('POST', '/api/redemptions', { code, basket_id: randomUUID(), basket: basketOf50 });

  async function joined(name: string): Promise<TestDevice> {
    const device = await enrolDevice(test, name);
    device.append('operator.signedIn', { operatorId: randomUUID() });
    await device.push();
    return device;
  }

  it('gives a code once, answers the same again, and takes it back by its move alone', async () => {
    const [a, b] = [await joined('A'), await joined('B')];
    const { couponId, offerId } = await codeOfTheCentre();
    const first = await ask(a, couponId);
    expect(first.body.homes).toMatchObject([{ couponId, here: true, move: 1, incarnation: 1 }]);
    expect((await ask(a, couponId)).body).toEqual(first.body);
    expect((await ask(b, couponId)).body.refused).toEqual([{ couponId, why: 'unreachable' }]);
    // Somebody who never had it cannot give it back, nor can an old message of who has it.
    b.append('code.returned', { couponId, offerId, move: 1 });
    await b.push(2);
    a.append('code.returned', { couponId, offerId, move: 0 });
    await a.push(2);
    expect((await ask(b, couponId)).body.homes).toEqual([]);
    a.append('code.returned', { couponId, offerId, move: 1 });
    await a.push(3);
    expect((await ask(b, couponId)).body.homes).toMatchObject([{ move: 2 }]);
    // Said again, late: it is of an earlier move.
    a.append('code.returned', { couponId, offerId, move: 1 });
    await a.push(4);
    expect((await ask(a, couponId)).body.homes).toEqual([]);
  });

  it('keeps what a retired incarnation had burned, until somebody answers for it', async () => {
    const a = await joined('A');
    const { couponId, code } = await codeOfTheCentre();
    await ask(a, couponId);
    await test.call('POST', `/api/locations/${a.locationId}/give-up`, {});
    expect(await sell(code)).toMatchObject({ status: 503, body: { code: 'home_unreachable' } });
    const freed = await test.call('POST', `/api/locations/${a.locationId}/free-codes`);
    expect(freed).toMatchObject({ status: 200, body: { freed: 1 } });
    const told = (await a.pull()).body.changes as { kind: string; couponId: string }[];
    expect(told.findLast((one) => one.kind === 'codeHome' && one.couponId === couponId)).toMatchObject({
      here: false,
      move: 2,
    });
    expect(await sell(code)).toMatchObject({ status: 201 });
  });

  it('leaves codes with the incarnation that goes on with all rights of the one before', async () => {
    const a = await joined('A');
    const { couponId, offerId, code } = await codeOfTheCentre();
    await ask(a, couponId);
    a.incarnation = 2;
    a.append('ledger.continued', { incarnation: 2, previous: 1, keepsRights: true });
    expect(await a.push(2)).toMatchObject({ status: 200, body: { quarantined: [] } });
    expect((await ask(a, couponId)).body.homes).toMatchObject([{ here: true, move: 1, incarnation: 2 }]);
    a.append('code.returned', { couponId, offerId, move: 1 });
    await a.push(3);
    expect(await sell(code)).toMatchObject({ status: 201 });
  });

  it('counts what was spent at home before anybody gets it', async () => {
    const [a, b] = [await joined('A'), await joined('B')];
    const { couponId, offerId } = await codeOfTheCentre();
    await ask(a, couponId);
    a.append('redemption.redeemed', redeemed(couponId, offerId));
    await a.push(2);
    expect((await ask(b, couponId)).body.refused).toEqual([{ couponId, why: 'used' }]);
  });

  it('hears nothing more from a machine that was revoked', async () => {
    const a = await joined('A');
    expect((await test.call('POST', `/api/locations/${a.locationId}/revoke-device`)).body).toEqual({
      revoked: 1,
    });
    a.append('operator.signedIn', { operatorId: randomUUID() });
    expect(await a.push(2)).toMatchObject({ status: 401, body: { code: 'signature_invalid' } });
  });

  it('tells a ledger that speaks another version, on every path', async () => {
    const a = await joined('A');
    const other = SYNC_PROTOCOL + 1;
    const base = { protocol: other, incarnation: 1 };
    const answers = [
      await a.push(2, { protocol: other }),
      await a.send('POST', syncPaths.codes, { ...base, couponIds: [randomUUID()], waitMs: 0 }),
      await a.send('POST', syncPaths.asks, { ...base, kept: [], waitMs: 0 }),
    ];
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 426, body: { code: 'incompatible_version' } });
  });

  it('unpacks bodies, but never more than a body may have', async () => {
    const send = (payload: Buffer, encoding: string) =>
      test.app.inject({
        method: 'POST',
        url: '/api/coupon/validate',
        headers: { 'content-type': 'application/json', 'content-encoding': encoding },
        payload,
      });
    const text = JSON.stringify({ code: 'NOBODY1' });
    expect((await send(gzipSync(text), 'gzip')).statusCode).toBe(404);
    expect((await send(brotliCompressSync(text), 'br')).statusCode).toBe(404);
    expect((await send(gzipSync(Buffer.alloc(50_000_000, ' ')), 'gzip')).statusCode).toBe(413);
    expect((await send(Buffer.from(text), 'gzip')).statusCode).toBe(422);
    expect((await send(Buffer.from(text), 'zstd')).statusCode).toBe(415);
  });
});
