import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { judgeFile, type Report } from './judge-file.ts';
import { notImplemented } from './not-implemented.ts';

/**
 * Runs case files through the product: `npm run vectors -- FILE…`. Prints what failed, what was skipped and why, which
 * kinds have no counterpart yet, and last `N passed, N failed, N skipped`. Exits 1 when a case failed.
 */
function main(paths: readonly string[]): number {
  if (paths.length === 0) {
    console.error('usage: npm run vectors -- FILE…');
    return 2;
  }
  const total: Report = {
    passed: 0,
    withConvention: 0,
    conventionPassed: 0,
    failed: [],
    skipped: new Map(),
    notYet: new Map(),
  };
  for (const path of paths) {
    const content = readCases(path);
    if (content === undefined) return 2;
    // Notes about the cases lie beside them and match the same patterns.
    if (!Array.isArray(content?.cases)) {
      console.log(`${basename(path)}: holds no cases`);
      continue;
    }
    const report = judgeFile(content);
    const skipped = count(report.skipped);
    console.log(
      `${basename(path)}: ${report.passed} passed, ${report.failed.length} failed, ${skipped} skipped`,
    );
    for (const failure of report.failed) console.log(`  FAILED ${failure.id}: ${failure.difference}`);
    add(total, report);
  }
  for (const [reason, ids] of total.skipped) console.log(`skipped ${ids.length}: ${reason}`);
  for (const [kind, ids] of total.notYet) {
    const reason = notImplemented[kind];
    console.log(`not yet ${ids.length}: kind ${kind}${reason === undefined ? '' : `: ${reason}`}`);
  }
  if (total.withConvention > 0) {
    const share = ((100 * total.conventionPassed) / total.withConvention).toFixed(1);
    console.log(
      `cases with a convention: ${total.conventionPassed} of ${total.withConvention} passed (${share} %)`,
    );
  }
  console.log(`${total.passed} passed, ${total.failed.length} failed, ${count(total.skipped)} skipped`);
  return total.failed.length > 0 ? 1 : 0;
}

/** Undefined: it cannot be read, which was said. */
function readCases(path: string) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    console.error(`${basename(path)}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function count(lists: ReadonlyMap<string, readonly string[]>): number {
  let sum = 0;
  for (const ids of lists.values()) sum += ids.length;
  return sum;
}

function add(total: Report, report: Report): void {
  total.passed += report.passed;
  total.withConvention += report.withConvention;
  total.conventionPassed += report.conventionPassed;
  total.failed.push(...report.failed);
  for (const [reason, ids] of report.skipped)
    total.skipped.set(reason, [...(total.skipped.get(reason) ?? []), ...ids]);
  for (const [kind, ids] of report.notYet)
    total.notYet.set(kind, [...(total.notYet.get(kind) ?? []), ...ids]);
}

process.exitCode = main(process.argv.slice(2));
