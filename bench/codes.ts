import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { generateCodes } from '../shared/codes/generate-code.ts';
import { normaliseCode } from '../shared/codes/normalise-code.ts';
import { MAX_PART_BYTES } from '../shared/contracts/operations/imports.ts';
import { systemClock } from '../till/system-ports.ts';
import { findBatch } from '../till/testing/batch-when-done.ts';
import { offerDraft } from '../till/testing/offer-drafts.ts';
import { openShop } from '../till/testing/test-core.ts';
import type { BenchOptions, Report } from './run.ts';

const NAME = 'codes';
const CODES = 1_000_000;
const QUICK_CODES = 20_000;
const READINGS = 100_000;
const POLL_MS = 50;

type Shop = Awaited<ReturnType<typeof openShop>>;

/** Codes drawn in memory, then as one batch in an encrypted ledger on this disk, events included. */
export async function run(report: Report, { quick }: BenchOptions): Promise<void> {
  const n = quick ? QUICK_CODES : CODES;
  const row = (metric: string, value: number, unit: string, count = n) =>
    report({ name: NAME, metric, value, unit, n: count });

  const { seconds, codes } = drawInMemory(n);
  row('draw_1e6_s', seconds, 's');
  row('read_entry_us', readEntries(codes), 'us', READINGS);

  const ledger = await inLedger((shop, offerId) => generateBatch(shop, offerId, n));
  row('generate_1e6_s', ledger.seconds, 's');
  row('generate_1e6_rss_mb', ledger.peakMb, 'MB');
  row('generate_1e6_longest_wait_ms', ledger.longestWaitMs, 'ms', ledger.waits);

  const imported = await inLedger((shop, offerId) => importCodes(shop, offerId, codes));
  row('import_1e6_s', imported.seconds, 's');
  row('import_1e6_rss_mb', imported.peakMb, 'MB');
}

function drawInMemory(n: number): { seconds: number; codes: readonly string[] } {
  const start = performance.now();
  const made = generateCodes({ kind: 'crockford', length: 10 }, n, (count) => randomBytes(count));
  const seconds = (performance.now() - start) / 1_000;
  if (!made.ok) throw new Error('the code space is too small');
  return { seconds, codes: made.value };
}

/** Mean time to read a code as a scanner sends it. */
function readEntries(codes: readonly string[]): number {
  const start = performance.now();
  for (let i = 0; i < READINGS; i++) {
    const reading = normaliseCode(`${codes[i % codes.length]}\r`);
    if (!reading.ok) throw new Error('a generated code is read');
  }
  return ((performance.now() - start) * 1_000) / READINGS;
}

async function inLedger<T>(work: (shop: Shop, offerId: string) => Promise<T>): Promise<T> {
  // On the disk that a ledger would be on: memory would flatter the figure.
  const folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-bench-codes-'));
  const shop = await openShop({ folder });
  // The work in the background paces itself by the time that passes.
  shop.clock.monotonicMs = () => systemClock.monotonicMs();
  try {
    const { offer } = await shop.ok(
      'offers.create',
      { requestId: randomUUID(), draft: offerDraft() },
      shop.session,
    );
    return await work(shop, offer.id);
  } finally {
    await shop.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** From the call to the last code being valid; meanwhile another call asks again and again, as a cashier would. */
async function generateBatch(shop: Shop, offerId: string, count: number) {
  const start = performance.now();
  const { id } = await shop.ok(
    'batches.create',
    {
      requestId: randomUUID(),
      offerId,
      name: 'Bench',
      count,
      format: { kind: 'crockford', length: 10 },
    },
    shop.session,
  );
  let longestWaitMs = 0;
  let waits = 0;
  let peakBytes = 0;
  for (;;) {
    const asked = performance.now();
    await nextTurn();
    const batch = await findBatch(shop, id);
    longestWaitMs = Math.max(longestWaitMs, performance.now() - asked);
    waits += 1;
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
    if (batch.state === 'live') break;
    if (batch.progress?.stopped) throw new Error(`the batch stands still: ${batch.progress.stopped}`);
  }
  return { seconds: (performance.now() - start) / 1_000, longestWaitMs, waits, peakMb: peakBytes / 2 ** 20 };
}

/** A CSV file sent in parts, read, and its codes valid. */
async function importCodes(shop: Shop, offerId: string, codes: readonly string[]) {
  const file = Buffer.from(`code,note\r\n${codes.map((code) => `${code},"card, printed"`).join('\r\n')}\r\n`);
  const importId = randomUUID();
  const start = performance.now();
  await shop.ok('imports.begin', { importId, fileName: 'codes.csv', bytes: file.length }, shop.session);
  for (let offset = 0; offset < file.length; offset += MAX_PART_BYTES) {
    const base64 = file.subarray(offset, offset + MAX_PART_BYTES).toString('base64');
    await shop.ok('imports.upload', { importId, offset, base64 }, shop.session);
  }
  const { columns, hasHeader } = await shop.ok('imports.preview', { importId }, shop.session);
  const settings = { offerId, name: 'Bench', hasHeader, columns, usesPerCode: 1 };
  await shop.ok('imports.run', { importId, settings, dryRun: false }, shop.session);
  let peakBytes = 0;
  for (;;) {
    await sleep(POLL_MS);
    const { state, report } = await shop.ok('imports.get', { importId }, shop.session);
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
    if (state === 'done' && report?.good === codes.length) break;
    if (state === 'failed' || state === 'uploaded') throw new Error(`the import ended as ${state}`);
  }
  return { seconds: (performance.now() - start) / 1_000, peakMb: peakBytes / 2 ** 20 };
}
