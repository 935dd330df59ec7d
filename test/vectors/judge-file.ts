import {
  type CaseFile,
  conventionsOf,
  type Outcome,
  type Profile,
  Untranslatable,
  type VectorCase,
} from './case-file.ts';
import { skippedConvention } from './conventions.ts';
import { kinds } from './kinds.ts';

export type Report = {
  passed: number;
  withConvention: number;
  conventionPassed: number;
  readonly failed: { readonly id: string; readonly difference: string }[];
  /** Ids by reason. */
  readonly skipped: Map<string, string[]>;
  /** Ids by kind that nothing here judges yet. */
  readonly notYet: Map<string, string[]>;
};

export function judgeFile(file: CaseFile): Report {
  const report: Report = {
    passed: 0,
    withConvention: 0,
    conventionPassed: 0,
    failed: [],
    skipped: new Map(),
    notYet: new Map(),
  };
  for (const vector of file.cases) enter(report, vector, file.profile ?? {});
  return report;
}

function enter(report: Report, vector: VectorCase, profile: Profile): void {
  const kind = kinds[vector.kind];
  if (kind === undefined) {
    listIn(report.notYet, vector.kind).push(vector.id);
    return;
  }
  const conventions = conventionsOf(vector);
  if (conventions.length > 0) report.withConvention += 1;
  for (const convention of conventions) {
    const reason = skippedConvention(convention);
    if (reason === undefined) continue;
    listIn(report.skipped, `"${convention}": ${reason}`).push(vector.id);
    return;
  }
  const outcome = judge(() => kind(vector, profile));
  switch (outcome.status) {
    case 'passed':
      report.passed += 1;
      if (conventions.length > 0) report.conventionPassed += 1;
      return;
    case 'unsupported':
      // Without a convention nothing excuses a case: it holds for any sane engine.
      if (conventions.length === 0) report.failed.push({ id: vector.id, difference: outcome.reason });
      else listIn(report.skipped, `"${conventions[0]}": ${outcome.reason}`).push(vector.id);
      return;
    case 'failed':
      report.failed.push({ id: vector.id, difference: outcome.difference });
  }
}

function judge(run: () => Outcome): Outcome {
  try {
    return run();
  } catch (error) {
    if (error instanceof Untranslatable) return { status: 'unsupported', reason: error.message };
    return {
      status: 'failed',
      difference: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

function listIn(map: Map<string, string[]>, key: string): string[] {
  let ids = map.get(key);
  if (ids === undefined) {
    ids = [];
    map.set(key, ids);
  }
  return ids;
}
