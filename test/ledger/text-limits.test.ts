import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basketOf50, offerDraft } from '../../till/testing/offer-drafts.ts';
import { openShop } from '../../till/testing/test-core.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
let till: Shop;
let redemptionId: string;

const check = (input: object) =>
  till.call(
    'redemption.check',
    { basketId: randomUUID(), basket: basketOf50, codes: ['FREE'], ...input },
    till.session,
  );

beforeAll(async () => {
  till = await openShop();
  const draft = offerDraft();
  await till.ok('offers.create', { requestId: randomUUID(), draft, sharedCode: 'FREE' }, till.session);
  const basketId = randomUUID();
  await check({ basketId });
  const done = await till.ok('redemption.confirm', { basketId }, till.session);
  redemptionId = done.redemptions[0]?.id ?? '';
});
afterAll(() => till.close());

const [line, ...others] = basketOf50.lines;
const withLine = (change: object) => ({
  basket: { ...basketOf50, lines: [{ ...line, ...change }, ...others] },
});

/** Text that SQLite keeps, but that neither PostgreSQL, nor UTF-8, nor a hash of it would give back. */
const bad = { 'a NUL': 'a\0b', 'half a pair': 'a\uD800b', 'the other half': '\uDC00', 'a line end': 'a\nb' };

describe.each(Object.entries(bad))('%s', (_, text) => {
  it.each<[string, () => ReturnType<Shop['call']>]>([
    ['the id of a line', () => check(withLine({ id: text }))],
    ['an article number', () => check(withLine({ sku: text }))],
    ['a category', () => check(withLine({ categories: [text] }))],
    ['a brand', () => check(withLine({ brand: text }))],
    ['a loyalty number', () => check({ customer: { kind: 'loyalty', value: `C${text}C` } })],
    ['a user id', () => check({ customer: { kind: 'user', value: `C${text}C` } })],
    ['an e-mail address', () => check({ customer: { kind: 'email', value: `a${text}@example.com` } })],
    [
      'the reason of a void',
      () => till.call('redemption.void', { redemptionId, reason: `x${text}y` }, till.session),
    ],
    [
      'the name of an offer',
      () =>
        till.call(
          'offers.create',
          { requestId: randomUUID(), draft: offerDraft({ name: `x${text}y` }) },
          till.session,
        ),
    ],
    [
      'the name of a person',
      () => till.call('operators.add', { name: `x${text}y`, role: 'cashier', pin: '135790' }, till.session),
    ],
  ])('is no part of %s', async (__, call) => {
    expect(await call()).toMatchObject({ ok: false, error: { code: 'invalid_input' } });
  });
});

it('takes every whole character, of any script', async () => {
  const text = 'Größe 🥐 قهوة 咖啡';
  expect(await check(withLine({ id: text, sku: text }))).toMatchObject({ ok: true });
  expect(await check({ customer: { kind: 'loyalty', value: text } })).toMatchObject({ ok: true });
});
