import {
  type CaseFile,
  conventionsOf,
  type Outcome,
  type Profile,
  Untranslatable,
  type VectorCase,
} from './case-file.ts';
import { contradicted, standing } from './conventions.ts';
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
  for (const [index, vector] of file.cases.entries()) {
    if (isCase(vector)) enter(report, vector, file.profile ?? {});
    else
      report.failed.push({
        id: `case ${index}`,
        difference: 'it is no case: id, kind, input and expect are missing',
      });
  }
  return report;
}

/** The file was written by somebody else: nothing of it is known before it was looked at. */
function isCase(vector: unknown): vector is VectorCase {
  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
  if (!isObject(vector)) return false;
  const { id, kind, input, expect } = vector as Partial<VectorCase>;
  return typeof id === 'string' && typeof kind === 'string' && isObject(input) && isObject(expect);
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
    const known = standing(convention);
    if (typeof known === 'string') continue;
    listIn(report.skipped, `"${convention}": ${known.skipped}`).push(vector.id);
    return;
  }
  const outcome = judge(() => kind(vector, profile));
  if (outcome.status === 'passed') {
    report.passed += 1;
    if (conventions.length > 0) report.conventionPassed += 1;
    return;
  }
  const contradiction = contradicted.get(vector.id);
  if (contradiction !== undefined) {
    listIn(report.skipped, contradiction).push(vector.id);
    return;
  }
  const difference = outcome.status === 'failed' ? outcome.difference : outcome.reason;
  // A habit that nobody has decided on yet, and that makes a difference, is said by its name. Where all habits of a
  // case are taken over, or it has none, nothing excuses it.
  const unlisted = conventions.find((convention) => standing(convention) === 'unlisted');
  const cannotBeSaid = outcome.status === 'unsupported' ? conventions[0] : undefined;
  const excuse = unlisted ?? cannotBeSaid;
  if (excuse === undefined) report.failed.push({ id: vector.id, difference });
  else
    listIn(
      report.skipped,
      `"${excuse}": ${unlisted === undefined ? difference : 'not among the options'}`,
    ).push(vector.id);
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
