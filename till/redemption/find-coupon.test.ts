import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basketOf50, offerDraft } from '../testing/offer-drafts.ts';
import { openShop } from '../testing/test-core.ts';

describe('a code whose letters look like digits', () => {
  let shop: Awaited<ReturnType<typeof openShop>>;
  beforeAll(async () => {
    shop = await openShop();
    for (const sharedCode of ['WELCOME10', 'OIL', '01L2']) {
      await shop.ok(
        'offers.create',
        { requestId: randomUUID(), draft: offerDraft({ name: sharedCode }), sharedCode },
        shop.session,
      );
    }
  });
  afterAll(() => shop.close());

  const check = async (code: string) =>
    (
      await shop.ok(
        'redemption.check',
        { basketId: randomUUID(), basket: basketOf50, codes: [code] },
        shop.session,
      )
    ).coupons[0];

  it.each(['welcome10', 'WE1COME10', 'WE1C0ME1O', 'wel-c0me 10', 'WELC0MEI0'])(
    'is found as %s',
    async (entered) => {
      expect(await check(entered)).toMatchObject({ status: 'accepted' });
    },
  );

  it('is taken as it was entered when that is a code of its own', async () => {
    expect(await check('OIL')).toMatchObject({ status: 'accepted', offerName: 'OIL' });
  });

  it('is not guessed at when two codes look alike', async () => {
    await shop.ok(
      'offers.create',
      { requestId: randomUUID(), draft: offerDraft({ name: 'LOL' }), sharedCode: 'LOL' },
      shop.session,
    );
    await shop.ok(
      'offers.create',
      { requestId: randomUUID(), draft: offerDraft({ name: 'IOI' }), sharedCode: 'IOI' },
      shop.session,
    );
    expect(await check('101')).toMatchObject({ refusal: { code: 'code_unknown' } });
  });
});
