import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { offerTerms } from '../central/testing/offer-terms.ts';
import { postgresPrograms, startPostgres } from '../central/testing/postgres-cluster.ts';
import { enrolDevice, redeemed } from '../central/testing/test-device.ts';
import { openLedger } from '../db/open.ts';
import { createStore } from '../db/store.ts';
import { bundleProgram } from '../test/crash/bundle-till.ts';
import {
  type CentreProcess,
  startCentre,
  startTill,
  type TillProcess,
} from '../test/integration/processes/processes.ts';
import { fileKeyStore } from '../till/keys/file-key-store.ts';
import { systemRandom } from '../till/system-ports.ts';
import type { BenchOptions, Report } from './run.ts';

const NAME = 'sync';
const CODES_PER_BATCH = 100_000;
const CODES_PER_CHANGE = 2_000;
const NOOPS = 50;
const MEGABYTE = 1_000_000;
const REDEMPTIONS_PER_LEDGER = 100;

/**
 * A till, a centre and a durable PostgreSQL, each in a process of its own, on the processors of this machine together.
 * The codes are put into the centre's database directly: how they are made there is another bench.
 */
export async function run(report: Report, { quick }: BenchOptions): Promise<void> {
  const programs = postgresPrograms();
  if (programs === undefined) {
    console.warn('PostgreSQL is not installed (Debian: apt-get install postgresql): sync is not measured');
    return;
  }
  const row = (metric: string, value: number, unit: string, n: number) =>
    report({ name: NAME, metric, value, unit, n });
  const folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-bench-sync-'));
  const cluster = startPostgres(programs, { durable: true });
  const centre = await startCentre(path.join(folder, 'centre'), cluster.url);
  // As a host's worker is: reading two hundred sources takes memory that no product takes.
  const bundle = await bundleProgram(path.join(import.meta.dirname, '../test/integration/processes/till.ts'));
  const tills: TillProcess[] = [];
  try {
    const codes = quick ? 20_000 : 1_000_000;
    const offerId: string = (await centre.call('POST', '/api/offers', offerTerms())).body.id;
    const couponIds = await fillCentre(cluster.url, offerId, codes);

    const tillFolder = path.join(folder, 'till');
    const till = await startTill(tillFolder, 'Bench', bundle.file);
    tills.push(till);
    await till.tell({ do: 'memory' });
    const pulled = await seconds(() => enrol(centre, till));
    row('pull_1e6_s', pulled, 's', codes);
    row('pull_1e6_rss_mb', (await till.tell<number>({ do: 'memory' })) / MEGABYTE, 'MB', codes);

    const noops: number[] = [];
    for (let i = 0; i < NOOPS; i++) noops.push(1_000 * (await seconds(() => till.ok('sync.now', {}))));
    noops.sort((a, b) => a - b);
    row('noop_ms', noops[Math.floor(NOOPS / 2)] ?? 0, 'ms', NOOPS);

    await till.stop();
    const redemptions = quick ? 2_000 : 100_000;
    await fillLedger(tillFolder, offerId, couponIds.slice(0, redemptions));
    await till.start();
    await till.tell({ do: 'memory' });
    row('push_1e5_s', await seconds(() => pushAll(till)), 's', redemptions);
    row('push_1e5_rss_mb', (await till.tell<number>({ do: 'memory' })) / MEGABYTE, 'MB', redemptions);

    const spare = couponIds.slice(redemptions);
    for (const count of quick ? [1, 10] : [1, 10, 100]) {
      const took = await syncLedgers(centre, offerId, spare.splice(0, count * REDEMPTIONS_PER_LEDGER), count);
      row(`ledgers_${count}_s`, took, 's', count);
    }
  } finally {
    for (const till of tills) await till.kill();
    await centre.stop();
    cluster.stop();
    bundle.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1_000;
}

async function enrol(centre: CentreProcess, till: TillProcess): Promise<void> {
  const { body } = await centre.call('POST', '/api/locations/enrolments', {});
  const status = await till.ok('sync.enrol', { centreUrl: centre.url, enrolmentCode: body.enrolment_code });
  if (status.lastError !== undefined) throw new Error(JSON.stringify(status.lastError));
}

async function pushAll(till: TillProcess): Promise<void> {
  // The round that began with the opening may have taken a part of it.
  for (let i = 0; i < 100; i++) {
    const status = await till.ok('sync.now', {});
    if (status.queue.count === 0) return;
  }
  throw new Error('the queue does not get empty');
}

/** @returns the ids of the coupons */
async function fillCentre(url: string, offerId: string, count: number): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const ids: string[] = [];
    for (let made = 0; made < count; made += CODES_PER_BATCH) {
      const inBatch = Math.min(CODES_PER_BATCH, count - made);
      const batchId = randomUUID();
      const format = JSON.stringify({ kind: 'crockford', length: 10 });
      await client.query(
        `INSERT INTO batches (id, offer_id, name, format, count, created_at) VALUES ($1, $2, 'Bench', $3, $4, $5)`,
        [batchId, offerId, format, inBatch, Date.now()],
      );
      await client.query(`INSERT INTO changes (kind, ref) VALUES ('batch', $1)`, [batchId]);
      const { rows } = await client.query<{ id: string }>(
        `INSERT INTO coupons (id, offer_id, batch_id, serial, code, status, version, max_uses, issued_at, updated_at)
        SELECT gen_random_uuid(), $1, $2, n, upper(translate(left(md5(random()::text || n), 14), 'ilou', 'wxyz')),
          'live', 1, 1, $4, $4
        FROM generate_series(1, $3::int) AS n RETURNING id`,
        [offerId, batchId, inBatch, Date.now()],
      );
      for (const { id } of rows) ids.push(id);
      await client.query(
        `INSERT INTO changes (kind, ref, batch_id, first_serial, last_serial)
        SELECT 'codes', $1, $2, n, least(n + $3::int - 1, $4::int) FROM generate_series(1, $4::int, $3::int) AS n`,
        [offerId, batchId, CODES_PER_CHANGE, inBatch],
      );
    }
    await client.query('VACUUM ANALYZE');
    return ids;
  } finally {
    await client.end();
  }
}

