import { randomBytes } from 'node:crypto';
import { displayCode } from '../shared/codes/display-code.ts';
import { generateCodes } from '../shared/codes/generate-code.ts';
import { renderLabelSheet } from '../till/printing/labels.ts';
import type { BenchOptions, Report } from './run.ts';

const LABELS = 10_000;
const QUICK_LABELS = 500;

/** 10,000 different codes on sheets of 30, from codes in memory to the last byte of the PDF. */
export async function run(report: Report, { quick }: BenchOptions): Promise<void> {
  const n = quick ? QUICK_LABELS : LABELS;
  const codes = generateCodes({ kind: 'crockford', length: 10 }, n, (count) => randomBytes(count));
  if (!codes.ok) throw new Error('the code space is too small');
  const labels = codes.value.map((code) => ({
    display: displayCode(code),
    qrText: code,
    title: 'Summer sale: 10 % off',
    subtitle: 'From 25.00 EUR, not with other offers',
    expiry: 'Valid until 31.12.2026',
  }));

  let bytes = 0;
  let peakBytes = process.memoryUsage.rss();
  const start = performance.now();
  const rendered = await renderLabelSheet(
    { template: '5160', startAt: 1, outline: false, labels, title: 'Bench', madeAt: new Date() },
    {
      write(chunk) {
        bytes += chunk.length;
        peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
      },
    },
  );
  const seconds = (performance.now() - start) / 1_000;
  if (!rendered.ok || rendered.value.labels !== n || bytes === 0) throw new Error('the sheet is incomplete');

  report({ name: 'labels', metric: 'labels_10k_s', value: seconds, unit: 's', n });
  report({ name: 'labels', metric: 'labels_10k_rss_mb', value: peakBytes / 2 ** 20, unit: 'MB', n });
  report({ name: 'labels', metric: 'labels_pdf_mb', value: bytes / 2 ** 20, unit: 'MB', n });
}
