import { randomUUID } from 'node:crypto';
import { basketOf50, offerDraft } from '../../till/testing/offer-drafts.ts';
import { openShop } from '../../till/testing/test-core.ts';

/** A process of its own that redeems so many times, says how many were acknowledged, and ends. */
const [folder = '', times = '0'] = process.argv.slice(2);
const till = await openShop({ folder });
const { session } = till;
await till.ok('offers.create', { requestId: randomUUID(), draft: offerDraft(), sharedCode: 'FREE' }, session);
let acknowledged = 0;
for (let i = 0; i < Number(times); i++) {
  const basketId = randomUUID();
  await till.ok('redemption.check', { basketId, basket: basketOf50, codes: ['FREE'] }, session);
  const done = await till.ok('redemption.confirm', { basketId }, session);
  acknowledged += done.redemptions.length;
}
console.log(`acknowledged ${acknowledged}`);
await till.core.close();
