import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basketOf50, offerTerms } from './testing/offer-terms.ts';
import { openTestCentre, type TestCentre } from './testing/test-centre.ts';

/** 10,000 requests and more in the long lane. */
const RUNS = process.env.COUNTERFOIL_LONG ? 12_000 : 1_500;

const nasty = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    "'; DROP TABLE coupons; --",
    '%',
    '\\',
    '../../etc/passwd',
    '😀',
    '\ud800',
    'NaN',
    '__proto__',
    '1e309',
    'A'.repeat(1_000),
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const number = fc.oneof(
  fc.constantFrom(0, -1, 1.5, 2 ** 53, -(2 ** 53), 1e308, 10_001, Number.MAX_SAFE_INTEGER),
  fc.integer(),
);
const value: fc.Arbitrary<unknown> = fc.oneof(nasty, number, fc.boolean(), fc.constant(null), fc.jsonValue());

/** A valid body with some of its fields replaced, left out, or unknown ones added. */
function damaged(body: Record<string, unknown>): fc.Arbitrary<unknown> {
  const names = Object.keys(body);
  const change = fc.record({ name: fc.oneof(fc.constantFrom(...names), nasty), value, drop: fc.boolean() });
  return fc.array(change, { maxLength: 3 }).map((changes) => {
    const entries = new Map(Object.entries(body));
    for (const { name, value: changed, drop } of changes) {
      if (drop) entries.delete(name);
      else entries.set(name, changed);
    }
    return Object.fromEntries(entries);
  });
}

describe('any request', () => {
  let test: TestCentre;
  let ids: string[];
  beforeAll(async () => {
    test = await openTestCentre('pglite', { config: { validate_rate_per_minute: 1_000_000 } });
    const offer = await test.call('POST', '/api/offers', offerTerms({ limits: { total: 1_000 } }));
    const coupon = await test.call('POST', '/api/coupons', { offer_id: offer.body.id, code: 'FUZZ' });
    ids = [offer.body.id, coupon.body.id];
  }, 60_000);
  afterAll(() => test.close());

  it('gets an answer below 500, and a problem document when it is refused', async () => {
    const use = {
      code: 'FUZZ',
      basket_id: 'b',
      basket: basketOf50,
      user_id: 'ada',
      email: 'a@b.c',
      phone: '+49',
    };
    const body = fc.oneof(
      damaged({ code: 'FUZZ', discount_value: 10, max_uses: 3, expires_at: '2027-01-01T00:00:00Z' }),
      damaged({ ...offerTerms({ limits: { total: 5 } }) }),
      damaged({ terms: offerTerms() }),
      damaged(use),
      damaged({ name: 'B', count: 3, max_uses: 1 }),
      damaged({ reason: 'x' }),
      damaged({ resolution: 'x' }),
      damaged({
        ...use,
        basket: { ...basketOf50, lines: [{ id: '1', sku: 's', qty: 1, unitPriceMinor: -5 }] },
      }),
      value,
    );
    const id = fc.oneof(
      { weight: 3, arbitrary: fc.nat(1).map((i) => ids[i] ?? '') },
      { weight: 1, arbitrary: nasty },
    );
    const query = fc.dictionary(
      fc.constantFrom('cursor', 'limit', 'search', 'status', 'offer_id', 'user_id', 'phone', 'x'),
      fc.oneof(nasty, number.map(String), fc.constantFrom('active', 'live', 'MTIz')),
      { maxKeys: 3 },
    );
    const routes = [
      ['POST', '/api/coupons'],
      ['GET', '/api/coupons'],
      ['GET', '/api/coupons/:id'],
      ['PUT', '/api/coupons/:id'],
      ['DELETE', '/api/coupons/:id'],
      ['POST', '/api/coupon/validate'],
      ['POST', '/api/offers'],
      ['GET', '/api/offers'],
      ['PUT', '/api/offers/:id'],
      ['POST', '/api/offers/:id/codes'],
      ['POST', '/api/redemptions'],
      ['GET', '/api/redemptions'],
      ['GET', '/api/redemptions/:id'],
      ['POST', '/api/redemptions/:id/void'],
      ['POST', '/api/reservations'],
      ['POST', '/api/reservations/:id/commit'],
      ['POST', '/api/reservations/:id/release'],
      ['GET', '/api/incidents'],
      ['POST', '/api/incidents/:id/resolve'],
      ['POST', '/api/locations/enrolments'],
      ['POST', '/sync/v1/enrol'],
      ['POST', '/sync/v1/push'],
      ['GET', '/sync/v1/changes'],
    ] as const;
    const headers = fc.record(
      {
        'idempotency-key': fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 210 }),
        'if-match': fc.constantFrom('"1"', 'W/"2"', '*', 'x'),
        'signature-input': fc.constantFrom('sig=("@method");created=1', 'x', 'sig=()'),
        signature: fc.constantFrom('sig=:AAAA:', 'sig=:!:', ''),
      },
      { requiredKeys: [] },
    );
    const call = fc.record({ route: fc.constantFrom(...routes), id, query, body, headers });
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(call, async (request) => {
        const [method, pattern] = request.route;
        const search = new URLSearchParams(
          Object.entries(request.query).map(([name, text]) => [name, text.toWellFormed()]),
        ).toString();
        const path = pattern.replace(
          ':id',
          encodeURIComponent(request.id.toWellFormed()).slice(0, 200) || 'x',
        );
        const hasBody = method === 'POST' || method === 'PUT';
        const answer = await test.call(
          method,
          search === '' ? path : `${path}?${search}`,
          hasBody ? JSON.stringify(request.body) : undefined,
          request.headers,
        );
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        expect(answer.status, JSON.stringify({ path, body: answer.body })).toBeLessThan(500);
        if (answer.status >= 400)
          expect(answer.body).toMatchObject({ status: answer.status, code: expect.any(String) });
      }),
      { numRuns: RUNS, ...(process.env.SEED ? { seed: Number(process.env.SEED) } : {}) },
    );
    // It was not all refused at the door.
    expect([...statuses.keys()].some((status) => status < 300)).toBe(true);
    expect(statuses.get(422) ?? 0).toBeGreaterThan(100);
  }, 240_000);
});
