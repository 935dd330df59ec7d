import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { endianness, tmpdir } from 'node:os';
import path from 'node:path';
import { openLedger } from '../db/open.ts';
import { createStore } from '../db/store.ts';
import { generateCodes } from '../shared/codes/generate-code.ts';
import { uuidV7 } from '../shared/kernel/ids.ts';
import { backupFolder } from '../till/backup/backups.ts';
import { findCoupon } from '../till/redemption/find-coupon.ts';
import { systemClock } from '../till/system-ports.ts';
import { basketOf50, offerDraft } from '../till/testing/offer-drafts.ts';
import { ADMIN_PIN, openShop, type TestTill } from '../till/testing/test-core.ts';
import type { BenchOptions, Report } from './run.ts';

const NAME = 'redeem';
const SMALL = 1_000;
const LARGE = 1_000_000;
/** In the long lane alone: filling it takes minutes. */
const HUGE = 10_000_000;
const BLOCK = 4_096;
/** What the log writes before each page. */
const FRAME_HEADER = 24;
const MAX_FRAME_AT = 16;
const TICK_MS = 5;
/** So many pages are in the file before the first flush is timed: no redemption writes as many. */
const PREALLOCATED = 64;
const CODES_PER_COMMIT = 50_000;

/**
 * Redeeming single-use codes in an encrypted ledger on this disk, each answer durable, with raw flushes of the same
 * disk in between: both see the same minutes of the same machine.
 */
export async function run(report: Report, { quick }: BenchOptions): Promise<void> {
  const large = quick ? 20_000 : LARGE;
  const samples = quick ? 200 : 3_000;
  const small = await measure(SMALL, quick ? 200 : 900);
  const big = await measure(large, samples, DURING_BACKUP);
  const row = (metric: string, value: number, unit: string, n: number) =>
    report({ name: NAME, metric, value, unit, n });

  row('fsync_p50_us', quantile(big.flushes, 0.5), 'us', big.flushes.length);
  row('fsync_p99_us', quantile(big.flushes, 0.99), 'us', big.flushes.length);
  row('redeem_p50_us', quantile(big.confirms, 0.5), 'us', samples);
  row('redeem_p99_us', quantile(big.confirms, 0.99), 'us', samples);
  row('redeem_p50_over_fsync', quantile(big.confirms, 0.5) / quantile(big.flushes, 0.5), 'x', samples);
  row('redeem_p99_over_fsync', quantile(big.confirms, 0.99) / quantile(big.flushes, 0.99), 'x', samples);
  row('log_pages_p50', quantile(big.pages, 0.5), 'pages', big.pages.length);
  row('fsync_same_pages_p50_us', quantile(big.sameBytes, 0.5), 'us', big.sameBytes.length);
  row('fsync_same_pages_p99_us', quantile(big.sameBytes, 0.99), 'us', big.sameBytes.length);
  row('redeem_p50_over_same_pages', quantile(big.confirms, 0.5) / quantile(big.sameBytes, 0.5), 'x', samples);
  row(
    'redeem_p99_over_same_pages',
    quantile(big.confirms, 0.99) / quantile(big.sameBytes, 0.99),
    'x',
    samples,
  );
  row('reserve_p50_us', quantile(big.checks, 0.5), 'us', samples);
  row('reserve_p99_us', quantile(big.checks, 0.99), 'us', samples);
  row('lookup_p50_us', quantile(big.lookups, 0.5), 'us', big.lookups.length);
  row('lookup_p99_us', quantile(big.lookups, 0.99), 'us', big.lookups.length);
  row('redeem_growth_1e3_1e6', quantile(big.confirms, 0.5) / quantile(small.confirms, 0.5), 'x', samples);
  row('file_bytes_per_code', big.bytesPerCode, 'B', large);
  row('backup_1e6_s', big.backupMs / 1_000, 's', 1);
  row('redeem_during_backup_p50_us', quantile(big.duringBackup, 0.5), 'us', big.duringBackup.length);
  row('redeem_during_backup_p99_us', quantile(big.duringBackup, 0.99), 'us', big.duringBackup.length);
  row('new_key_1e6_stall_ms', big.newKeyStallMs, 'ms', 1);
  if (process.env.LONG !== '1') return;
  const huge = await measure(HUGE, samples);
  row('redeem_1e7_p50_us', quantile(huge.confirms, 0.5), 'us', samples);
  row('redeem_1e7_p99_us', quantile(huge.confirms, 0.99), 'us', samples);
  row('lookup_1e7_p99_us', quantile(huge.lookups, 0.99), 'us', huge.lookups.length);
  row('redeem_growth_1e3_1e7', quantile(huge.confirms, 0.5) / quantile(small.confirms, 0.5), 'x', samples);
  row('file_bytes_per_code_1e7', huge.bytesPerCode, 'B', HUGE);
}

