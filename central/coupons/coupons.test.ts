import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { offerTerms } from '../testing/offer-terms.ts';
import { openTestCentre, TEST_NOW, type TestCentre, testableStores } from '../testing/test-centre.ts';

const DAY_MS = 86_400_000;

describe.each(testableStores())('coupons on %s', (kind) => {
  let test: TestCentre;
  beforeAll(async () => {
    test = await openTestCentre(kind);
  }, 60_000);
  afterAll(() => test.close());
  beforeEach(() => {
    test.ports.nowMs = TEST_NOW;
    return test.empty();
  });

  const make = (body: unknown) => test.call('POST', '/api/coupons', body);
  const percent = { code: 'SPRING', discount_type: 'PERCENT', discount_value: 12.5 };

  it('makes one with an offer of its own, and gives it back as it was said', async () => {
    const made = await make({
      ...percent,
      expires_at: '2026-12-31T23:59:59+01:00',
      max_uses: 100,
      uses_per_user: 2,
      name: 'Spring sale',
    });
    expect(made.status).toBe(201);
    expect(made.headers.location).toBe(`/api/coupons/${made.body.id}`);
    expect(made.body).toMatchObject({
      code: 'SPRING',
      discount_type: 'PERCENT',
      discount_value: 12.5,
      currency: 'EUR',
      expires_at: '2026-12-31T22:59:59.000Z',
      max_uses: 100,
      uses_per_user: 2,
      uses: 0,
      status: 'active',
      version: 1,
    });
    const got = await test.call('GET', `/api/coupons/${made.body.id}`);
    expect(got.body).toEqual(made.body);
    expect(got.headers.etag).toBe('"1"');
  });

  it('takes a day for a time: from its begin, to its end', async () => {
    const made = await make({ ...percent, starts_at: '2026-11-20', expires_at: '2026-12-31' });
    expect(made.body).toMatchObject({
      starts_at: '2026-11-20T00:00:00.000Z',
      expires_at: '2026-12-31T23:59:59.999Z',
    });
    const vague = await make({ ...percent, code: 'B', expires_at: '2026-12-31T18:00:00' });
    expect(vague.body.errors).toEqual([
      { path: 'expires_at', message: expect.stringContaining('with its offset') },
    ]);
    for (const when of ['2026-02-30', '31.12.2026', '1735689600000', ''])
      expect((await make({ ...percent, code: 'B', expires_at: when })).status, when).toBe(422);
  });

  it.each(['percent', 'PERCENT', 'percentage', 'Percentage'])('takes %s for the type', async (type) => {
    const made = await make({ ...percent, discount_type: type });
    expect(made.body.discount_type).toBe('PERCENT');
  });

  it.each([
    ['0.1', 'EUR', 0.1, 10],
    ['19.90', 'EUR', 19.9, 1990],
    ['4.2', 'USD', 4.2, 420],
    ['1.005', 'KWD', 1.005, 1005],
    ['500', 'JPY', 500, 500],
    ['1000000000.01', 'EUR', 1_000_000_000.01, 100_000_000_001],
  ])('reads %s %s exactly from its text', async (text, currency, value, minor) => {
    const made = await make(
      `{"code":"EXACT","discount_type":"fixed","discount_value":${text},"currency":"${currency}"}`,
    );
    expect(made.status).toBe(201);
    expect(made.body.discount_value).toBe(value);
    expect(made.body.terms.benefits[0].amountMinor).toBe(minor);
  });

  it.each([
    ['{"discount_type":"fixed","discount_value":1.005}', 'discount_value'],
    ['{"discount_type":"fixed","discount_value":0.5,"currency":"JPY"}', 'discount_value'],
    ['{"discount_type":"fixed","discount_value":0}', 'discount_value'],
    ['{"discount_type":"fixed","discount_value":9007199254740993}', 'discount_value'],
    ['{"discount_type":"percent","discount_value":100.01}', 'discount_value'],
    ['{"discount_type":"percent","discount_value":12.345}', 'discount_value'],
    ['{"discount_type":"percent","discount_value":-5}', 'discount_value'],
    ['{"discount_type":"percent","discount_value":1e1}', 'discount_value'],
    ['{"discount_type":"gift","discount_value":1}', 'discount_type'],
    ['{"discount_value":10,"max_uses":2,"uses_per_user":3}', 'uses_per_user'],
    [
      '{"discount_value":10,"starts_at":"2026-12-02T00:00:00Z","expires_at":"2026-12-01T00:00:00Z"}',
      'expires_at',
    ],
    ['{"discount_value":10,"colour":"red"}', ''],
    ['{"code":"X"}', 'discount_value'],
    ['{"offer_id":"00000000-0000-4000-8000-000000000000","discount_value":10}', 'discount_value'],
  ])('refuses %s', async (body, path) => {
    const refused = await make(body);
    expect(refused.status).toBe(422);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(refused.body.code).toBe('invalid_input');
    expect(refused.body.errors.map((one: { path: string }) => one.path)).toContain(path);
  });

  it.each([
    ['not JSON', '{"code":'],
    ['a prototype', '{"__proto__":{"admin":true},"discount_value":10}'],
    ['an escaped prototype', '{"\\u005f_proto__":{"admin":true},"discount_value":10}'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ])('refuses %s with a problem document', async (_what, payload) => {
    const response = await test.app.inject({
      method: 'POST',
      url: '/api/coupons',
      headers: { authorization: `Bearer ${test.adminKey}`, 'content-type': 'application/json' },
      payload,
    });
    expect(response.statusCode).toBe(422);
    expect(response.json().code).toBe('invalid_input');
  });

  it('refuses a code that exists, however it is written', async () => {
    await make(percent);
    const again = await make({ ...percent, code: ' spring ' });
    expect(again).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });

  it('writes a new code in the configured format when none is given', async () => {
    const made = await make({ discount_value: 10 });
    expect(made.body.code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{1,4}){2}$/);
  });

  it('changes terms as a new version, and refuses who saw an older one', async () => {
    const { body } = await make(percent);
    const put = (version: number, value: number) =>
      test.call('PUT', `/api/coupons/${body.id}`, { discount_value: value }, { 'if-match': `"${version}"` });
    expect(await put(1, 20)).toMatchObject({ status: 200, body: { version: 2, discount_value: 20 } });
    expect(await put(1, 30)).toMatchObject({
      status: 412,
      body: { code: 'stale_version', params: { version: 2 } },
    });
    expect((await test.call('GET', `/api/coupons/${body.id}`)).body.discount_value).toBe(20);
  });

  it('archives on DELETE: GET answers, validation does not', async () => {
    const { body } = await make(percent);
    expect((await test.call('DELETE', `/api/coupons/${body.id}`)).body.status).toBe('archived');
    expect((await test.call('DELETE', `/api/coupons/${body.id}`)).status).toBe(200);
    expect((await test.call('GET', `/api/coupons/${body.id}`)).body.status).toBe('archived');
    expect(await test.call('POST', '/api/coupon/validate', { code: 'SPRING' })).toMatchObject({
      status: 404,
      body: { detail: 'Coupon code not found' },
    });
    expect((await test.call('PUT', `/api/coupons/${body.id}`, { discount_value: 5 })).status).toBe(410);
  });

  it('shares the terms of an offer between codes; they are changed at the offer', async () => {
    const offer = await test.call('POST', '/api/offers', offerTerms());
    const first = await make({ offer_id: offer.body.id, code: 'ONE', max_uses: 3 });
    const second = await make({ offer_id: offer.body.id, code: 'TWO' });
    expect(first.body).toMatchObject({ offer_id: offer.body.id, max_uses: 3, discount_value: 10 });
    expect(second.body.max_uses).toBeNull();
    expect((await test.call('PUT', `/api/coupons/${first.body.id}`, { discount_value: 5 })).status).toBe(409);
    const terms = offerTerms({ name: 'Better' });
    const changed = await test.call('PUT', `/api/offers/${offer.body.id}`, { terms });
    expect(changed.body).toMatchObject({ name: 'Better', version: 2 });
    await test.call('DELETE', `/api/coupons/${first.body.id}`);
    expect((await test.call('POST', '/api/coupon/validate', { code: 'TWO' })).status).toBe(200);
  });

  it('pages through all coupons without missing or repeating one', async () => {
    for (let i = 0; i < 7; i++) {
      test.ports.nowMs += i % 2;
      await make({ code: `PAGE${i}`, discount_value: 10 });
    }
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < 10; page++) {
      const { body } = await test.call('GET', `/api/coupons?limit=3${cursor}`);
      seen.push(...body.coupons.map((one: { code: string }) => one.code));
      if (body.next_cursor === undefined) break;
      cursor = `&cursor=${encodeURIComponent(body.next_cursor)}`;
    }
    expect(seen.length).toBe(7);
    expect(new Set(seen).size).toBe(7);
    expect((await test.call('GET', '/api/coupons?cursor=abc')).status).toBe(422);
    const { body } = await test.call('GET', '/api/coupons?search=page3');
    expect(body.coupons.map((one: { code: string }) => one.code)).toEqual(['PAGE3']);
    expect((await test.call('GET', "/api/coupons?search=%25';DROP TABLE coupons;--")).body.coupons).toEqual(
      [],
    );
  });

  it('makes a batch of codes, each for one use', async () => {
    const offer = await test.call('POST', '/api/offers', offerTerms());
    const made = await test.call('POST', `/api/offers/${offer.body.id}/codes`, {
      name: 'Letter',
      count: 2_500,
    });
    expect(made.status).toBe(201);
    expect(new Set(made.body.codes).size).toBe(2_500);
    const code = made.body.codes[17];
    expect((await test.call('POST', '/api/coupon/validate', { code: code.toLowerCase() })).status).toBe(200);
    const tooMany = await test.call('POST', `/api/offers/${offer.body.id}/codes`, {
      name: 'x',
      count: 10_001,
    });
    expect(tooMany.status).toBe(422);
  });

  it('makes codes by a pattern, and refuses one that has too few, with the arithmetic', async () => {
    const offer = await test.call('POST', '/api/offers', offerTerms());
    const order = (count: number) =>
      test.call('POST', `/api/offers/${offer.body.id}/codes`, {
        name: 'Days',
        count,
        format: { kind: 'pattern', pattern: 'DAY_%d%d' },
      });
    expect(await order(51)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    const made = await order(50);
    expect(made.status).toBe(201);
    for (const code of made.body.codes) expect(code).toMatch(/^DAY_[0-9]{2}$/);
  });

  it('refuses callers without a key, with a wrong one, or with one that may not', async () => {
    const call = (headers: Record<string, string>) => test.call('POST', '/api/coupons', percent, headers);
    expect(await call({ authorization: '' })).toMatchObject({ status: 401, body: { code: 'key_required' } });
    expect(await call({ authorization: 'Bearer nonsense' })).toMatchObject({
      status: 401,
      body: { code: 'key_invalid' },
    });
    expect((await call({ authorization: '', 'x-api-key': test.adminKey })).status).toBe(201);
  });

  it('keeps a code valid through its last instant, in the centre of now', async () => {
    await make({ ...percent, expires_at: new Date(TEST_NOW + DAY_MS).toISOString() });
    test.ports.nowMs = TEST_NOW + DAY_MS;
    expect((await test.call('POST', '/api/coupon/validate', { code: 'SPRING' })).status).toBe(200);
    test.ports.nowMs += 1;
    expect(await test.call('POST', '/api/coupon/validate', { code: 'SPRING' })).toMatchObject({
      status: 401,
      body: { detail: 'Coupon expired', code: 'expired' },
    });
  });
});
