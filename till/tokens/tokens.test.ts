import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issueToken } from '../../shared/codes/signed/token.ts';
import type { OfferDraft } from '../../shared/contracts/offer.ts';
import { openServices } from '../services.ts';
import { basketOf50, offerDraft } from '../testing/offer-drafts.ts';
import { openShop } from '../testing/test-core.ts';
import { type KeyPair, keyPairOf } from './ed25519.ts';
import { batchKey } from './keys.ts';
import { readToken, tokenOf } from './tokens.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
const DAY_MS = 86_400_000;

describe('a signed code', () => {
  let issuer: Shop;
  let other: Shop;
  beforeEach(async () => {
    issuer = await openShop();
    other = await openShop();
  });
  afterEach(async () => {
    await issuer.close();
    await other.close();
  });

  /** A signed batch here, its tokens, and the same offer at the other till, which never hears of the batch. */
  async function signedBatch(changes: Partial<OfferDraft> = {}) {
    const { offer } = await issuer.ok(
      'offers.create',
      { requestId: randomUUID(), draft: offerDraft(changes) },
      issuer.session,
    );
    const batch = await issuer.ok(
      'batches.create',
      {
        requestId: randomUUID(),
        offerId: offer.id,
        name: 'Gift cards',
        count: 3,
        format: { kind: 'crockford', length: 10 },
        signed: true,
      },
      issuer.session,
    );
    expect(batch.signed).toBe(true);
    const own = await keysOf(issuer);
    await issuer.core.close();
    const opened = await openServices(issuer.ports);
    if (!opened.ok) throw new Error(opened.error.code);
    const { read } = opened.value.store;
    const location = opened.value.location();
    const key = batchKey(read, batch.id);
    const row = read.offers.byId(offer.id);
    if (!key || !row || !location) throw new Error('no key');
    const tokens = read.coupons
      .ofBatch(batch.id, 0, 3)
      .map((coupon) => tokenOf(coupon, offer, location.id, key));
    opened.value.close();
    await other.core.close();
    const there = await openServices(other.ports);
    if (!there.ok) throw new Error(there.error.code);
    there.value.store.transact((tx) => tx.write.offers.insert({ ...row, origin: 'centre' }));
    there.value.close();
    issuer = { ...issuer, ...(await signedInAgain(issuer)) };
    other = { ...other, ...(await signedInAgain(other)) };
    return { tokens, own, key, batch, offer };
  }

  async function signedInAgain(shop: Shop) {
    const again = await shop.reopen();
    const { session } = await again.ok('session.signIn', { operatorId: shop.adminId, pin: '482913' });
    return { ...again, session };
  }

  const keysOf = async (shop: Shop) => (await shop.ok('tokens.list', {}, shop.session)).own?.text ?? '';

  const check = async (shop: Shop, code: string) =>
    (
      await shop.ok(
        'redemption.check',
        { basketId: randomUUID(), basket: basketOf50, codes: [code] },
        shop.session,
      )
    ).coupons[0];

  const open: Partial<OfferDraft> = { offlinePolicy: { type: 'open' } };

  it('is accepted where its batch was made, and by a till that only knows its keys and its offer', async () => {
    const { tokens, own } = await signedBatch(open);
    expect(await check(issuer, tokens[0] ?? '')).toMatchObject({ status: 'accepted' });
    expect(await check(other, tokens[1] ?? '')).toMatchObject({ refusal: { code: 'code_forged' } });
    await other.ok('tokens.trust', { name: 'Main shop', text: own }, other.session);
    expect(await check(other, tokens[1] ?? '')).toMatchObject({ status: 'accepted' });
  });

  it('still needs the offer to allow it offline: a signature says nothing of uses', async () => {
    const { tokens, own } = await signedBatch();
    await other.ok('tokens.trust', { name: 'Main shop', text: own }, other.session);
    expect(await check(other, tokens[0] ?? '')).toMatchObject({ refusal: { code: 'home_unreachable' } });
  });

  it('is refused when it is altered, truncated, over-long, forged, ended or revoked', async () => {
    const { tokens, own, batch, key, offer } = await signedBatch({
      ...open,
      validity: { endsAt: Date.UTC(2026, 11, 1) },
    });
    await other.ok('tokens.trust', { name: 'Main shop', text: own }, other.session);
    const [token = ''] = tokens;
    const at = token.length - 30;
    const altered = token.slice(0, at) + (token[at] === '7' ? '8' : '7') + token.slice(at + 1);
    expect(await check(other, altered)).toMatchObject({ refusal: { code: 'code_forged' } });
    expect(await check(other, token.slice(0, -8))).toMatchObject({
      refusal: { code: expect.stringMatching(/code_forged|code_malformed/) },
    });
    expect(await check(other, token.padEnd(450, '0'))).toMatchObject({ refusal: { code: 'code_malformed' } });
    const stranger: KeyPair = keyPairOf(new Uint8Array(32).fill(7));
    const claim = { couponId: randomUUID(), offerId: offer.id, uses: 1 };
    expect(await check(other, issueToken(claim, key.keyId, stranger.sign))).toMatchObject({
      refusal: { code: 'code_forged' },
    });
    other.clock.nowMs += 10 * DAY_MS;
    const later = { ...other, ...(await signedInAgain(other)) };
    other = later;
    expect(await check(other, token)).toMatchObject({ refusal: { code: 'expired' } });

    await issuer.ok('tokens.revoke', { batchId: batch.id }, issuer.session);
    const newer = await keysOf(issuer);
    await other.ok('tokens.trust', { name: 'Main shop', text: newer }, other.session);
    expect(await check(other, token)).toMatchObject({ refusal: { code: 'code_void' } });
    const older = await other.call('tokens.trust', { name: 'Main shop', text: own }, other.session);
    expect(older).toMatchObject({ ok: false, error: { code: 'conflict' } });
  });

  it('is refused alone when its serial was voided, also where its batch is unknown', async () => {
    const { tokens, own, batch } = await signedBatch(open);
    await other.ok('tokens.trust', { name: 'Main shop', text: own }, other.session);
    const theft = { batchId: batch.id, firstSerial: 2, lastSerial: 2, reason: 'stolen' };
    await issuer.ok('batches.setSerials', { ...theft, status: 'void' }, issuer.session);
    expect((await issuer.ok('tokens.list', {}, issuer.session)).own).toMatchObject({ voidCodes: 1 });
    await other.ok('tokens.trust', { name: 'Main shop', text: await keysOf(issuer) }, other.session);
    expect(await check(other, tokens[1] ?? '')).toMatchObject({ refusal: { code: 'code_void' } });
    expect(await check(other, tokens[0] ?? '')).toMatchObject({ status: 'accepted' });
    expect(await check(issuer, tokens[1] ?? '')).toMatchObject({ refusal: { code: 'code_void' } });
    await issuer.ok('batches.setSerials', { ...theft, status: 'live' }, issuer.session);
    await other.ok('tokens.trust', { name: 'Main shop', text: await keysOf(issuer) }, other.session);
    expect(await check(other, tokens[1] ?? '')).toMatchObject({ status: 'accepted' });
  });

  it('stays genuine when a new key signs, until its own is revoked', async () => {
    const { tokens, batch, key } = await signedBatch(open);
    const rotated = await issuer.ok('tokens.rotate', { batchId: batch.id }, issuer.session);
    expect(rotated.keys.map(({ state }) => state)).toEqual(['verifies', 'signs']);
    await other.ok('tokens.trust', { name: 'Main shop', text: await keysOf(issuer) }, other.session);
    expect(await check(other, tokens[0] ?? '')).toMatchObject({ status: 'accepted' });
    const keyId = Buffer.from(key.keyId).toString('hex');
    const revoked = await issuer.ok('tokens.revoke', { batchId: batch.id, keyId }, issuer.session);
    expect(revoked.keys.map(({ state }) => state)).toEqual(['revoked', 'signs']);
    await other.ok('tokens.trust', { name: 'Main shop', text: await keysOf(issuer) }, other.session);
    expect(await check(other, tokens[1] ?? '')).toMatchObject({ refusal: { code: 'code_void' } });
    const { trusted } = await other.ok('tokens.list', {}, other.session);
    expect(trusted).toMatchObject([{ name: 'Main shop', keys: 2, revokedKeys: 1 }]);
    const unknown = await issuer.call('tokens.revoke', { batchId: batch.id, keyId: 'ab12' }, issuer.session);
    expect(unknown).toMatchObject({ ok: false, error: { code: 'not_found' } });
  });

  it('says what it is worth when the offer pays an amount', async () => {
    const { tokens } = await signedBatch({
      benefits: [{ type: 'fixed', amountMinor: 500, per: 'total', target: { scope: 'order' } }],
    });
    await issuer.core.close();
    const opened = await openServices(issuer.ports);
    if (!opened.ok) throw new Error(opened.error.code);
    const claim = readToken(opened.value.store.read, tokens[0] ?? '', issuer.clock.now());
    expect(claim).toMatchObject({ ok: true, value: { value: { amountMinor: 500, currency: 'EUR' } } });
    opened.value.close();
    issuer = { ...issuer, ...(await signedInAgain(issuer)) };
  });
});
