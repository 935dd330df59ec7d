import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Config, ConfigError, configSchema, printableConfig, readConfig } from './config.ts';
import { buildServer } from './server.ts';
import { basketOf50 } from './testing/offer-terms.ts';
import { openTestCentre, TEST_NOW, type TestCentre } from './testing/test-centre.ts';

describe('the configuration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const fileOf = (value: unknown) => {
    const file = path.join(folder, 'config.json');
    writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
    return { COUNTERFOIL_CONFIG: file };
  };

  it('comes from the environment before the file, and from the command line before both', () => {
    const file = fileOf({ port: 1, currency: 'USD', allowed_domains: ['example.com'], retention_days: 7 });
    const env = {
      ...file,
      COUNTERFOIL_PORT: '2',
      COUNTERFOIL_CURRENCY: 'CHF',
      COUNTERFOIL_TRUST_PROXY: 'true',
    };
    expect(readConfig(['--port', '3'], env)).toMatchObject({
      port: 3,
      currency: 'CHF',
      allowed_domains: ['example.com'],
      retention_days: 7,
      trust_proxy: true,
    });
  });

  it('reads every option from a text, since the environment has nothing else', () => {
    for (const [name, schema] of Object.entries(configSchema.shape)) {
      const value = configSchema.parse({})[name as keyof typeof configSchema.shape];
      if (value === undefined) continue;
      const text = Array.isArray(value) ? value.join(',') : String(value);
      const read = text === '' ? {} : { [`COUNTERFOIL_${name.toUpperCase()}`]: text };
      expect(readConfig([], read)[name as keyof Config], name).toEqual(
        name === 'data' ? path.resolve(String(value)) : value,
      );
      expect(schema.safeParse({ not: 'it' }).success, name).toBe(false);
    }
  });

  it.each([
    [{ COUNTERFOIL_CURRENCY: 'euro' }, 'currency'],
    [{ COUNTERFOIL_CODE_FORMAT: 'SUMMER' }, 'code_format'],
    [{ COUNTERFOIL_CODE_LENGTH: '3' }, 'code_length'],
    [{ COUNTERFOIL_MAX_DISCOUNT_PER_USER: '1e3' }, 'max_discount_per_user'],
    [{ COUNTERFOIL_ALLOWED_DOMAINS: 'not a domain' }, 'allowed_domains'],
    [{ COUNTERFOIL_DISCOUNT_TYPE: 'GIFT' }, 'discount_type'],
    [{ COUNTERFOIL_COUPON_ID_FORMAT: 'serial' }, 'coupon_id_format'],
    [{ COUNTERFOIL_DEFAULT_EXPIRATION_DAYS: '-1' }, 'default_expiration_days'],
    [{ COUNTERFOIL_VALIDATION_HOOK_URL: 'https://example.com/' }, 'validation_hook_secret'],
  ])('names the option of %j that cannot be used', (env, option) => {
    expect(() => readConfig([], env)).toThrow(ConfigError);
    expect(() => readConfig([], env)).toThrow(option);
  });

  it('knows no options that do not exist, and no file that is none', () => {
    expect(() => readConfig([], fileOf({ currencies: 'EUR' }))).toThrow(ConfigError);
    expect(() => readConfig([], fileOf('{'))).toThrow('cannot be read');
    expect(() => readConfig([], fileOf([]))).toThrow('holds no JSON object');
  });

  it('is described, every option of it', () => {
    const page = readFileSync(path.join(import.meta.dirname, '..', 'docs', 'CENTRE.md'), 'utf8');
    for (const name of Object.keys(configSchema.shape)) expect(page).toContain(`| \`${name}\` |`);
  });

  it('is printed without secrets', () => {
    const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    const config = readConfig([], {
      COUNTERFOIL_ADMIN_KEY: 'cfk_not_to_be_seen_anywhere',
      COUNTERFOIL_VALIDATION_HOOK_URL: 'https://user:token-1@hooks.example.com/path?key=token-2',
      COUNTERFOIL_VALIDATION_HOOK_SECRET: secret,
      DATABASE_URL: 'postgresql://user:secret@db.example.com/centre',
    });
    const printed = JSON.stringify(printableConfig(config));
    for (const hidden of ['cfk_not', 'token-1', 'token-2', secret, 'secret@', 'db.example.com'])
      expect(printed).not.toContain(hidden);
    expect(printed).toContain('hooks.example.com');
    expect(printed).toContain('"currency":"EUR"');
  });
});