const EVENTS_PER_COMMIT = 5_000;

/** Redemptions as events alone: what is sent, without the hours that a counter needs for so many. */
async function fillLedger(folder: string, offerId: string, couponIds: readonly string[]): Promise<void> {
  const logger = { info() {}, warn() {}, error() {} };
  const keys = fileKeyStore(path.join(folder, 'data.key'), { logger, random: systemRandom });
  const key = await keys.load('ledger');
  if (!key.ok || key.value === undefined) throw new Error('the ledger has no key');
  const opened = openLedger(path.join(folder, 'data'), key.value);
  if (!opened.ok) throw new Error(opened.error.detail);
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
  const store = createStore(opened.value, { sha256, newId: () => randomUUID() });
  for (let start = 0; start < couponIds.length; start += EVENTS_PER_COMMIT) {
    store.transact((tx) => {
      for (const couponId of couponIds.slice(start, start + EVENTS_PER_COMMIT))
        tx.append('redemption.redeemed', redeemed(couponId, offerId), { at: Date.now() });
    });
  }
  store.close();
}

/** Locations that join, send a day's redemptions and ask for news, all at once. */
async function syncLedgers(
  centre: CentreProcess,
  offerId: string,
  couponIds: readonly string[],
  count: number,
): Promise<number> {
  const wire = {
    ports: { now: () => Date.now() },
    async call(method: 'GET' | 'POST', target: string, body?: unknown, headers: Record<string, string> = {}) {
      const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
      if (Object.keys(given).length === 0) return centre.call(method, target, body);
      const response = await fetch(centre.url + target, {
        method,
        headers: { ...given, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: String(body) }),
      });
      return { status: response.status, body: await response.json(), headers: {} };
    },
  };
  // A device needs the calls and the clock of a test centre, and nothing else of it.
  const devices = await Promise.all(
    Array.from({ length: count }, () => enrolDevice(wire as never, `Shop ${randomUUID()}`)),
  );
  devices.forEach((device, i) => {
    const own = couponIds.slice(i * REDEMPTIONS_PER_LEDGER, (i + 1) * REDEMPTIONS_PER_LEDGER);
    for (const couponId of own) device.append('redemption.redeemed', redeemed(couponId, offerId));
  });
  return seconds(() =>
    Promise.all(
      devices.map(async (device) => {
        const pushed = await device.push();
        if (pushed.status !== 200) throw new Error(`push: ${JSON.stringify(pushed.body)}`);
        const pulled = await device.pull('1.999999999');
        if (pulled.status !== 200) throw new Error(`pull: ${JSON.stringify(pulled.body)}`);
      }),
    ),
  );
}
