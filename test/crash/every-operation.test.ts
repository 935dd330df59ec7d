import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyKey, KEY_BYTES } from '../../db/cipher.ts';
import { migrate, SCHEMA_VERSION, schemaVersionOf } from '../../db/migrate.ts';
import { ledgerPaths, openLedger, openLedgerReadOnly } from '../../db/open.ts';
import { loadIdentity, prepareReads } from '../../db/store.ts';
import { readAnchor } from '../../till/anchor/anchor.ts';
import { auditLedger } from '../../till/audit/audit-ledger.ts';
import { listBackups } from '../../till/backup/backups.ts';
import { fileKeyStore } from '../../till/keys/file-key-store.ts';
import { chooseKey } from '../../till/keys/key-in-use.ts';
import { fileAnchorStore, systemClock, systemRandom } from '../../till/system-ports.ts';
import { basketOf50, offerDraft } from '../../till/testing/offer-drafts.ts';
import { ADMIN_PIN, openShop, openTestTill } from '../../till/testing/test-core.ts';
import { bundle } from './bundle-till.ts';

/** What changes files: everything that decides which file is which, and every write of a page. */
const STRUCTURE = 'rename,link,unlink,unlinkat,fsync,fdatasync,ftruncate,mkdir';
const WRITES = 'pwrite64';
/** In the long lane the process is killed at each of them. */
const STRUCTURE_KILLS = process.env.LONG === '1' ? Number.POSITIVE_INFINITY : 12;
const WRITE_KILLS = process.env.LONG === '1' ? 200 : 4;
const REDEMPTIONS = 6;
const SHELL_KILLED = 137;
const OLDEST_SCHEMA = 10;

const hasStrace = spawnSync('strace', ['-V']).status === 0;
const logger = { info() {}, warn() {}, error() {} };

let program: Awaited<ReturnType<typeof bundle>>;
let folder: string;
let original: string;
let operatorId: string;
let redeemed: readonly string[];

beforeAll(async () => {
  if (!hasStrace) return;
  program = await bundle('one-step');
  folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-kill-'));
  original = path.join(folder, 'original');
  mkdirSync(original);
  const keys = fileKeyStore(`${original}.key`, { logger, random: systemRandom });
  const clock = { ...systemClock, nowMs: 0, monotonic: 0 };
  const shop = await openShop({ dataDir: original, keys, anchor: fileAnchorStore(original), clock });
  operatorId = shop.adminId;
  const draft = offerDraft({ limits: { total: 100 } });
  await shop.ok('offers.create', { requestId: randomUUID(), draft, sharedCode: 'LIMITED' }, shop.session);
  const ids: string[] = [];
  for (let i = 0; i < REDEMPTIONS; i++) {
    const basketId = randomUUID();
    await shop.ok('redemption.check', { basketId, basket: basketOf50, codes: ['LIMITED'] }, shop.session);
    const done = await shop.ok('redemption.confirm', { basketId }, shop.session);
    ids.push(done.redemptions[0]?.id ?? '');
  }
  redeemed = ids;
  await shop.core.close();
});

afterAll(() => {
  if (!hasStrace) return;
  program.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** A copy of the ledger with its key and anchor. */
function freshCopy(from = original): string {
  const dataDir = path.join(folder, randomUUID());
  mkdirSync(dataDir);
  for (const name of readdirSync(from)) copyFileSync(path.join(from, name), path.join(dataDir, name));
  for (const suffix of ['.key', '.anchor-a', '.anchor-b']) {
    copyFileSync(`${from}${suffix}`, `${dataDir}${suffix}`);
  }
  return dataDir;
}

function remove(dataDir: string): void {
  for (const suffix of ['', '.key', '.anchor-a', '.anchor-b', '-backups', '.trace']) {
    rmSync(`${dataDir}${suffix}`, { recursive: true, force: true });
  }
}

function run(step: string, dataDir: string, strace: readonly string[]) {
  const args = ['-f', '-qq', ...strace, process.execPath, program.file, step, dataDir, operatorId, ADMIN_PIN];
  return spawnSync('strace', args, { encoding: 'utf8' });
}

type Moment = { readonly call: string; readonly nth: number };

/** Every call that one thread makes at most when nobody kills it: strace counts each kind by itself. */
function momentsOf(step: string, calls: string, from: string): Moment[] {
  const dataDir = freshCopy(from);
  const trace = `${dataDir}.trace`;
  const done = run(step, dataDir, ['-e', `trace=${calls}`, '-o', trace]);
  if (!done.stdout.includes('done')) throw new Error(`${step} does not end: ${done.stderr}`);
  const perThread = new Map<string, number>();
  const most = new Map<string, number>();
  for (const line of readFileSync(trace, 'utf8').split('\n')) {
    const [, thread, call] = /^(\d+)\s+(\w+)\(/.exec(line) ?? [];
    if (thread === undefined || call === undefined) continue;
    const count = (perThread.get(`${thread} ${call}`) ?? 0) + 1;
    perThread.set(`${thread} ${call}`, count);
    most.set(call, Math.max(count, most.get(call) ?? 0));
  }
  remove(dataDir);
  return [...most].flatMap(([call, count]) =>
    Array.from({ length: count }, (_, i) => ({ call, nth: i + 1 })),
  );
}

/** All of them, or so many spread over all. */
function spread<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))] as T);
}

