import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ledgerEventSchema } from '../shared/contracts/ledger-events.ts';
import { arbitraryOf, damaged, type JsonSchema, nasty } from './testing/arbitrary-json.ts';
import { basketOf50, offerTerms } from './testing/offer-terms.ts';
import { openTestCentre, type TestAnswer, type TestCentre, testableStores } from './testing/test-centre.ts';
import { enrolDevice, type TestDevice } from './testing/test-device.ts';

/** 10,000 requests and more in the long lane, on each store. */
const LONG = process.env.LONG === '1';
const REQUESTS = LONG ? 9_000 : 500;
const RAW_BODIES = LONG ? 1_000 : 100;
const EVENTS = LONG ? 2_000 : 120;
const TIMEOUT_MS = LONG ? 3_600_000 : 240_000;
/** The store remembers: a smaller request of the same kind would meet another state. */
const run = { endOnFailure: true, ...(process.env.SEED ? { seed: Number(process.env.SEED) } : {}) };

const MAX_REMEMBERED = 40;
const METHODS = ['get', 'post', 'put', 'delete'] as const;
type Operation = {
  readonly method: (typeof METHODS)[number];
  readonly path: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: JsonSchema }[];
  readonly body: JsonSchema | undefined;
};

describe.each(testableStores())('any request on %s', (kind) => {
  let test: TestCentre;
  let device: TestDevice;
  /** What earlier answers named, by field, so that later requests are about something. */
  const remembered = new Map<string, string[]>();
  beforeAll(async () => {
    test = await openTestCentre(kind, {
      config: { validate_rate_per_minute: 1_000_000, rate_per_minute: 0 },
    });
    device = await enrolDevice(test);
    for (const code of ['FUZZ', 'SPRING']) {
      const terms = offerTerms({
        limits: { total: 1_000 },
        refundPolicy: { brokenThreshold: 'claw_back', giveUseBack: 'any_return' },
      });
      const offer = await test.call('POST', '/api/offers', terms);
      await test.call('POST', '/api/coupons', { offer_id: offer.body.id, code });
      const use = { basket_id: 'b', basket: basketOf50 };
      for (const answer of [
        offer,
        await test.call('POST', '/api/redemptions', { ...use, code }),
        await test.call('POST', '/api/reservations', { ...use, code }),
        await test.call('POST', '/api/sales', { ...use, codes: [code] }),
      ])
        remember(answer.body);
      remember({ code, currency: 'EUR', taxMode: 'inclusive', time_zone: 'UTC' });
    }
    remember({ location_id: device.locationId });
  }, 60_000);
  afterAll(() => test.close());

  function remember(body: unknown): void {
    if (typeof body !== 'object' || body === null) return;
    for (const [name, value] of Object.entries(body)) {
      if (typeof value === 'object') remember(value);
      if (typeof value !== 'string' || value.length > 60) continue;
      for (const as of name === 'id' ? ['id', 'line_id'] : [name]) {
        const list = remembered.get(as) ?? [];
        if (list.includes(value)) continue;
        list.push(value);
        if (list.length > MAX_REMEMBERED) list.splice(2, 1);
        remembered.set(as, list);
      }
    }
  }
  const known = { byName: (name: string) => remembered.get(name === 'codes' ? 'code' : name) ?? [] };

  /** Every operation of the OpenAPI document, which is made of the zod schemas that the routes parse with. */
  async function operations(): Promise<Operation[]> {
    const { body } = await test.call('GET', '/openapi.json');
    return Object.entries(body.paths as Record<string, Record<string, unknown>>).flatMap(([path, byMethod]) =>
      METHODS.filter((method) => byMethod[method] !== undefined).map((method): Operation => {
        const { parameters = [], requestBody } = byMethod[method] as {
          parameters?: Operation['parameters'];
          requestBody?: { content: Record<string, { schema: JsonSchema }> };
        };
        return { method, path, parameters, body: requestBody?.content['application/json']?.schema };
      }),
    );
  }

  function requestOf({ method, path, parameters, body }: Operation) {
    const values = fc.record(
      Object.fromEntries(
        parameters.map((one) => [
          one.name,
          fc.oneof(
            { weight: 6, arbitrary: arbitraryOf(one.schema, known, one.name).map(String) },
            { weight: 1, arbitrary: nasty },
            { weight: one.in === 'path' ? 0 : 4, arbitrary: fc.constant(undefined) },
          ),
        ]),
      ),
    );
    const valid = body === undefined ? fc.constant(undefined) : arbitraryOf(body, known);
    return fc.record({
      method: fc.constant(method),
      path: fc.constant(path),
      inPath: fc.constant(parameters.filter((one) => one.in === 'path').map((one) => one.name)),
      values,
      body: body === undefined ? valid : fc.oneof(valid, damaged(valid), damaged(damaged(valid))),
      headers: fc.record(
        {
          'idempotency-key': fc.oneof(
            fc.constantFrom('again', 'and again'),
            fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 210 }),
          ),
          'if-match': fc.constantFrom('"1"', 'W/"2"', '*', 'x', '"999999999"'),
          'signature-input': fc.constantFrom('sig=("@method");created=1', 'x', 'sig=()'),
          signature: fc.constantFrom('sig=:AAAA:', 'sig=:!:', ''),
        },
        { requiredKeys: [] },
      ),
    });
  }

  function expectAnswer(answer: TestAnswer, what: unknown): void {
    expect(answer.status, JSON.stringify({ what, body: answer.body })).toBeLessThan(500);
    if (answer.status >= 400)
      expect(answer.body).toMatchObject({ status: answer.status, code: expect.any(String) });
  }

  it(
    'gets an answer below 500, and a problem document when it is refused',
    async () => {
      const all = await operations();
      expect(all.length).toBeGreaterThan(40);
      const statuses = new Map<number, number>();
      const done = new Set<string>();
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(...all.map(requestOf)),
          async ({ method, path, inPath, values, body, headers }) => {
            let target = path;
            const search = new URLSearchParams();
            for (const [name, value] of Object.entries(values)) {
              const text = (value ?? '').toWellFormed();
              if (inPath.includes(name))
                target = target.replace(`{${name}}`, encodeURIComponent(text).slice(0, 200) || 'x');
              else if (value !== undefined) search.set(name, text);
            }
            const url = search.size === 0 ? target : `${target}?${search}`;
            const answer = await test.call(
              method.toUpperCase() as 'GET',
              url,
              body === undefined ? undefined : JSON.stringify(body),
              headers,
            );
            statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
            if (answer.status < 300) {
              done.add(`${method} ${path}`);
              // Secrets and keys that were just made are no input for others.
              if (!path.includes('keys')) remember(answer.body);
            }
            // Not ready is said with 503, and so are a busy store and a recovery that somebody began.
            const isSaid =
              answer.status === 503 && answer.body?.code !== undefined && answer.body.code !== 'internal';
            if (!isSaid) expectAnswer(answer, { method, url, body });
          },
        ),
        { numRuns: REQUESTS, ...run },
      );
      // It was not all refused at the door.
      expect(done.size).toBeGreaterThan(LONG ? 35 : 15);
      expect(statuses.get(422) ?? 0).toBeGreaterThan(REQUESTS / 20);
    },
    TIMEOUT_MS,
  );

  it(
    'may carry any bytes',
    async () => {
      const targets = (await operations())
        .filter((one) => one.body !== undefined)
        .map((one) => one.path.replace('{id}', '0'));
      const good = JSON.stringify({ code: 'FUZZ', basket_id: 'b', basket: basketOf50 });
      const raw = fc.oneof(
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        // Cut off, or with bytes that are no UTF-8 in the middle of a string.
        fc.nat({ max: good.length }).map((length) => Buffer.from(good.slice(0, length))),
        fc
          .uint8Array({ minLength: 1, maxLength: 4, min: 0x80 })
          .map((bytes) => Buffer.concat([Buffer.from('{"code":"'), Buffer.from(bytes), Buffer.from('"}')])),
        fc.constantFrom('[', '{"a":', '"').map((part) => Buffer.from(part.repeat(20_000))),
        fc
          .constantFrom('[]', 'null', '0', '""', '{"__proto__":{"x":1}}', '{"constructor":{"prototype":1}}')
          .map((text) => Buffer.from(text)),
        fc.constantFrom(1_000_001, 16_000_001).map((size) => Buffer.alloc(size, 0x20)),
      );
      const type = fc.constantFrom(
        'application/json',
        'application/json; charset=utf-16',
        'text/plain',
        'multipart/form-data',
        '',
      );
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...targets), raw, type, async (url, payload, contentType) => {
          const response = await test.app.inject({
            method: 'POST',
            url,
            headers: {
              authorization: `Bearer ${test.adminKey}`,
              ...(contentType === '' ? {} : { 'content-type': contentType }),
            },
            payload,
          });
          const isJson = String(response.headers['content-type']).includes('json');
          expectAnswer(
            {
              status: response.statusCode,
              body: isJson ? JSON.parse(response.body) : undefined,
              headers: {},
            },
            { url, contentType, payload: payload.subarray(0, 100).toString('latin1') },
          );
        }),
        { numRuns: RAW_BODIES, ...run },
      );
    },
    TIMEOUT_MS,
  );

  it('with SQL in every text changes no table and finds nothing', async () => {
    const sql = "x'; DROP TABLE coupons; --";
    const use = {
      code: sql,
      basket_id: sql,
      basket: { ...basketOf50, lines: [{ id: sql, sku: sql, qty: 1, unitPriceMinor: 1 }] },
    };
    for (const [method, url, body] of [
      ['GET', `/api/coupons?search=${encodeURIComponent(sql)}`, undefined],
      ['GET', `/api/offers?search=${encodeURIComponent(sql)}`, undefined],
      ['GET', `/api/redemptions?user_id=${encodeURIComponent(sql)}`, undefined],
      ['GET', '/api/campaigns?search=%00', undefined],
      ['POST', '/api/redemptions', use],
      ['POST', '/api/sales', { ...use, code: undefined, codes: [sql] }],
      ['POST', '/api/coupon/validate', { code: sql }],
      ['POST', '/api/offers', offerTerms({ name: sql })],
      [
        'POST',
        '/api/redemptions',
        { ...use, code: 'FUZZ', user_id: sql, segments: [sql], attributes: { [sql]: sql } },
      ],
    ] as const)
      expectAnswer(await test.call(method, url, body), { method, url });
    expect((await test.call('GET', '/api/coupons?search=FUZZ')).body.coupons).toHaveLength(1);
  });

  it('with numbers beyond what the store can hold is refused', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    for (const [method, url, body] of [
      ['POST', `/api/locations/${device.locationId}/give-up`, { incarnation: most }],
      ['POST', '/api/batches/00000000-0000-4000-8000-000000000000/serials', { from: most, to: most }],
      ['POST', '/api/coupons', { code: 'MOST', discount_value: most, max_uses: most }],
      ['POST', '/api/offers', offerTerms({ limits: { total: most + 1 } })],
    ] as const)
      expectAnswer(await test.call(method, url, body), { method, url });
  });

  it('about a version that is no longer the newest is refused', async () => {
    const offer = await test.call('POST', '/api/offers', offerTerms());
    const change = { terms: offerTerms({ name: 'Changed' }) };
    const put = (match: string) =>
      test.call('PUT', `/api/offers/${offer.body.id}`, change, { 'if-match': match });
    expect((await put('"1"')).status).toBe(200);
    expect(await put('"1"')).toMatchObject({
      status: 412,
      body: { code: 'stale_version', params: { version: 2 } },
    });
    const coupon = await test.call('POST', '/api/coupons', { code: 'STALE', discount_value: 10 });
    const replace = (match: string) =>
      test.call('PUT', `/api/coupons/${coupon.body.id}`, { discount_value: 20 }, { 'if-match': match });
    expect((await replace('"1"')).status).toBe(200);
    expect((await replace('"1"')).status).toBe(412);
    const twice = { ...basketOf50, lines: [...basketOf50.lines, ...basketOf50.lines] };
    expect(
      (await test.call('POST', '/api/redemptions', { code: 'STALE', basket_id: 'b', basket: twice })).status,
    ).toBe(422);
  });

  it(
    'a push of any events is acknowledged, and stops at none of them',
    async () => {
      // A ledger of this test alone: the requests above know the first one, and may have revoked its device.
      const device = await enrolDevice(test, 'Another Shop');
      // Text of the chain's own format; what the events say is drawn from their schemas.
      const schema = z.toJSONSchema(ledgerEventSchema, {
        io: 'input',
        unrepresentable: 'any',
      }) as unknown as JsonSchema & {
        $defs?: Record<string, JsonSchema>;
      };
      const event = arbitraryOf(schema, { ...known, definitions: schema.$defs ?? {} });
      let sets = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.oneof(event, event, damaged(event)), { minLength: 1, maxLength: 4 }),
          async (events) => {
            const from = device.head.seq + 1;
            for (const one of events) {
              const named = {
                ...(one as object),
                v: 1,
                seq: device.head.seq + 1,
                ledgerId: device.ledgerId,
                incarnation: 1,
              };
              // A ledger that says it is another one, or goes on as one, is not this test's matter.
              const type = (named as { type?: unknown }).type;
              if (type === 'ledger.unanchored' || type === 'ledger.continued') continue;
              device.appendRaw(JSON.stringify(named));
            }
            if (device.head.seq < from) return;
            const answer = await device.push(from);
            expectAnswer(answer, device.events.slice(from - 1));
            expect(answer.status, JSON.stringify(answer.body)).toBe(200);
            expect(answer.body.ackedSeq).toBe(device.head.seq);
            sets += answer.body.quarantined.length;
          },
        ),
        { numRuns: EVENTS, ...run },
      );
      expect(sets).toBeGreaterThan(0);
      expect(sets).toBeLessThan(device.head.seq);
    },
    TIMEOUT_MS,
  );
});
