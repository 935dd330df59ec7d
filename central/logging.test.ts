import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basketOf50 } from './testing/offer-terms.ts';
import { openTestCentre, type TestCentre } from './testing/test-centre.ts';

const canaries = {
  code: 'CANARY7QXW',
  user: 'canary-user-4711',
  email: 'canary@example.com',
  phone: '+4915112345678',
  basket: 'canary-basket-0815',
  name: 'Canary offer',
};

describe('what is written down about requests', () => {
  let test: TestCentre;
  let log = '';
  beforeAll(async () => {
    const stream = new Writable({
      write(chunk, _encoding, done) {
        log += chunk;
        done();
      },
    });
    test = await openTestCentre('pglite', { logger: pino({ level: 'trace' }, stream) });
  }, 60_000);
  afterAll(() => test.close());

  it('holds neither codes nor customers nor keys, whatever goes wrong', async () => {
    const { code, user, email, phone, basket, name } = canaries;
    await test.call('POST', '/api/coupons', { code, name, discount_value: 10, uses_per_user: 1 });
    const use = { code, basket_id: basket, basket: basketOf50, user_id: user, email, phone };
    for (let i = 0; i < 2; i++)
      await test.call('POST', '/api/redemptions', use, { 'idempotency-key': `${code}-${i}` });
    await test.call('POST', '/api/reservations', use);
    await test.call('POST', '/api/coupon/validate', { code, user_id: user, email, phone });
    await test.call('POST', '/api/coupon/validate', { code: `${code}X`, email });
    await test.call('GET', `/api/coupons?search=${code}`);
    await test.call('GET', `/api/redemptions?email=${encodeURIComponent(email)}`);
    await test.call('GET', `/api/coupons/${code}`);
    await test.call('POST', '/api/redemptions', `{"code":"${code}"`);
    await test.call('GET', '/api/offers', undefined, { authorization: `Bearer cfk_${code}` });
    // A fault of the store, whose message names the parameters of the statement.
    await test.centre.db.execute('ALTER TABLE redemptions RENAME TO hidden');
    try {
      expect((await test.call('POST', '/api/redemptions', use)).status).toBe(500);
      expect((await test.call('GET', `/api/redemptions?email=${email}`)).status).toBe(500);
    } finally {
      await test.centre.db.execute('ALTER TABLE hidden RENAME TO redemptions');
    }
    const metrics = await test.call('GET', '/metrics');
    expect(metrics.body).toContain(
      'counterfoil_http_request_duration_seconds_count{method="POST",route="/api/redemptions",status="201"} 1',
    );
    expect(metrics.body).toContain('counterfoil_outbox_events 0');
    expect(log.split('\n').length).toBeGreaterThan(10);
    expect(log).toContain('"route":"/api/redemptions"');
    for (const canary of [...Object.values(canaries), encodeURIComponent(email), test.adminKey]) {
      expect(log, canary).not.toContain(canary);
      expect(metrics.body, canary).not.toContain(canary);
    }
  });

  it('is read by a monitor with a key, or by anybody where the configuration says so', async () => {
    expect((await test.call('GET', '/metrics', undefined, { authorization: '' })).status).toBe(401);
    const open = await openTestCentre('pglite', { config: { metrics_public: true } });
    const answer = await open.call('GET', '/metrics', undefined, { authorization: '' });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toContain('text/plain');
    // Every line is a comment or a sample.
    for (const line of String(answer.body).trimEnd().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) \S+ .+|[a-z_0-9]+(\{.*\})? [-+.e\d]+)$/);
    await open.close();
  });

  it('has a page for the API that loads nothing from elsewhere', async () => {
    const page = await test.call('GET', '/docs/');
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.body).not.toMatch(/(src|href)="(https?:)?\/\//);
    for (const asset of String(page.body).matchAll(/(?:src|href)="\.?\/?(?:docs\/)?([^"]+)"/g)) {
      const found = await test.call('GET', `/docs/${asset[1]?.replace(/^\.\//, '')}`);
      expect(found.status, asset[1]).toBe(200);
    }
    expect((await test.call('GET', '/docs/json')).body.openapi).toBe('3.1.0');
  });
});