type Figures = {
  readonly flushes: number[];
  /** Pages that each redemption wrote into the log. */
  readonly pages: number[];
  /** Writing as many raw pages as the redemption before, and one flush. */
  readonly sameBytes: number[];
  readonly checks: number[];
  readonly confirms: number[];
  readonly lookups: number[];
  readonly bytesPerCode: number;
  /** Redemptions while a backup was being made, in microseconds. */
  readonly duringBackup: number[];
  readonly backupMs: number;
  readonly newKeyStallMs: number;
};

/** Codes kept for redeeming during the backup; a fast disk makes it before they are used up. */
const DURING_BACKUP = 2_000;

async function measure(count: number, samples: number, during = 0): Promise<Figures> {
  // On the disk that a ledger would be on: memory would flatter every figure.
  const folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-bench-'));
  let till: TestTill | undefined;
  try {
    const shop = await openShop({ folder, clock: realClock() });
    till = shop;
    const { offer } = await shop.ok(
      'offers.create',
      { requestId: randomUUID(), draft: offerDraft() },
      shop.session,
    );
    await shop.core.close();
    const { codes, lookups, bytesPerCode } = fill(shop, offer.id, count, samples + during);
    till = await shop.reopen();
    const { session } = await till.ok('session.signIn', { operatorId: shop.adminId, pin: ADMIN_PIN });
    const redeemed = await redeemAll(till, session, codes.slice(0, samples), folder);
    const upkeep = await redeemDuringBackup(till, session, codes.slice(samples));
    return { ...redeemed, ...upkeep, lookups, bytesPerCode };
  } finally {
    await till?.close();
    for (const left of [folder, backupFolder(folder)]) rmSync(left, { recursive: true, force: true });
  }
}

/** The clock of the machine, as the tests' clock. */
function realClock() {
  return {
    nowMs: 0,
    monotonic: 0,
    now: () => systemClock.now(),
    monotonicMs: () => systemClock.monotonicMs(),
  };
}

/** Writes the codes straight into the store, looks many of them up, and picks some for redeeming. */
function fill(till: TestTill, offerId: string, count: number, samples: number) {
  const key = till.keys.get('ledger');
  const opened = key && openLedger(till.dataDir, key);
  if (!opened?.ok) throw new Error('the bench ledger does not open');
  const store = createStore(opened.value, {
    sha256: (bytes) => createHash('sha256').update(bytes).digest(),
    newId: (now) => uuidV7(now, randomBytes(10)),
  });
  try {
    const made = generateCodes({ kind: 'crockford', length: 10 }, count, randomBytes);
    if (!made.ok) throw new Error('no such many codes');
    // As the till itself puts large batches in: the index grows at its end.
    const codes = made.value.toSorted();
    const batchId = randomUUID();
    const createdAt = Date.now();
    store.transact((tx) =>
      tx.write.batches.insert({
        id: batchId,
        offerId,
        name: 'Bench',
        format: { kind: 'crockford', length: 10 },
        count,
        origin: 'here',
        createdAt,
        createdBy: 'bench',
        requestId: null,
      }),
    );
    for (let start = 0; start < count; start += CODES_PER_COMMIT) {
      store.transact((tx) => {
        codes.slice(start, start + CODES_PER_COMMIT).forEach((code, i) => {
          tx.write.coupons.insert({
            id: uuidV7(createdAt, randomBytes(10)),
            code,
            offerId,
            batchId,
            serial: start + i + 1,
            maxUses: 1,
            home: 'here',
            issuedAt: createdAt,
          });
        });
      });
    }
    store.checkpoint();
    const pick = () => codes[Math.floor(Math.random() * codes.length)] as string;
    const lookups: number[] = [];
    for (let i = 0; i < Math.max(2_000, samples * 5); i++) {
      const code = pick();
      lookups.push(timed(() => findCoupon(store.read, code, createdAt)));
    }
    const chosen = new Set<string>();
    while (chosen.size < Math.min(samples, count)) chosen.add(pick());
    const bytes = statSync(path.join(till.dataDir, 'ledger.db')).size;
    return { codes: [...chosen], lookups, bytesPerCode: bytes / count };
  } finally {
    store.close();
  }
}

