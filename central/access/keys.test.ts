import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { query } from '../store/db.ts';
import { basketOf50 } from '../testing/offer-terms.ts';
import { openTestCentre, TEST_NOW, type TestCentre, testableStores } from '../testing/test-centre.ts';

describe.each(testableStores())('API keys on %s', (kind) => {
  let test: TestCentre;
  beforeAll(async () => {
    test = await openTestCentre(kind, { config: { rate_per_minute: 50 } });
  }, 60_000);
  afterAll(() => test.close());
  beforeEach(async () => {
    await test.empty();
    // A new window of the limit, and nobody remembers wrong keys.
    test.ports.nowMs += 7_200_000;
  });

  const make = (body: object) =>
    test.call('POST', '/api/keys', { name: 'Web shop', scopes: ['read'], ...body });
  const by = (key: string) => ({ authorization: `Bearer ${key}` });

  it('are shown once, stored as a hash, and do what their scopes say', async () => {
    const made = await make({ scopes: ['redeem', 'redeem'] });
    expect(made.status).toBe(201);
    const { key, id } = made.body;
    expect(key).toMatch(/^cfk_[\w-]{43}$/);
    const listed = await test.call('GET', '/api/keys');
    expect(JSON.stringify(listed.body)).not.toContain(key);
    expect(listed.body.keys.find((one: { id: string }) => one.id === id)).toMatchObject({
      scopes: ['redeem'],
    });
    const stored = await query(test.centre.db, sql`SELECT * FROM api_keys`);
    expect(JSON.stringify(stored)).not.toContain(key);

    const use = { code: 'NONE', basket_id: 'b', basket: basketOf50 };
    expect((await test.call('POST', '/api/redemptions', use, by(key))).body.code).toBe('code_unknown');
    const refused = await test.call('GET', '/api/offers', undefined, by(key));
    expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden', params: { needs: 'read' } } });
    expect(refused.headers['content-type']).toContain('application/problem+json');
    const header = { authorization: '', 'x-api-key': key };
    expect((await test.call('POST', '/api/redemptions', use, header)).status).toBe(404);
  });

  it('are refused when there is none, a wrong one, a revoked one, or one whose time is over', async () => {
    const ask = (key: string) => test.call('GET', '/api/offers', undefined, by(key));
    expect((await test.call('GET', '/api/offers', undefined, { authorization: '' })).body).toMatchObject({
      status: 401,
      code: 'key_required',
    });
    expect((await ask('cfk_wrong')).body).toMatchObject({ status: 401, code: 'key_invalid' });
    const until = new Date(test.ports.nowMs + 60_000).toISOString();
    const [revoked, ending] = [(await make({})).body, (await make({ expires_at: until })).body];
    expect((await ask(revoked.key)).status).toBe(200);
    expect((await test.call('DELETE', `/api/keys/${revoked.id}`)).body.revoked_at).not.toBeNull();
    expect((await ask(revoked.key)).body).toMatchObject({ status: 401, code: 'key_invalid' });
    expect((await ask(ending.key)).status).toBe(200);
    test.ports.nowMs += 60_000;
    expect((await ask(ending.key)).status).toBe(401);
    expect((await make({ expires_at: new Date(TEST_NOW - 1).toISOString() })).status).toBe(422);
  });

  it('make whoever tries them wait longer and longer', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 10; i++)
      statuses.push((await test.call('GET', '/api/offers', undefined, by(`cfk_try${i}`))).status);
    expect(statuses.slice(0, 5)).toEqual([401, 401, 401, 401, 401]);
    expect(statuses.at(-1)).toBe(429);
    test.ports.nowMs += 7_200_000;
    expect((await test.call('GET', '/api/offers', undefined, by('cfk_again'))).status).toBe(401);
  });

  it('keep the last one that administers', async () => {
    const [admin] = (await test.call('GET', '/api/keys')).body.keys.filter(
      (one: { name: string; revoked_at: string | null }) => one.name === 'admin' && one.revoked_at === null,
    );
    expect((await test.call('DELETE', `/api/keys/${admin.id}`)).body).toMatchObject({
      status: 409,
      code: 'conflict',
    });
    expect((await make({ name: 'admin' })).status).toBe(422);
    expect((await make({ scopes: ['everything'] })).status).toBe(422);
    expect(
      (await test.call('POST', '/api/keys', { name: 'x', scopes: ['read'] }, by((await make({})).body.key)))
        .status,
    ).toBe(403);
  });

  it('are not kept out by somebody who tries others from the same address', async () => {
    const { key } = (await make({})).body;
    const ask = (given: string) => test.call('GET', '/api/jobs', undefined, by(given));
    for (let i = 0; i < 9; i++) await ask(`cfk_guess${i}`);
    expect((await ask('cfk_guess')).status).toBe(429);
    expect((await ask(key)).status).toBe(200);
  });

  it('have a limit per minute, each its own', async () => {
    const { key } = (await make({})).body;
    const other = (await make({})).body.key;
    const statuses: number[] = [];
    for (let i = 0; i < 51; i++)
      statuses.push((await test.call('GET', '/api/jobs', undefined, by(key))).status);
    expect(statuses.slice(0, 50).every((status) => status === 200)).toBe(true);
    const refused = await test.call('GET', '/api/jobs', undefined, by(key));
    expect(refused).toMatchObject({ status: 429, body: { code: 'throttled' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await test.call('GET', '/api/jobs', undefined, by(other))).status).toBe(200);
  });
});
