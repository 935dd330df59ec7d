import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generateCodes } from '../shared/codes/generate-code.ts';
import { normaliseCode } from '../shared/codes/normalise-code.ts';
import { MAX_BATCH_CODES } from '../shared/contracts/operations/batches.ts';
import { offerDraft } from '../till/testing/offer-drafts.ts';
import { openShop } from '../till/testing/test-core.ts';
import type { BenchOptions, Report } from './run.ts';

const NAME = 'codes';
const CODES = 1_000_000;
const QUICK_CODES = 20_000;
const READINGS = 100_000;

/** Codes drawn in memory, then as batches in an encrypted ledger on this disk, whole or not at all, events included. */
export async function run(report: Report, { quick }: BenchOptions): Promise<void> {
  const n = quick ? QUICK_CODES : CODES;
  const row = (metric: string, value: number, unit: string, count = n) =>
    report({ name: NAME, metric, value, unit, n: count });

  const { seconds, codes } = drawInMemory(n);
  row('draw_1e6_s', seconds, 's');
  row('read_entry_us', readEntries(codes), 'us', READINGS);

  const ledger = await generateInLedger(n);
  row('generate_1e6_s', ledger.seconds, 's');
  row('generate_1e6_rss_mb', ledger.peakMb, 'MB');
  row('generate_longest_batch_s', ledger.longestBatchSeconds, 's', Math.ceil(n / MAX_BATCH_CODES));
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

async function generateInLedger(n: number) {
  // On the disk that a ledger would be on: memory would flatter the figure.
  const folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-bench-codes-'));
  const shop = await openShop({ folder });
  try {
    const { offer } = await shop.ok(
      'offers.create',
      { requestId: randomUUID(), draft: offerDraft() },
      shop.session,
    );
    let peakBytes = process.memoryUsage.rss();
    let longestMs = 0;
    const start = performance.now();
    for (let made = 0; made < n; made += MAX_BATCH_CODES) {
      const batchStart = performance.now();
      await shop.ok(
        'batches.create',
        {
          requestId: randomUUID(),
          offerId: offer.id,
          name: `Bench ${made}`,
          count: Math.min(MAX_BATCH_CODES, n - made),
          format: { kind: 'crockford', length: 10 },
        },
        shop.session,
      );
      longestMs = Math.max(longestMs, performance.now() - batchStart);
      peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
    }
    const seconds = (performance.now() - start) / 1_000;
    return { seconds, longestBatchSeconds: longestMs / 1_000, peakMb: peakBytes / 2 ** 20 };
  } finally {
    await shop.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