async function redeemAll(till: TestTill, session: string, codes: readonly string[], folder: string) {
  const file = openSync(path.join(folder, 'flush.bin'), 'w');
  const block = randomBytes(BLOCK);
  for (let page = 0; page < PREALLOCATED; page++) writeSync(file, block, 0, BLOCK, page * BLOCK);
  fdatasyncSync(file);
  const flushes: number[] = [];
  const checks: number[] = [];
  const confirms: number[] = [];
  const pages: number[] = [];
  const sameBytes: number[] = [];
  try {
    for (const code of codes) {
      flushes.push(
        timed(() => {
          writeSync(file, block, 0, BLOCK, 0);
          fdatasyncSync(file);
        }),
      );
      // As between two customers: timers get their turn.
      await new Promise((resolve) => setImmediate(resolve));
      const basketId = randomUUID();
      let start = performance.now();
      await till.ok('redemption.check', { basketId, basket: basketOf50, codes: [code] }, session);
      checks.push((performance.now() - start) * 1_000);
      const framesBefore = framesInLog(till);
      start = performance.now();
      await till.ok('redemption.confirm', { basketId }, session);
      confirms.push((performance.now() - start) * 1_000);
      const written = framesInLog(till) - framesBefore;
      // The log begins anew after a checkpoint.
      if (written <= 0) continue;
      pages.push(written);
      sameBytes.push(
        timed(() => {
          for (let page = 0; page < written; page++) {
            writeSync(file, block, 0, FRAME_HEADER, page * (BLOCK + FRAME_HEADER));
            writeSync(file, block, 0, BLOCK, page * (BLOCK + FRAME_HEADER) + FRAME_HEADER);
          }
          fdatasyncSync(file);
        }),
      );
    }
  } finally {
    closeSync(file);
  }
  return { flushes, checks, confirms, pages, sameBytes };
}

/** From the index of the log: how many pages it holds (https://www.sqlite.org/walformat.html, `mxFrame`). */
function framesInLog(till: TestTill): number {
  const index = openSync(path.join(till.dataDir, 'ledger.db-shm'), 'r');
  try {
    const bytes = Buffer.alloc(4);
    readSync(index, bytes, 0, 4, MAX_FRAME_AT);
    return endianness() === 'LE' ? bytes.readUInt32LE() : bytes.readUInt32BE();
  } finally {
    closeSync(index);
  }
}

/** A backup, customers who do not wait for it, and a new key, for which everybody waits. */
async function redeemDuringBackup(till: TestTill, session: string, codes: readonly string[]) {
  const duringBackup: number[] = [];
  const startMs = performance.now();
  let backupMs = 0;
  const backup = till.ok('backup.now', {}, session).then(() => {
    backupMs = performance.now() - startMs;
  });
  for (const code of codes) {
    if (backupMs > 0) break;
    await new Promise((resolve) => setImmediate(resolve));
    const basketId = randomUUID();
    await till.ok('redemption.check', { basketId, basket: basketOf50, codes: [code] }, session);
    const start = performance.now();
    await till.ok('redemption.confirm', { basketId }, session);
    duringBackup.push((performance.now() - start) * 1_000);
  }
  await backup;
  // How long nothing else runs; the backup under the new key that follows holds nobody up.
  let newKeyStallMs = 0;
  let tickedAt = performance.now();
  const ticks = setInterval(() => {
    newKeyStallMs = Math.max(newKeyStallMs, performance.now() - tickedAt);
    tickedAt = performance.now();
  }, TICK_MS);
  await till.ok('keys.rotate', { pin: ADMIN_PIN }, session);
  // The timer that was kept waiting fires after the answer is there.
  await new Promise((resolve) => setTimeout(resolve, 10 * TICK_MS));
  clearInterval(ticks);
  return { duringBackup, backupMs, newKeyStallMs };
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) * 1_000;
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] as number;
}
