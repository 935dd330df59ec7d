import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { type CentreProgram, PROGRAM_KEY, startCentre } from '../central/testing/centre-program.ts';
import { basketOf50, offerTerms } from '../central/testing/offer-terms.ts';
import { postgresPrograms, startPostgres } from '../central/testing/postgres-cluster.ts';
import { connectLean, type LeanClient, type LoadCall } from './load/lean-client.ts';
import type { BenchOptions, Report } from './run.ts';

const NAME = 'central';
const IN_FLIGHT = 16;
const ROUNDS = 5;
const CODES_AT_ONCE = 1_000;

/**
 * The centre as its own program over loopback HTTP with keep-alive, 16 requests in flight, on each storage. Client,
 * server and database share this machine's processors: the figures are of all three together. PostgreSQL runs durably
 * on the disk.
 */
export async function run(report: Report, { quick }: BenchOptions): Promise<void> {
  const programs = postgresPrograms();
  if (programs === undefined)
    console.warn('PostgreSQL is not installed (Debian: apt-get install postgresql): only PGlite is measured');
  for (const kind of programs === undefined ? (['pglite'] as const) : (['pg', 'pglite'] as const)) {
    const row = (metric: string, value: number, unit: string, n: number) =>
      report({ name: NAME, metric: `${kind}_${metric}`, value, unit, n });
    const folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-bench-central-'));
    const cluster =
      kind === 'pg' && programs !== undefined ? startPostgres(programs, { durable: true }) : undefined;
    try {
      await measure(folder, cluster?.url, quick, row);
    } finally {
      cluster?.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

type Row = (metric: string, value: number, unit: string, n: number) => void;

async function measure(
  data: string,
  databaseUrl: string | undefined,
  quick: boolean,
  row: Row,
): Promise<void> {
  const centre = await startCentre({
    data,
    databaseUrl,
    env: { COUNTERFOIL_VALIDATE_RATE_PER_MINUTE: '1000000', COUNTERFOIL_RATE_PER_MINUTE: '1000000' },
  });
  const bare = databaseUrl === undefined ? await bareEmbedded(data) : await barePostgres(databaseUrl);
  let client: LeanClient | undefined;
  try {
    const count = quick ? 400 : 1_500;
    const rounds = quick ? 1 : ROUNDS;
    const codes = await makeCodes(centre, count * rounds);
    await made(centre, '/api/coupons', {
      code: 'HOT',
      discount_type: 'FIXED',
      discount_value: 5,
      max_uses: 1_000_000,
    });
    await measureBulk(centre, quick, row);
    await bare.settle();

    client = await connectLean(centre.url, IN_FLIGHT, PROGRAM_KEY);
    const { load } = client;
    const redeem = (code = ''): LoadCall => ({
      path: '/api/redemptions',
      body: { code, basket_id: randomUUID(), basket: basketOf50 },
      expect: 201,
    });
    const validate = (code = ''): LoadCall => ({
      path: '/api/coupon/validate',
      body: { code, basket: basketOf50 },
      expect: 200,
    });
    const loads: Readonly<Record<string, (first: number) => Promise<number[]>>> = {
      validate: (first) => load(count, (i) => validate(codes[first + i])),
      redeem_distinct: (first) => load(count, (i) => redeem(codes[first + i])),
      redeem_hot: () => load(count, () => redeem('HOT')),
      bare_update: () => bareLoad(count, bare.update),
    };
    // Short windows in turns: what else the machine does meets all of them alike, and the median leaves it out.
    const measured = new Map<string, Window[]>();
    for (let round = 0; round < rounds; round++) {
      for (const [name, calls] of Object.entries(loads)) {
        const begun = performance.now();
        const took = await calls(round * count);
        const window = windowOf(took, performance.now() - begun);
        measured.set(name, [...(measured.get(name) ?? []), window]);
      }
    }
    tell(measured, count * rounds, row);
  } finally {
    client?.close();
    await bare.close();
    await centre.kill('SIGTERM');
  }
}

async function makeCodes(centre: CentreProgram, count: number): Promise<string[]> {
  const offer = await made(centre, '/api/offers', offerTerms());
  const codes: string[] = [];
  while (codes.length < count) {
    const batch = await made(centre, `/api/offers/${offer.id}/codes`, {
      name: 'Bench',
      count: CODES_AT_ONCE,
    });
    codes.push(...batch.codes);
  }
  return codes;
}

async function made(centre: CentreProgram, target: string, body: unknown) {
  const answer = await centre.post(target, body);
  if (answer === undefined || answer.status > 202)
    throw new Error(`${target} answered ${answer?.status}: ${JSON.stringify(answer?.body)}`);
  return answer.body;
}

const BULK_CODES = 1_000_000;
const QUICK_BULK_CODES = 10_000;
const LOOK_MS = 50;

/** From the request to the batch whose codes are all valid. */
async function measureBulk(centre: CentreProgram, quick: boolean, row: Row): Promise<void> {
  const count = quick ? QUICK_BULK_CODES : BULK_CODES;
  const begun = performance.now();
  const asked = await made(centre, '/api/coupons/bulk', { name: 'Bulk', discount_value: 10, count });
  for (;;) {
    const { state } = (await centre.get(`/api/jobs/${asked.id}`))?.body ?? {};
    if (state === 'done') break;
    if (state === 'failed') throw new Error('the job failed');
    await delay(LOOK_MS);
  }
  row('bulk_1e6_s', (performance.now() - begun) / 1_000, 's', count);
}

/** The least that a counter in this store costs, without a centre. */
type Bare = {
  readonly update: () => Promise<unknown>;
  /** After the bulk, what the store would do in the background at some time: not in one of the windows. */
  readonly settle: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const CREATE = 'CREATE TABLE bench_counter (id integer PRIMARY KEY, n bigint NOT NULL)';
const FILL = 'INSERT INTO bench_counter VALUES (1, 0)';
const UPDATE = 'UPDATE bench_counter SET n = n + 1 WHERE id = 1 RETURNING n';

async function barePostgres(url: string): Promise<Bare> {
  const pool = new pg.Pool({ connectionString: url, max: IN_FLIGHT });
  await pool.query(CREATE);
  await pool.query(FILL);
  return {
    update: () => pool.query({ name: 'bare', text: UPDATE }),
    settle: async () => {
      await pool.query('VACUUM ANALYZE');
      await pool.query('CHECKPOINT');
    },
    close: () => pool.end(),
  };
}

/** In a folder of its own: one process has an embedded store. */
async function bareEmbedded(data: string): Promise<Bare> {
  const store = await PGlite.create({ dataDir: path.join(data, 'bare') });
  await store.query(CREATE);
  await store.query(FILL);
  return { update: () => store.query(UPDATE), settle: async () => {}, close: () => store.close() };
}

async function bareLoad(count: number, update: () => Promise<unknown>): Promise<number[]> {
  const took: number[] = [];
  let left = count;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (left-- > 0) {
        const at = performance.now();
        await update();
        took.push(performance.now() - at);
      }
    }),
  );
  return took;
}

type Window = { readonly rps: number; readonly p50: number; readonly p99: number };

function windowOf(took: readonly number[], ms: number): Window {
  const sorted = [...took].sort((a, b) => a - b);
  const quantile = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
  return { rps: (took.length / ms) * 1_000, p50: quantile(0.5), p99: quantile(0.99) };
}

function tell(measured: ReadonlyMap<string, readonly Window[]>, n: number, row: Row): void {
  for (const [name, windows] of measured) {
    const median = (value: (window: Window) => number) => medianOf(windows.map(value));
    row(
      `${name}_rps`,
      median(({ rps }) => rps),
      '/s',
      n,
    );
    row(
      `${name}_p50_ms`,
      median(({ p50 }) => p50),
      'ms',
      n,
    );
    row(
      `${name}_p99_ms`,
      median(({ p99 }) => p99),
      'ms',
      n,
    );
  }
  const distinct = measured.get('redeem_distinct') ?? [];
  const ratios = (measured.get('redeem_hot') ?? []).map((hot, i) => hot.rps / (distinct[i]?.rps ?? hot.rps));
  row('redeem_hot_over_distinct', medianOf(ratios), '', n);
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