async function mustBeWhole(dataDir: string, about: string): Promise<void> {
  const keys = fileKeyStore(`${dataDir}.key`, { logger, random: systemRandom });
  // A start settles what was cut off, and the next one finds nothing left to settle.
  for (let i = 0; i < 2; i++) {
    const clock = { ...systemClock, nowMs: 0, monotonic: 0 };
    const till = await openTestTill({ dataDir, keys, anchor: fileAnchorStore(dataDir), clock });
    expect(await till.ok('app.status', {}), about).toMatchObject({ phase: 'ready', faults: [] });
    await till.core.close();
  }
  expect(await keys.load('next'), about).toEqual({ ok: true, value: undefined });
  const chosen = await chooseKey({ keys, random: systemRandom, dataDir });
  if (!chosen.ok) throw new Error(`${about}: ${chosen.error.code}`);
  const opened = openLedgerReadOnly(dataDir, chosen.value.key);
  if (!opened.ok) throw new Error(`${about}: ${opened.error.detail}`);
  try {
    const read = prepareReads(drizzle({ client: opened.value.database }));
    const audit = auditLedger({ read, identity: loadIdentity(read) }, readAnchor(fileAnchorStore(dataDir)));
    expect(audit, about).toMatchObject({ ok: true, value: { redemptions: REDEMPTIONS } });
    expect(
      read.redemptions
        .newest(Number.MAX_SAFE_INTEGER, 100)
        .map((row) => row.id)
        .reverse(),
    ).toEqual(redeemed);
    expect(opened.value.database.pragma('integrity_check', { simple: true }), about).toBe('ok');
  } finally {
    opened.value.close();
  }
  const left = readdirSync(dataDir).filter((name) => !/^ledger\.(db(-wal|-shm)?|lock|key-check)$/.test(name));
  expect(left, about).toEqual([]);
  for (const { fileName } of listBackups(dataDir)) {
    const backup = new Database(path.join(`${dataDir}-backups`, fileName), { readonly: true });
    applyKey(backup, chosen.value.key);
    expect(backup.pragma('integrity_check', { simple: true }), about).toBe('ok');
    backup.close();
  }
}

type Check = (dataDir: string, about: string) => Promise<void>;

async function killEverywhere(step: string, from: string, check: Check): Promise<number> {
  let kills = 0;
  for (const [calls, most] of [
    [STRUCTURE, STRUCTURE_KILLS],
    [WRITES, WRITE_KILLS],
  ] as const) {
    for (const { call, nth } of spread(momentsOf(step, calls, from), most)) {
      const dataDir = freshCopy(from);
      const inject = `inject=${call}:signal=KILL:when=${nth}`;
      const died = run(step, dataDir, ['-e', `trace=${calls}`, '-e', inject, '-o', '/dev/null']);
      if (died.signal === 'SIGKILL' || died.status === SHELL_KILLED) kills += 1;
      await check(dataDir, `${step}, killed at ${call} ${nth}`);
      remove(dataDir);
    }
  }
  return kills;
}

/** The ledger as the first program made it: everything else is migrations. */
async function oldestLedger(): Promise<string> {
  const dataDir = path.join(folder, 'oldest');
  mkdirSync(dataDir);
  const key = systemRandom.bytes(KEY_BYTES);
  await fileKeyStore(`${dataDir}.key`, { logger, random: systemRandom }).save('ledger', key);
  const database = new Database(ledgerPaths(dataDir).database);
  applyKey(database, key);
  database.pragma('journal_mode = wal');
  migrate(database, OLDEST_SCHEMA);
  database.exec("INSERT INTO meta VALUES ('kept', 'as it was')");
  database.close();
  for (const slot of ['a', 'b']) copyFileSync(`${original}.anchor-${slot}`, `${dataDir}.anchor-${slot}`);
  return dataDir;
}

