import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { type Browser, chromium, type Page } from '@playwright/test';
import { build } from '../build/build.ts';
import { generateCodes } from '../shared/codes/generate-code.ts';
import { normaliseCode } from '../shared/codes/normalise-code.ts';
import { MAX_PART_BYTES } from '../shared/contracts/operations/imports.ts';
import { chromiumArgs, chromiumPath } from '../test/e2e/chromium.ts';
import { signIn } from '../test/e2e/desk.ts';
import type { OpenTill } from '../test/e2e/till.ts';
import { systemClock } from '../till/system-ports.ts';
import { findBatch } from '../till/testing/batch-when-done.ts';
import { offerDraft } from '../till/testing/offer-drafts.ts';
import { openShop } from '../till/testing/test-core.ts';
import { framesDuring } from './frames.ts';
import { callerOf, managerSession, openDemoTill, peakMemoryMb } from './hosted-till.ts';
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
  row('generate_1e6_longest_wait_ms', ledger.longestWaitMs, 'ms', ledger.waits);
  const imported = await inLedger((shop, offerId) => importCodes(shop, offerId, codes));
  row('import_1e6_s', imported, 's');

  build(['renderer', 'web']);
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumArgs });
  const frames = (metric: string, seen: readonly number[]) =>
    row(metric, Math.max(...seen), 'ms', seen.length);
  const memory = (metric: string, till: OpenTill) => {
    const mb = peakMemoryMb(till);
    if (mb !== undefined) row(metric, mb, 'MB');
  };
  try {
    await inWindow(browser, async (till) => {
      const batch = await framesOfBatch(till, n);
      frames('generate_1e6_longest_frame_ms', batch.frames);
      memory('generate_1e6_rss_mb', till);
      frames('labels_10k_longest_frame_ms', await framesOfLabels(till, batch.id));
    });
    await inWindow(browser, async (till, folder) => {
      const file = path.join(folder, 'codes.csv');
      writeFileSync(file, csvOf(codes));
      frames('import_1e6_longest_frame_ms', await framesOfImport(till.page, file, n));
      memory('import_1e6_rss_mb', till);
    });
  } finally {
    await browser.close();
  }
}

async function inWindow(
  browser: Browser,
  work: (till: OpenTill, folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-bench-codes-'));
  const till = await openDemoTill(browser, folder);
  try {
    await work(till, folder);
  } finally {
    await till.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const WINDOW_POLL_MS = 250;
const LONGEST_MS = 300_000;

/** The list of batches is on the screen, with the progress of the one that is made. */
async function framesOfBatch(till: OpenTill, count: number): Promise<{ id: string; frames: number[] }> {
  const call = callerOf(till);
  const session = await managerSession(call);
  const { offer } = await call('offers.create', { requestId: randomUUID(), draft: offerDraft() }, session);
  await signIn(till.page, 'Marco');
  await open(till.page, '/batches');
  let id = '';
  const frames = await framesDuring(till.page, async () => {
    const name = 'Bench';
    const format = { kind: 'crockford', length: 10 } as const;
    const request = { requestId: randomUUID(), offerId: offer.id, name, count, format };
    ({ id } = await call('batches.create', request, session));
    for (;;) {
      const batch = await call('batches.get', { batchId: id }, session);
      if (batch.state === 'live') return;
      if (batch.progress?.stopped) throw new Error(`the batch stands still: ${batch.progress.stopped}`);
      await sleep(WINDOW_POLL_MS);
    }
  });
  return { id, frames };
}

/** As many labels as one PDF takes, from the button to the file that is kept. */
async function framesOfLabels(till: OpenTill, batchId: string): Promise<number[]> {
  await open(till.page, `/batches/${batchId}`);
  const make = till.page.getByRole('button', { name: 'Make PDF' });
  await make.waitFor();
  return framesDuring(till.page, () => till.savedFile(() => make.click()).then(() => undefined));
}

/** As a manager imports: a file is chosen, checked, and taken. */
async function framesOfImport(page: Page, file: string, count: number): Promise<number[]> {
  await signIn(page, 'Marco');
  await open(page, '/batches/import');
  return framesDuring(page, async () => {
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByRole('combobox', { name: 'Offer', exact: false }).click({ timeout: LONGEST_MS });
    await page.getByRole('option').first().click();
    await page.getByRole('button', { name: 'Check the file' }).click();
    const take = page.getByRole('button', { name: `Import ${count.toLocaleString('en-GB')} codes` });
    await take.click({ timeout: LONGEST_MS });
    await page.getByText('The codes are valid.').waitFor({ timeout: LONGEST_MS });
  });
}

async function open(page: Page, place: string): Promise<void> {
  await page.evaluate((hash) => {
    window.location.hash = hash;
  }, place);
  await page.waitForTimeout(WINDOW_POLL_MS);
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
  // The work in the background paces itself by the time that passes, and ids begin with it: at one moment for all, they
  // would be in no order, which costs what no ledger pays.
  shop.clock.monotonicMs = () => systemClock.monotonicMs();
  shop.clock.now = () => systemClock.now();
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
  for (;;) {
    const asked = performance.now();
    await nextTurn();
    const batch = await findBatch(shop, id);
    longestWaitMs = Math.max(longestWaitMs, performance.now() - asked);
    waits += 1;
    if (batch.state === 'live') break;
    if (batch.progress?.stopped) throw new Error(`the batch stands still: ${batch.progress.stopped}`);
  }
  return { seconds: (performance.now() - start) / 1_000, longestWaitMs, waits };
}

function csvOf(codes: readonly string[]): string {
  return `code,note\r\n${codes.map((code) => `${code},"card, printed"`).join('\r\n')}\r\n`;
}

/** A CSV file sent in parts, read, and its codes valid. */
async function importCodes(shop: Shop, offerId: string, codes: readonly string[]) {
  const file = Buffer.from(csvOf(codes));
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
  for (;;) {
    await sleep(POLL_MS);
    const { state, report } = await shop.ok('imports.get', { importId }, shop.session);
    if (state === 'done' && report?.good === codes.length) break;
    if (state === 'failed' || state === 'uploaded') throw new Error(`the import ended as ${state}`);
  }
  return (performance.now() - start) / 1_000;
}
