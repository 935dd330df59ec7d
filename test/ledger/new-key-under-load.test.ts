import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { basketOf50, offerDraft } from '../../till/testing/offer-drafts.ts';
import { ADMIN_PIN, openShop } from '../../till/testing/test-core.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
const USES = 60;
const CALLERS = 80;
const NEW_KEYS = 3;

let till: Shop;
beforeEach(async () => {
  till = await openShop();
});
afterEach(() => till.close());

it('keys change while many redeem, sign in, search and back up: nothing is lost, doubled or refused', async () => {
  const { session } = till;
  const draft = offerDraft({ limits: { total: USES } });
  const { offer } = await till.ok(
    'offers.create',
    { requestId: randomUUID(), draft, sharedCode: 'BUSY' },
    session,
  );
  const redeem = async (i: number) => {
    // Spread over the changes of the key, in turns of the event loop.
    for (let turn = 0; turn < i; turn++) await new Promise((resolve) => setImmediate(resolve));
    const basketId = randomUUID();
    await till.call('redemption.check', { basketId, basket: basketOf50, codes: ['BUSY'] }, session);
    return till.call('redemption.confirm', { basketId }, session);
  };
  const keys = async () => {
    for (let i = 0; i < NEW_KEYS; i++) {
      expect(await till.call('keys.rotate', { pin: ADMIN_PIN }, session)).toMatchObject({ ok: true });
      expect(await till.call('backup.now', {}, session)).toMatchObject({ ok: true });
    }
  };
  const others = async () => {
    for (let i = 0; i < CALLERS; i++) {
      const pin = ADMIN_PIN;
      expect(await till.call('session.signIn', { operatorId: till.adminId, pin })).toMatchObject({
        ok: true,
      });
      expect(await till.call('search.find', { text: 'BUSY' }, session)).toMatchObject({ ok: true });
    }
  };
  const [answers] = await Promise.all([
    Promise.all(Array.from({ length: CALLERS }, (_, i) => redeem(i))),
    keys(),
    others(),
  ]);
  expect(answers.filter((answer) => answer.ok)).toHaveLength(USES);
  const row = await till.ok('offers.get', { offerId: offer.id }, session);
  expect(row).toMatchObject({ uses: USES, usesLeftHere: 0 });
  const again = await till.reopen();
  const signedIn = await again.ok('session.signIn', { operatorId: till.adminId, pin: ADMIN_PIN });
  const after = await again.ok('offers.get', { offerId: offer.id }, signedIn.session);
  expect(after).toMatchObject({ uses: USES, usesLeftHere: 0 });
  await again.core.close();
});
