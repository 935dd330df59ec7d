import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { basketOf50, offerTerms } from '../testing/offer-terms.ts';
import { openTestCentre, TEST_NOW, type TestCentre, testableStores } from '../testing/test-centre.ts';

describe.each(testableStores())('validation on %s', (kind) => {
  let test: TestCentre;
  beforeAll(async () => {
    test = await openTestCentre(kind, { config: { validate_rate_per_minute: 10_000 } });
  }, 60_000);
  afterAll(() => test.close());
  beforeEach(() => {
    test.ports.nowMs += 3_600_001; // the guard forgets callers of the test before
    return test.empty();
  });

  const make = (body: object) =>
    test.call('POST', '/api/coupons', { code: 'SPRING', discount_value: 10, ...body });
  const ask = (body: object, headers: Record<string, string> = { authorization: '' }) =>
    test.call('POST', '/api/coupon/validate', { code: 'SPRING', ...body }, headers);
  const redeem = (body: object) =>
    test.call('POST', '/api/redemptions', {
      code: 'SPRING',
      basket_id: 'order',
      basket: basketOf50,
      ...body,
    });

  it('answers a good code without a key, with its discount', async () => {
    await make({});
    expect(await ask({})).toMatchObject({
      status: 200,
      body: { message: 'Coupon valid', discount: 10, discount_type: 'PERCENT', currency: 'EUR' },
    });
    expect((await ask({ basket: basketOf50 })).body).toMatchObject({ discount: 5, discount_minor: 500 });
  });

  it('gives a fixed amount in major and minor units', async () => {
    await make({ discount_type: 'FIXED', discount_value: 4.2 });
    expect((await ask({})).body).toMatchObject({ discount: 4.2, discount_minor: 420 });
  });

  it('says 404 for a code that nobody made, and for one that is no code', async () => {
    for (const code of ['NOTHING', 'DEAD-BEEF-0000', '!']) {
      expect(await ask({ code })).toMatchObject({ status: 404, body: { detail: 'Coupon code not found' } });
    }
  });

  it('says 401 after its end', async () => {
    await make({ expires_at: new Date(test.ports.nowMs + 1_000).toISOString() });
    test.ports.nowMs += 2_000;
    expect(await ask({})).toMatchObject({ status: 401, body: { detail: 'Coupon expired', code: 'expired' } });
  });

  it('says 402 when all uses are gone', async () => {
    await make({ max_uses: 1 });
    expect((await redeem({})).status).toBe(201);
    expect(await ask({})).toMatchObject({
      status: 402,
      body: { detail: 'Coupon out of uses', code: 'exhausted' },
    });
  });

  it('says 403 to a user who had his share, and only to him', async () => {
    await make({ uses_per_user: 1 });
    expect((await redeem({ user_id: 'ada' })).status).toBe(201);
    expect(await ask({ user_id: 'ada' })).toMatchObject({
      status: 403,
      body: { detail: 'User usage limit exceeded', code: 'customer_limit' },
    });
    expect((await ask({ user_id: 'bob' })).status).toBe(200);
    const unchecked = await ask({});
    expect(unchecked).toMatchObject({ status: 200, body: { user_limit_unchecked: true } });
    expect(await redeem({})).toMatchObject({ status: 403, body: { code: 'customer_required' } });
  });

  it('looks at the basket only when there is one', async () => {
    const offer = await test.call(
      'POST',
      '/api/offers',
      offerTerms({ conditions: [{ type: 'min_spend', amountMinor: 6_000, measure: 'before_discounts' }] }),
    );
    await test.call('POST', '/api/coupons', { offer_id: offer.body.id, code: 'BIG' });
    expect((await ask({ code: 'BIG' })).status).toBe(200);
    expect(await ask({ code: 'BIG', basket: basketOf50 })).toMatchObject({
      status: 403,
      body: { code: 'min_spend', detail: 'Coupon not valid: min spend' },
    });
  });

  it('keeps to domains and channels', async () => {
    await make({ allowed_domains: ['example.com'], channels: ['web'] });
    expect((await ask({ email: 'ada@example.com' })).status).toBe(200);
    expect(await ask({ email: 'ada@example.org' })).toMatchObject({
      status: 403,
      body: { code: 'wrong_email_domain' },
    });
    expect(await ask({ email: 'ada@example.com', channel: 'phone' })).toMatchObject({
      status: 403,
      body: { code: 'wrong_channel' },
    });
  });

  it('slows down who tries codes, more with every miss', async () => {
    for (let i = 0; i < 6; i++) expect((await ask({ code: `GUESS${i}` })).status).toBe(404);
    const wait = await ask({ code: 'GUESS' });
    expect(wait).toMatchObject({ status: 429, body: { code: 'throttled' } });
    expect(wait.headers['retry-after']).toBe('1');
    test.ports.nowMs += 1_001;
    expect((await ask({ code: 'GUESS' })).status).toBe(404);
    test.ports.nowMs += 1_001;
    expect((await ask({ code: 'GUESS' })).status).toBe(429);
    expect((await ask({ code: 'GUESS' }, {})).status).toBe(404);
  });

  it('tells a subscription’s terms, which redeem like any others, and the other side of a referral', async () => {
    const thanks = (await test.call('POST', '/api/offers', offerTerms({ name: 'Thanks' }))).body;
    const referral = { referrerOfferId: thanks.id, newCustomersOnly: false };
    const terms = offerTerms({ trialDays: 30, billingCycles: 12, referral });
    const offer = (await test.call('POST', '/api/offers', terms)).body;
    await test.call('POST', '/api/coupons', { offer_id: offer.id, code: 'FRIEND' });
    expect((await ask({ code: 'FRIEND' })).body).toMatchObject({
      trial_days: 30,
      billing_cycles: 12,
      referral: { referrer_offer_id: thanks.id, new_customers_only: false },
    });
    await test.call('POST', '/api/coupons', { offer_id: thanks.id, code: 'THANKS' });
    for (const code of ['FRIEND', 'THANKS'])
      expect(
        await test.call('POST', '/api/redemptions', { code, basket_id: code, basket: basketOf50 }),
      ).toMatchObject({ status: 201, body: { discount_minor: 500 } });
    await test.call('POST', '/api/coupons', {
      code: 'MONTHS',
      discount_value: 10,
      trial_days: 7,
      billing_cycles: 3,
    });
    expect((await ask({ code: 'MONTHS' })).body).toMatchObject({ trial_days: 7, billing_cycles: 3 });
  });

  it('can be made to need a key', async () => {
    const locked = await openTestCentre(kind, { config: { validate_requires_key: true } });
    try {
      const answer = await locked.call('POST', '/api/coupon/validate', { code: 'X' }, { authorization: '' });
      expect(answer).toMatchObject({ status: 401, body: { code: 'key_required' } });
    } finally {
      await locked.close();
    }
  }, 60_000);
});

