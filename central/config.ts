import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { currencySchema, timeZoneSchema } from '../shared/contracts/common.ts';
import { codeFormatSchema } from '../shared/contracts/operations/batches.ts';

/** A reason that the person who starts the centre can act on; shown as one line. */
export class ConfigError extends Error {}

const MAX_DAYS = 3_650;
const DAY_SECONDS = 86_400;

/** Text of an environment variable, or a value of the configuration file. */
const flag = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean(),
);
const whole = (schema: z.ZodInt) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value),
    schema,
  );
const list = z.preprocess(
  (value) =>
    typeof value === 'string'
      ? value
          .split(',')
          .map((part) => part.trim())
          .filter(Boolean)
      : value,
  z
    .array(
      z
        .string()
        .toLowerCase()
        .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/),
    )
    .max(1_000),
);

/**
 * Every option with its default. In the environment `COUNTERFOIL_` and the name in upper case
 * (`COUNTERFOIL_CODE_FORMAT=uuid`); in the file of `COUNTERFOIL_CONFIG` JSON with these names. The environment wins.
 */
export const configSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
  port: whole(z.int().min(0).max(65_535)).default(4820).describe('0 takes a free one.'),
  data: z.string().min(1).default('central-data').describe('Folder of the embedded store and the admin key.'),
  admin_key: z
    .string()
    .min(24)
    .max(200)
    .optional()
    .describe('Instead of the key that the first start makes.'),
  currency: currencySchema.default('EUR').describe('Of coupons that name none.'),
  time_zone: timeZoneSchema.default('UTC').describe('In which a day without a time of day ends.'),
  log_level: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
  trust_proxy: flag
    .default(false)
    .describe('Take the caller from X-Forwarded-For: only behind a proxy of yours.'),
  coupon_id_format: z.enum(['uuid7', 'uuid4']).default('uuid7').describe('Ids of new coupons.'),
  code_format: z
    .union([
      z.enum(['crockford', 'uuid', 'classic']),
      z.string().refine((pattern) => codeFormatSchema.safeParse({ kind: 'pattern', pattern }).success, {
        error: 'crockford, uuid, classic, or a pattern such as SUMMER_%s%d%d%d%d',
      }),
    ])
    .default('crockford')
    .describe('How new codes are written: `crockford`, `uuid`, `classic` or a pattern.'),
  code_length: whole(z.int().min(8).max(24)).default(10).describe('Random characters of a crockford code.'),
  default_expiration_days: whole(z.int().min(0).max(MAX_DAYS))
    .default(0)
    .describe('Of coupons that name no end; 0 is none.'),
  max_discount_per_user: z
    .preprocess(
      (value) => (typeof value === 'number' ? String(value) : value),
      z.string().regex(/^\d{1,12}(\.\d{1,4})?$/),
    )
    .optional()
    .describe('What one customer may be given in all, in major units of `currency`.'),
  discount_type: z.enum(['PERCENT', 'FIXED']).default('PERCENT').describe('Of coupons that name none.'),
  allowed_domains: list.default([]).describe('E-mail domains that new coupons are limited to.'),
  validate_requires_key: flag.default(false).describe('Validation is public unless this is set.'),
  validate_rate_per_minute: whole(z.int().min(1).max(1_000_000))
    .default(120)
    .describe('Requests of one caller to the public validation.'),
  rate_per_minute: whole(z.int().min(0).max(10_000_000))
    .default(0)
    .describe('Requests of one API key; 0 is no limit.'),
  metrics_public: flag
    .default(false)
    .describe('`/metrics` needs a key with the scope `read` unless this is set.'),
  validation_hook_url: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .optional()
    .describe('Asked before a coupon is applied: see docs/CENTRE.md.'),
  validation_hook_secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/)
    .optional()
    .describe('Signs what the hook is asked, as webhooks are signed.'),
  validation_hook_module: z
    .string()
    .min(1)
    .optional()
    .describe('File of an ES module whose default export is asked instead, in this process.'),
  validation_hook_timeout_ms: whole(z.int().min(50).max(30_000)).default(1_500),
  validation_hook_when_silent: z
    .enum(['allow', 'refuse'])
    .default('refuse')
    .describe('What happens when the hook does not answer in time, or not as agreed.'),
  validation_hook_allow_private: flag
    .default(false)
    .describe('The hook may be on this machine or in a private network.'),
  webhook_allow_private: flag
    .default(false)
    .describe('Send webhooks to addresses of this machine and of private networks too.'),
  retention_days: whole(z.int().min(1).max(MAX_DAYS))
    .default(90)
    .describe('How long ended jobs and webhook deliveries are kept.'),
  reservation_seconds: whole(z.int().min(10).max(DAY_SECONDS)).default(600),
  enrolment_hours: whole(
    z
      .int()
      .min(1)
      .max(24 * 30),
  )
    .default(24)
    .describe('How long an enrolment code is good.'),
});

export type Config = z.output<typeof configSchema> & {
  readonly database_url?: string | undefined;
  /** `--restored`: the store was put back from a backup. */
  readonly restored?: boolean | undefined;
};

/** @throws ConfigError with one line that names the option */
export function readConfig(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Config {
  const { port, data, restored } = readArguments(args);
  const given: Record<string, unknown> = readFile(env.COUNTERFOIL_CONFIG);
  for (const name of Object.keys(configSchema.shape)) {
    const value = env[`COUNTERFOIL_${name.toUpperCase()}`];
    if (value !== undefined && value !== '') given[name] = value;
  }
  if (port !== undefined) given.port = port;
  if (data !== undefined) given.data = data;
  const parsed = configSchema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ConfigError(`the option ${issue?.path.join('.') || 'file'} is not usable: ${issue?.message}`);
  }
  const hooks = parsed.data.validation_hook_url !== undefined;
  if (hooks && parsed.data.validation_hook_secret === undefined)
    throw new ConfigError(
      'the option validation_hook_secret is missing: what the hook is asked must be signed',
    );
  if (hooks && parsed.data.validation_hook_module !== undefined)
    throw new ConfigError('the options validation_hook_url and validation_hook_module exclude each other');
  const config = { ...parsed.data, data: path.resolve(parsed.data.data), restored };
  return env.DATABASE_URL ? { ...config, database_url: env.DATABASE_URL } : config;
}

function readArguments(args: readonly string[]): {
  port?: string | undefined;
  data?: string | undefined;
  restored?: boolean | undefined;
} {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { port: { type: 'string' }, data: { type: 'string' }, restored: { type: 'boolean' } },
    });
    return values;
  } catch (error) {
    throw new ConfigError(`${(error as Error).message} (known: --port, --data, --restored, --help)`);
  }
}

function readFile(name: string | undefined): Record<string, unknown> {
  if (!name) return {};
  try {
    const value: unknown = JSON.parse(readFileSync(name, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    throw new ConfigError(`the configuration file ${name} cannot be read: ${(error as Error).message}`);
  }
  throw new ConfigError(`the configuration file ${name} holds no JSON object`);
}

/** What the start prints: every option, without secrets. */
export function printableConfig(config: Config): Record<string, unknown> {
  const { admin_key, database_url, validation_hook_url, validation_hook_secret, ...rest } = config;
  return {
    ...rest,
    admin_key: admin_key ? 'given' : 'made at first start',
    // An URL may hold a password or a token.
    ...(validation_hook_url === undefined ? {} : { validation_hook: new URL(validation_hook_url).origin }),
    ...(validation_hook_secret === undefined ? {} : { validation_hook_secret: 'given' }),
    store: database_url ? 'DATABASE_URL' : 'embedded',
  };
}