async function mustBeMigrated(dataDir: string, about: string): Promise<void> {
  const loaded = await fileKeyStore(`${dataDir}.key`, { logger, random: systemRandom }).load('ledger');
  const key = loaded.ok ? loaded.value : undefined;
  if (!key) throw new Error(`${about}: the key is gone`);
  const opened = openLedger(dataDir, key);
  if (!opened.ok) throw new Error(`${about}: ${opened.error.detail}`);
  const { database } = opened.value;
  try {
    expect(schemaVersionOf(database), about).toBe(SCHEMA_VERSION);
    expect(schemaOf(database), about).toEqual(newestSchema());
    expect(database.prepare("SELECT value FROM meta WHERE key = 'kept'").pluck().get()).toBe('as it was');
    expect(database.pragma('integrity_check', { simple: true }), about).toBe('ok');
  } finally {
    opened.value.close();
  }
}

const schemaOf = (database: Database.Database) =>
  database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all();

function newestSchema(): unknown {
  const database = new Database(':memory:');
  migrate(database);
  const schema = schemaOf(database);
  database.close();
  return schema;
}

/** A ledger whose newest redemptions are in its log alone, and a backup from before them. */
async function restorable(): Promise<{ readonly dataDir: string; readonly ids: readonly string[] }> {
  const working = freshCopy();
  const keys = fileKeyStore(`${working}.key`, { logger, random: systemRandom });
  const clock = { ...systemClock, nowMs: 0, monotonic: 0 };
  const till = await openTestTill({ dataDir: working, keys, anchor: fileAnchorStore(working), clock });
  const { session } = await till.ok('session.signIn', { operatorId, pin: ADMIN_PIN });
  const { fileName } = await till.ok('backup.now', {}, session);
  copyFileSync(path.join(`${working}-backups`, fileName), path.join(folder, 'restorable.backup'));
  const ids = [...redeemed];
  for (let i = 0; i < 3; i++) {
    const basketId = randomUUID();
    await till.ok('redemption.check', { basketId, basket: basketOf50, codes: ['LIMITED'] }, session);
    ids.push((await till.ok('redemption.confirm', { basketId }, session)).redemptions[0]?.id ?? '');
  }
  // As a kill leaves it: closing would move the log into the file.
  const dataDir = freshCopy(working);
  await till.core.close();
  remove(working);
  expect(statSync(path.join(dataDir, 'ledger.db-wal')).size).toBeGreaterThan(0);
  return { dataDir, ids };
}

/** The ledger from before stands, or the backup does and the ledger is beside it: no redemption is nowhere. */
async function mustHoldAll(dataDir: string, ids: readonly string[], about: string): Promise<void> {
  const keys = fileKeyStore(`${dataDir}.key`, { logger, random: systemRandom });
  const clock = { ...systemClock, nowMs: 0, monotonic: 0 };
  const till = await openTestTill({ dataDir, keys, anchor: fileAnchorStore(dataDir), clock });
  expect(await till.ok('app.status', {}), about).toMatchObject({ phase: 'ready' });
  await till.core.close();
  const key = await keys.load('ledger');
  if (!key.ok || !key.value) throw new Error(`${about}: the key is gone`);
  const names = readdirSync(dataDir).filter((name) => /^ledger\.db(\.replaced-\d+)?$/.test(name));
  const found = names.map((name) => {
    const database = new Database(path.join(dataDir, name));
    applyKey(database, Uint8Array.from(key.value ?? []));
    expect(database.pragma('integrity_check', { simple: true }), about).toBe('ok');
    const read = prepareReads(drizzle({ client: database }));
    const rows = read.redemptions.newest(Number.MAX_SAFE_INTEGER, 100);
    database.close();
    return rows.map(({ id }) => id).reverse();
  });
  expect(found, about).toContainEqual(ids);
  expect(found.length === 1 || found.some((one) => one.length === REDEMPTIONS), about).toBe(true);
}

describe.skipIf(!hasStrace)('a process killed at any of its file operations', () => {
  const timeoutMs = process.env.LONG === '1' ? 1_800_000 : 180_000;

  it.each(['rotate', 'backup'])(
    'leaves a whole ledger: %s',
    async (step) => {
      expect(await killEverywhere(step, original, mustBeWhole)).toBeGreaterThan(5);
    },
    timeoutMs,
  );

  it(
    'leaves every redemption in the ledger or in the one beside it: restore',
    async () => {
      const { dataDir, ids } = await restorable();
      const check: Check = (copy, about) => mustHoldAll(copy, ids, about);
      expect(await killEverywhere('restore', dataDir, check)).toBeGreaterThan(5);
    },
    timeoutMs,
  );

  it(
    'leaves the older schema or a newer one, never half of one',
    async () => {
      const oldest = await oldestLedger();
      expect(await killEverywhere('open', oldest, mustBeMigrated)).toBeGreaterThan(5);
    },
    timeoutMs,
  );
});
