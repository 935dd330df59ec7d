import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium, type Page } from '@playwright/test';
import { build } from '../build/build.ts';
import { chromiumArgs, chromiumPath } from '../test/e2e/chromium.ts';
import { signIn } from '../test/e2e/desk.ts';
import type { OpenTill } from '../test/e2e/till.ts';
import { offerDraft } from '../till/testing/offer-drafts.ts';
import { callerOf, managerSession, openDemoTill } from './hosted-till.ts';
import type { BenchOptions, Report } from './run.ts';

const NAME = 'ui';
const CODES = 1_000_000;
const STARTS = 5;
const SCROLL_MS = 6_000;
const POLL_MS = 500;

/** The web host as it ships, a window of Chromium on it, and a ledger with a million codes. */
export async function run(report: Report, { quick }: BenchOptions): Promise<void> {
  const codes = quick ? 20_000 : CODES;
  const scans = quick ? 15 : 200;
  const row = (metric: string, value: number, unit: string, n: number) =>
    report({ name: NAME, metric, value, unit, n });

  build(['renderer', 'web']);
  const folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-bench-ui-'));
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumArgs });
  let till: OpenTill | undefined;
  try {
    till = await openDemoTill(browser, folder);
    const { batchId, sample } = await fill(till, codes, scans);
    await till.close();

    const starts: number[] = [];
    for (let i = 0; i < STARTS; i++) {
      const began = performance.now();
      till = await openDemoTill(browser, folder);
      await till.page.getByRole('button', { name: /^Kim/ }).waitFor();
      starts.push(performance.now() - began);
      if (i < STARTS - 1) await till.close();
    }
    row('window_usable_ms', quantile(starts, 0.5), 'ms', STARTS);
    const load = await firstLoad(till.page);
    row('first_load_js_gz_kb', load.bytes / 1_000, 'kB', load.files);

    await signIn(till.page, 'Marco');
    const paints = await scanAll(till.page, sample);
    row('scan_to_paint_p50_ms', quantile(paints, 0.5), 'ms', paints.length);
    row('scan_to_paint_p99_ms', quantile(paints, 0.99), 'ms', paints.length);

    const frames = await scroll(till.page, batchId);
    row('scroll_1e6_p99_frame_ms', quantile(frames, 0.99), 'ms', frames.length);
    row('scroll_1e6_longest_frame_ms', Math.max(...frames), 'ms', frames.length);
  } finally {
    await till?.close();
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A batch as a manager makes it, through the host's own door, and some of its codes. */
async function fill(till: OpenTill, count: number, scans: number) {
  const call = callerOf(till);
  const session = await managerSession(call);
  const { offer } = await call('offers.create', { requestId: randomUUID(), draft: offerDraft() }, session);
  const { id: batchId } = await call(
    'batches.create',
    {
      requestId: randomUUID(),
      offerId: offer.id,
      name: 'Bench',
      count,
      format: { kind: 'crockford', length: 10 },
    },
    session,
  );
  for (;;) {
    const batch = await call('batches.get', { batchId }, session);
    if (batch.state === 'live') break;
    if (batch.progress?.stopped !== undefined) throw new Error(`stopped: ${batch.progress.stopped}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const sample: string[] = [];
  for (let i = 0; i < scans; i++) {
    // Spread over the whole batch: neighbours would be in the same pages of the disk.
    const cursor = String(Math.floor((i / scans) * (count - 1)));
    const { codes } = await call('batches.codes', { batchId, limit: 1, cursor }, session);
    sample.push(codes[0]?.code.replaceAll('-', '') ?? '');
  }
  return { batchId, sample };
}

async function firstLoad(page: Page): Promise<{ bytes: number; files: number }> {
  const scripts = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map((entry) => entry.name)
      .filter((name) => name.endsWith('.js')),
  );
  let bytes = 0;
  for (const script of scripts) bytes += gzipSync(await (await fetch(script)).arrayBuffer()).length;
  return { bytes, files: scripts.length };
}

/** From the Enter that a scanner sends to the frame that shows the answer, in the window's own clock. */
async function scanAll(page: Page, codes: readonly string[]): Promise<number[]> {
  await page.getByTestId('result').waitFor();
  const paints: number[] = [];
  for (const code of codes) {
    paints.push(await page.evaluate(scanInPage, code));
    await page.keyboard.press('Escape');
    await page.waitForTimeout(60);
  }
  return paints;
}

async function scanInPage(code: string): Promise<number> {
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const press = (key: string, timeStamp: number) => {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
    // Keys carry the time when they came in.
    Object.defineProperty(event, 'timeStamp', { value: timeStamp });
    document.body.dispatchEvent(event);
  };
  for (const digit of '2000') {
    press(digit, performance.now());
    await pause(60);
  }
  await pause(200);
  for (const char of code) {
    press(char, performance.now());
    await pause(5);
  }
  const painted = new Promise<number>((resolve) => {
    const observer = new MutationObserver(() => {
      if (document.querySelector('[data-testid=result][data-tone=go]') === null) return;
      observer.disconnect();
      // The message after an animation frame comes when that frame was handed to the screen.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now());
        port2.postMessage(undefined);
      });
    });
    observer.observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  const sent = performance.now();
  press('Enter', sent);
  return (await painted) - sent;
}

/** Frame after frame through the list of all codes, and jumps as somebody makes who drags the bar. */
async function scroll(page: Page, batchId: string): Promise<number[]> {
  await page.evaluate((id) => {
    window.location.hash = `/batches/${id}`;
  }, batchId);
  await page.getByTestId('code-rows').locator('code').first().waitFor();
  return page.evaluate(async (forMs) => {
    const list = document.querySelector('[data-testid=code-rows]');
    if (list === null) throw new Error('no list');
    const frames: number[] = [];
    const began = performance.now();
    let last = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
    let frame = 0;
    while (performance.now() - began < forMs) {
      frame += 1;
      if (frame % 90 === 0) list.scrollTop = (list.scrollHeight * ((frame * 37) % 100)) / 100;
      else list.scrollTop += 180;
      const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
      frames.push(now - last);
      last = now;
    }
    return frames;
  }, SCROLL_MS);
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] as number;
}