describe('the options of coupons', () => {
  let base: TestCentre;
  beforeAll(async () => {
    base = await openTestCentre('pglite');
  }, 60_000);
  afterAll(() => base.close());
  beforeEach(() => base.empty());

  /** Another configuration over the same store, which takes seconds to open. */
  async function centreWith(config: Partial<Config>) {
    const centre = { ...base.centre, config: { ...base.centre.config, ...config } };
    const app = await buildServer(centre, pino({ level: 'silent' }));
    const call = async (method: 'POST', url: string, payload: object) => {
      const response = await app.inject({
        method,
        url,
        headers: { authorization: `Bearer ${base.adminKey}` },
        payload,
      });
      return { status: response.statusCode, body: response.json() };
    };
    return {
      make: async (body: object = {}) =>
        (await call('POST', '/api/coupons', { discount_value: 10, ...body })).body,
      call,
    };
  }

  it.each([
    ['uuid7', /^.{8}-.{4}-7/],
    ['uuid4', /^.{8}-.{4}-4/],
  ] as const)('coupon_id_format %s decides how ids are made', async (coupon_id_format, form) => {
    const { make } = await centreWith({ coupon_id_format });
    expect((await make()).id).toMatch(form);
  });

  it.each([
    [{ code_format: 'crockford', code_length: 8 }, /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-/],
    [{ code_format: 'uuid' }, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/],
    [{ code_format: 'classic' }, /^[A-Z][0-9]{5}$/],
    [{ code_format: 'SUMMER_%s%d%d%d' }, /^SUMMER_[A-Z]\d{3}$/],
  ])('%j decides how codes are written', async (config, form) => {
    const { make } = await centreWith(config);
    expect((await make()).code).toMatch(form);
  });

  it('default_expiration_days ends coupons that name no end', async () => {
    const { make } = await centreWith({ default_expiration_days: 30 });
    expect(Date.parse((await make()).expires_at)).toBe(TEST_NOW + 30 * 86_400_000);
    expect((await make({ expires_at: null })).expires_at).toBeNull();
    expect((await make({ expires_at: '2027-01-01T00:00:00Z' })).expires_at).toBe('2027-01-01T00:00:00.000Z');
  });

  it('discount_type is that of coupons that name none', async () => {
    const { make } = await centreWith({ discount_type: 'FIXED' });
    expect(await make()).toMatchObject({ discount_type: 'FIXED', discount_value: 10 });
    expect(await make({ discount_type: 'percent' })).toMatchObject({ discount_type: 'PERCENT' });
  });

  it('max_discount_per_user is the end of what one customer is given', async () => {
    const { make, call } = await centreWith({ max_discount_per_user: '7.50' });
    const { code } = await make();
    const use = (user_id: string) =>
      call('POST', '/api/redemptions', { code, basket_id: 'b', basket: basketOf50, user_id });
    expect((await use('ada')).status).toBe(201);
    expect((await use('ada')).body).toMatchObject({ status: 403, code: 'customer_limit' });
    expect((await use('bob')).status).toBe(201);
  });

  it('allowed_domains are those of coupons that name none', async () => {
    const { make, call } = await centreWith({ allowed_domains: ['example.com'] });
    const { code } = await make();
    const judge = (email: string) => call('POST', '/api/coupon/validate', { code, email });
    expect((await judge('ada@example.com')).status).toBe(200);
    expect((await judge('ada@example.org')).body).toMatchObject({ status: 403, code: 'wrong_email_domain' });
    const open = await make({ allowed_domains: ['example.org'] });
    expect(
      (await call('POST', '/api/coupon/validate', { code: open.code, email: 'ada@example.org' })).status,
    ).toBe(200);
  });
});
