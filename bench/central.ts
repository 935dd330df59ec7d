import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as send } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { ensureAdminKey } from '../central/access/admin-key.ts';
import type { Centre } from '../central/centre.ts';
import { configSchema } from '../central/config.ts';
import { createJobRunner } from '../central/jobs/run-jobs.ts';
import { jobHandlers } from '../central/jobs.ts';
import { systemPorts } from '../central/ports.ts';
import { buildServer } from '../central/server.ts';
import { openStore } from '../central/store/open.ts';
import { basketOf50, offerTerms } from '../central/testing/offer-terms.ts';
import { postgresPrograms, startPostgres } from '../central/testing/postgres-cluster.ts';
import type { BenchOptions, Report } from './run.ts';

const NAME = 'central';
const ADMIN_KEY = 'cfk_bench_admin_key_0123456789';
const IN_FLIGHT = 16;
const MAX_RATE = 1_000_000;
const ROUNDS = 5;
const CODES_AT_ONCE = 1_000;

/**
 * The centre over loopback HTTP with keep-alive, 16 requests in flight, on each storage. Client, server and database
 * share this machine's processors: the figures are of all three together. PostgreSQL runs durably on the disk.
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
  const store = await openStore({ dataDir: data, databaseUrl }, systemPorts);
  const config = {
    ...configSchema.parse({}),
    data,
    admin_key: ADMIN_KEY,
    validate_rate_per_minute: MAX_RATE,
  };
  const centre: Centre = { db: store.db, store, config, ports: systemPorts };
  await ensureAdminKey(centre);
  const app = await buildServer(centre, pino({ level: 'silent' }));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const client = createClient(url);
  try {
    const count = quick ? 400 : 1_500;
    const rounds = quick ? 1 : ROUNDS;
    const offer = (await client.post('/api/offers', offerTerms())).body as { id: string };
    const codes: string[] = [];
    while (codes.length < count * rounds) {
      const batch = await client.post(`/api/offers/${offer.id}/codes`, {
        name: 'Bench',
        count: CODES_AT_ONCE,
      });
      codes.push(...(batch.body as { codes: string[] }).codes);
    }
    const limited = await client.post('/api/coupons', {
      code: 'HOT',
      discount_type: 'FIXED',
      discount_value: 5,
      max_uses: 1_000_000,
    });
    expectOk(limited.status, 201);
    await measureBulk(centre, client, quick, row);

    await store.db.execute(sql`CREATE TABLE bench_counter (id integer PRIMARY KEY, n bigint NOT NULL)`);
    await store.db.execute(sql`INSERT INTO bench_counter VALUES (1, 0)`);
    const use = (code: string) => ({ code, basket_id: randomUUID(), basket: basketOf50 });

    const loads: Readonly<Record<string, (i: number) => Promise<void>>> = {
      validate: (i) => client.expecting(200, '/api/coupon/validate', { code: codes[i], basket: basketOf50 }),
      redeem_distinct: (i) => client.expecting(201, '/api/redemptions', use(codes[i] ?? '')),
      redeem_hot: () => client.expecting(201, '/api/redemptions', use('HOT')),
      bare_update: async () => {
        await store.db.execute(sql`UPDATE bench_counter SET n = n + 1 WHERE id = 1 RETURNING n`);
      },
    };
    // Short windows in turns: what else the machine does meets all of them alike, and the median leaves it out.
    const measured = new Map<string, Window[]>();
    for (let round = 0; round < rounds; round++) {
      for (const [name, call] of Object.entries(loads)) {
        const first = round * count;
        const window = await load(count, (i) => call(first + i));
        measured.set(name, [...(measured.get(name) ?? []), window]);
      }
    }
    const n = count * rounds;
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
    const ratios = (measured.get('redeem_hot') ?? []).map(
      (hot, i) => hot.rps / (measured.get('redeem_distinct')?.[i]?.rps ?? hot.rps),
    );
    row('redeem_hot_over_distinct', medianOf(ratios), '', n);
  } finally {
    client.close();
    await app.close();
    await store.close();
  }
}

const BULK_CODES = 1_000_000;
const QUICK_BULK_CODES = 10_000;

/** From the request to the batch whose codes are all valid. */
async function measureBulk(
  centre: Centre,
  client: ReturnType<typeof createClient>,
  quick: boolean,
  row: Row,
): Promise<void> {
  const count = quick ? QUICK_BULK_CODES : BULK_CODES;
  const begun = performance.now();
  const asked = await client.post('/api/coupons/bulk', { name: 'Bulk', discount_value: 10, count });
  expectOk(asked.status, 202);
  const ran = await createJobRunner(centre, jobHandlers(centre)).runOne();
  if (ran !== 'make_codes') throw new Error(`ran ${ran}`);
  row('bulk_1e6_s', (performance.now() - begun) / 1_000, 's', count);
}

function expectOk(status: number, expected: number): void {
  if (status !== expected) throw new Error(`answered ${status}, not ${expected}`);
}

type Window = { readonly rps: number; readonly p50: number; readonly p99: number };

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Keeps 16 calls in flight until all are done. */
async function load(count: number, call: (i: number) => Promise<void>): Promise<Window> {
  const took: number[] = [];
  let next = 0;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (let i = next++; i < count; i = next++) {
        const at = performance.now();
        await call(i);
        took.push(performance.now() - at);
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1_000;
  took.sort((a, b) => a - b);
  const quantile = (q: number) => took[Math.min(took.length - 1, Math.floor(took.length * q))] ?? 0;
  return { rps: count / seconds, p50: quantile(0.5), p99: quantile(0.99) };
}

function createClient(url: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  const { hostname, port } = new URL(url);
  function post(target: string, body: unknown): Promise<{ status: number; body: unknown }> {
    const text = JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const request = send(
        {
          agent,
          hostname,
          port,
          path: target,
          method: 'POST',
          headers: {
            authorization: `Bearer ${ADMIN_KEY}`,
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(text),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString()) }),
          );
        },
      );
      request.on('error', reject);
      request.end(text);
    });
  }
  return {
    post,
    async expecting(status: number, target: string, body: unknown): Promise<void> {
      const answer = await post(target, body);
      if (answer.status !== status)
        throw new Error(`${target} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    },
    close: () => agent.destroy(),
  };
}
