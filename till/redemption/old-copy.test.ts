import { randomUUID } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { basketOf50, offerDraft } from '../testing/offer-drafts.ts';
import { ADMIN_PIN, openShop, type TestTill } from '../testing/test-core.ts';

let till: TestTill | undefined;
afterEach(() => till?.close());

it('does not confirm a held code of an old copy again: it may have been spent since', async () => {
  const shop = await openShop();
  till = shop;
  const { offer } = await shop.ok(
    'offers.create',
    { requestId: randomUUID(), draft: offerDraft({}) },
    shop.session,
  );
  const format = { kind: 'crockford', length: 10 } as const;
  const batch = await shop.ok(
    'batches.create',
    { requestId: randomUUID(), offerId: offer.id, name: 'Cards', count: 1, format },
    shop.session,
  );
  const { codes } = await shop.ok('batches.codes', { batchId: batch.id, limit: 1 }, shop.session);
  const basketId = randomUUID();
  await shop.ok(
    'redemption.check',
    { basketId, basket: basketOf50, codes: codes.map(({ code }) => code) },
    shop.session,
  );
  await shop.core.close();
  const file = path.join(shop.dataDir, 'ledger.db');
  copyFileSync(file, `${file}.copy`);

  const confirmAgain = async () => {
    till = await shop.reopen();
    const { session } = await till.ok('session.signIn', { operatorId: shop.adminId, pin: ADMIN_PIN });
    return till.call('redemption.confirm', { basketId }, session);
  };
  expect(await confirmAgain()).toMatchObject({ ok: true });
  await till.core.close();
  copyFileSync(`${file}.copy`, file);
  expect(await confirmAgain()).toMatchObject({ error: { code: 'home_unreachable' } });
});
