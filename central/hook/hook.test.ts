import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Config, ConfigError, configSchema } from '../config.ts';
import { systemPorts } from '../ports.ts';
import { query } from '../store/db.ts';
import { basketOf50, offerTerms } from '../testing/offer-terms.ts';
import { openTestCentre, type TestCentre, testPorts } from '../testing/test-centre.ts';
import { hookOfConfig } from './hook-of-config.ts';
import { type AskHook, createAskHook, type HookQuestion } from './validation-hook.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

async function startRule() {
  const asked: HookQuestion[] = [];
  const state = {
    answer: { allow: true } as unknown,
    status: 200,
    hang: false,
    whileAsked: async () => {},
  };
  const server: Server = createServer((request, reply) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', async () => {
      const event = new Webhook(SECRET).verify(body, request.headers as Record<string, string>) as {
        type: string;
        data: HookQuestion;
      };
      expect(event.type).toBe('coupon.applying');
      asked.push(event.data);
      await state.whileAsked();
      if (state.hang) return;
      reply.writeHead(state.status, { 'content-type': 'application/json' });
      reply.end(state.status === 204 ? undefined : JSON.stringify(state.answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/rule`,
    asked,
    state,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('a rule of the integrator', () => {
  let rule: Awaited<ReturnType<typeof startRule>>;
  let test: TestCentre;
  let hook: AskHook | undefined;
  const silences: string[] = [];
  const use = { code: 'RULED', basket_id: 'order-1', basket: basketOf50, user_id: 'ada' };
  const configOf = (changes: Partial<Config> = {}): Config => ({
    ...configSchema.parse({}),
    validation_hook_url: rule.url,
    validation_hook_secret: SECRET,
    validation_hook_timeout_ms: 300,
    validation_hook_allow_private: true,
    ...changes,
  });
  const compose = async (changes: Partial<Config> = {}) => {
    hook = await hookOfConfig(configOf(changes), systemPorts, (fault) => silences.push(fault));
  };
  beforeAll(async () => {
    rule = await startRule();
    // Composed anew by the tests: the centre asks whichever is there now.
    test = await openTestCentre('pglite', {
      hook: (question) => hook?.(question) ?? Promise.resolve({ ok: true, value: undefined }),
    });
  }, 60_000);
  afterAll(async () => {
    await test.close();
    await rule.close();
  });
  beforeEach(async () => {
    await test.empty();
    rule.asked.length = 0;
    silences.length = 0;
    Object.assign(rule.state, {
      answer: { allow: true },
      status: 200,
      hang: false,
      whileAsked: async () => {},
    });
    await compose();
    await test.call('POST', '/api/coupons', { code: 'RULED', discount_value: 10, max_uses: 5 });
  });

  const uses = async () =>
    Number((await query<{ n: number }>(test.centre.db, sql`SELECT count(*) AS n FROM redemptions`))[0]?.n);

  it('is asked before a coupon is applied, with the basket and what it would be given', async () => {
    expect(
      (await test.call('POST', '/api/coupon/validate', { code: 'RULED', basket: basketOf50 })).status,
    ).toBe(200);
    expect((await test.call('POST', '/api/reservations', use)).status).toBe(201);
    expect((await test.call('POST', '/api/redemptions', use)).status).toBe(201);
    expect(rule.asked.map(({ action }) => action)).toEqual(['validate', 'reserve', 'redeem']);
    expect(rule.asked[2]).toMatchObject({
      coupons: [{ discount_minor: 500, offer_version: 1 }],
      currency: 'EUR',
      channel: 'web',
      basket_id: 'order-1',
      basket: { lines: [{ sku: 'coffee' }, { sku: 'mug' }] },
      customer: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('refuses with its own words, and nothing is spent', async () => {
    rule.state.answer = { allow: false, message: 'Not on sale days' };
    const judged = await test.call('POST', '/api/coupon/validate', { code: 'RULED' });
    expect(judged).toMatchObject({ status: 403, body: { code: 'hook_refused', detail: 'Not on sale days' } });
    for (const where of ['/api/redemptions', '/api/reservations']) {
      const refused = await test.call('POST', where, use);
      expect(refused.body).toMatchObject({
        status: 403,
        code: 'hook_refused',
        params: { message: 'Not on sale days' },
      });
    }
    expect(await uses()).toBe(0);
  });

  it('is not asked about a code that is no good anyway', async () => {
    expect((await test.call('POST', '/api/redemptions', { ...use, code: 'OTHER' })).status).toBe(404);
    expect(rule.asked).toEqual([]);
  });

  it.each([
    ['hangs', { hang: true }],
    ['answers 500', { status: 500 }],
    ['answers what was not agreed', { answer: { ok: 'sure' } }],
  ])('that %s follows the policy of the configuration', async (_, state) => {
    Object.assign(rule.state, state);
    const refused = await test.call('POST', '/api/redemptions', use);
    expect(refused.body).toMatchObject({ status: 503, code: 'hook_unavailable' });
    await compose({ validation_hook_when_silent: 'allow' });
    expect((await test.call('POST', '/api/redemptions', use)).status).toBe(201);
    expect(silences).toHaveLength(2);
  });

  it('keeps no transaction open while it is asked', async () => {
    // The embedded store has one connection: a transaction that waited for the hook would keep this one waiting too.
    rule.state.whileAsked = async () => {
      await test.centre.db.transaction(async (tx) => void (await tx.execute(sql`SELECT 1`)));
    };
    expect((await test.call('POST', '/api/redemptions', use)).status).toBe(201);
  });

  it('answers by 204 too', async () => {
    rule.state.status = 204;
    expect((await test.call('POST', '/api/redemptions', use)).status).toBe(201);
  });

  it('is not reached at a private address unless that is allowed', async () => {
    await compose({ validation_hook_allow_private: false });
    expect((await test.call('POST', '/api/redemptions', use)).body.code).toBe('hook_unavailable');
    expect(rule.asked).toEqual([]);
    expect(silences).toEqual(['the address is private']);
  });

  it('is asked once for a sale of several codes', async () => {
    const offer = await test.call('POST', '/api/offers', offerTerms());
    await test.call('POST', '/api/coupons', { offer_id: offer.body.id, code: 'SECOND' });
    const sold = await test.call('POST', '/api/sales', {
      codes: ['RULED', 'SECOND'],
      basket_id: 'b',
      basket: basketOf50,
    });
    expect(sold.status).toBe(201);
    expect(rule.asked).toHaveLength(1);
    expect(rule.asked[0]?.coupons).toHaveLength(2);
  });
});

describe('the breaker of a hook', () => {
  it('stops waiting for a hook that fails, and tries it again later with one question', async () => {
    const ports = testPorts();
    let calls = 0;
    let works = false;
    const ask = createAskHook(
      async () => {
        calls += 1;
        if (!works) throw new Error('down');
        return { allow: true };
      },
      { timeoutMs: 1_000, whenSilent: 'refuse', now: () => ports.now() },
    );
    const question = {} as HookQuestion;
    for (let i = 0; i < 5; i++) expect((await ask(question)).ok).toBe(false);
    expect((await ask(question)).ok).toBe(false);
    expect(calls).toBe(5);
    ports.nowMs += 30_000;
    const [tried] = await Promise.all([ask(question), ask(question)]);
    expect(calls).toBe(6);
    expect(tried.ok).toBe(false);
    ports.nowMs += 30_000;
    works = true;
    expect((await ask(question)).ok).toBe(true);
    expect((await ask(question)).ok).toBe(true);
    expect(calls).toBe(8);
  });
});

describe('a rule in the process', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-hook-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const named = (text: string) => {
    const file = path.join(folder, `rule-${Math.random()}.mjs`);
    writeFileSync(file, text);
    return hookOfConfig({ ...configSchema.parse({}), validation_hook_module: file }, systemPorts, () => {});
  };

  it('is the default export of a module', async () => {
    const ask = await named(
      `export default async (question) => question.channel === 'phone' ? { allow: false, message: 'not by phone' } : { allow: true }`,
    );
    const question = { channel: 'phone' } as HookQuestion;
    expect(await ask?.(question)).toMatchObject({
      ok: false,
      error: { params: { message: 'not by phone' } },
    });
    expect((await ask?.({ ...question, channel: 'web' }))?.ok).toBe(true);
  });

  it('says at the start that it cannot be used', async () => {
    await expect(named('export default 1')).rejects.toThrow(ConfigError);
    await expect(named('export default (')).rejects.toThrow(ConfigError);
  });
});