it('limits how often one caller may ask', async () => {
  const test = await openTestCentre('pglite', { config: { validate_rate_per_minute: 3 } });
  try {
    await test.call('POST', '/api/coupons', { code: 'SPRING', discount_value: 10 });
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) {
      const answer = await test.call(
        'POST',
        '/api/coupon/validate',
        { code: 'SPRING' },
        { authorization: '' },
      );
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect(TEST_NOW).toBeGreaterThan(0);
  } finally {
    await test.close();
  }
}, 60_000);

it('holds a customer to what the configuration allows him in all', async () => {
  const test = await openTestCentre('pglite', { config: { max_discount_per_user: '7.50' } });
  try {
    await test.call('POST', '/api/coupons', { code: 'SPRING', discount_value: 10 });
    const use = { code: 'SPRING', basket_id: 'order', basket: basketOf50, user_id: 'ada' };
    expect((await test.call('POST', '/api/redemptions', use)).status).toBe(201);
    expect(await test.call('POST', '/api/redemptions', use)).toMatchObject({
      status: 403,
      body: { code: 'customer_limit' },
    });
    expect(
      await test.call('POST', '/api/coupon/validate', { code: 'SPRING', basket: basketOf50, user_id: 'ada' }),
    ).toMatchObject({ status: 403, body: { detail: 'User usage limit exceeded' } });
  } finally {
    await test.close();
  }
}, 60_000);
