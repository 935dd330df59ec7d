import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { normaliseCustomer, pseudonymOf } from './customers.ts';
import { phoneRegion } from './phone-region.ts';
import { basketOf50, offerDraft } from './testing/offer-drafts.ts';
import { openShop } from './testing/test-core.ts';

describe('a customer', () => {
  it.each([
    ['phone', '+49 (0)30 1234567', '+49301234567'],
    ['phone', '0049 30 1234567', '+49301234567'],
    ['email', ' Ann@Example.COM ', 'ann@example.com'],
    ['loyalty', ' A-17 ', 'A-17'],
  ] as const)('by %s %j is %j', (kind, value, expected) => {
    expect(normaliseCustomer({ kind, value }, undefined)).toEqual({
      ok: true,
      value: { kind, value: expected },
    });
  });

  it.each([
    ['phone', '030 1234567'],
    ['phone', '+49 1'],
    ['email', 'ann@example'],
    ['email', 'ann example.com'],
  ] as const)('by %s %j is refused at its field', (kind, value) => {
    expect(normaliseCustomer({ kind, value }, undefined)).toMatchObject({
      error: { code: 'customer_unreadable', path: 'customer.value' },
    });
  });

  it.each([
    ['Europe/Berlin', '030 1234567', '+49301234567'],
    ['Europe/Berlin', '0170 1234567', '+491701234567'],
    ['Europe/Berlin', '+43 1 234567', '+431234567'],
    ['Atlantic/Canary', '600 123 456', '+34600123456'],
    ['Asia/Kolkata', '081234 56789', '+918123456789'],
    ['America/New_York', '(212) 555-0100', '+12125550100'],
  ])('in %s by phone %j is %j', (timeZone, value, expected) => {
    const read = normaliseCustomer({ kind: 'phone', value }, phoneRegion(timeZone));
    expect(read).toMatchObject({ ok: true, value: { value: expected } });
  });

  it('has a pseudonym that tells nothing, and is the same under the same key only', () => {
    const key = randomBytes(32).toString('base64url');
    const ann = { kind: 'email', value: 'ann@example.com' } as const;
    expect(pseudonymOf(key, ann)).toMatch(/^[0-9a-f]{64}$/);
    expect(pseudonymOf(key, ann)).toBe(pseudonymOf(key, ann));
    expect(pseudonymOf(randomBytes(32).toString('base64url'), ann)).not.toBe(pseudonymOf(key, ann));
    expect(pseudonymOf(key, { ...ann, kind: 'user' })).not.toBe(pseudonymOf(key, ann));
  });
});

describe('a limit for each customer', () => {
  let till: Awaited<ReturnType<typeof openShop>>;
  beforeEach(async () => {
    till = await openShop();
  });
  afterEach(() => till.close());

  it('goes on counting when the customer was corrected, and follows the right identifier', async () => {
    const draft = offerDraft({ limits: { perCustomer: 1 } });
    await till.ok('offers.create', { requestId: randomUUID(), draft, sharedCode: 'ONCE' }, till.session);
    const check = async (value: string) => {
      const basketId = randomUUID();
      const customer = { kind: 'email', value } as const;
      const basket = { basketId, basket: basketOf50, codes: ['ONCE'], customer };
      return { basketId, coupon: (await till.ok('redemption.check', basket, till.session)).coupons[0] };
    };
    const { basketId } = await check('ann@exmaple.com');
    await till.ok('redemption.confirm', { basketId }, till.session);
    const found = await till.ok('search.find', { text: 'ann@exmaple.com' }, till.session);
    const customerId = found.customers[0]?.customerId ?? '';
    const correct = (value: string) => till.call('customers.correct', { customerId, value }, till.session);
    expect(await correct('no address')).toMatchObject({ error: { code: 'customer_unreadable' } });
    expect(await correct(' Ann@Example.com ')).toEqual({ ok: true, value: { value: 'ann@example.com' } });
    expect((await check('ann@example.com')).coupon).toMatchObject({ refusal: { code: 'customer_limit' } });
    const other = await check('bob@example.com');
    expect(other.coupon).toMatchObject({ status: 'accepted' });
    expect(await correct('bob@example.com')).toMatchObject({ error: { code: 'conflict' } });
    const history = await till.ok('search.customer', { customerId }, till.session);
    expect(history).toMatchObject({ value: 'ann@example.com', redemptions: [{}] });
    await till.ok('customers.erase', { customerId }, till.session);
    expect(await correct('ann@example.com')).toMatchObject({ error: { code: 'conflict' } });
  });

  it('is one person although the correction came between check and confirmation', async () => {
    await till.ok(
      'offers.create',
      { requestId: randomUUID(), draft: offerDraft(), sharedCode: 'ANY' },
      till.session,
    );
    const customer = { kind: 'email', value: 'ann@exmaple.com' } as const;
    const check = async () => {
      const input = { basketId: randomUUID(), basket: basketOf50, codes: ['ANY'], customer };
      return (await till.ok('redemption.check', input, till.session)).basketId;
    };
    await till.ok('redemption.confirm', { basketId: await check() }, till.session);
    const open = await check();
    const [found] = (await till.ok('search.find', { text: 'ann@' }, till.session)).customers;
    const customerId = found?.customerId ?? '';
    await till.ok('customers.correct', { customerId, value: 'ann@example.com' }, till.session);
    await till.ok('redemption.confirm', { basketId: open }, till.session);
    expect((await till.ok('search.find', { text: 'ann@' }, till.session)).customers).toHaveLength(1);
    const { redemptions } = await till.ok('search.customer', { customerId }, till.session);
    expect(redemptions).toHaveLength(2);
  });

  it('counts an open basket of the same customer as a use', async () => {
    const draft = offerDraft({ limits: { perCustomer: 1 } });
    await till.ok('offers.create', { requestId: randomUUID(), draft, sharedCode: 'ONCE' }, till.session);
    const check = () =>
      till.ok(
        'redemption.check',
        {
          basketId: randomUUID(),
          basket: basketOf50,
          codes: ['ONCE'],
          customer: { kind: 'phone', value: '+49301234567' },
        },
        till.session,
      );
    expect((await check()).coupons[0]).toMatchObject({ status: 'accepted' });
    expect((await check()).coupons[0]).toMatchObject({ refusal: { code: 'customer_limit' } });
  });
});
