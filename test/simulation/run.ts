import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type GuardName, guardNames } from '../../shared/redemption/guards.ts';
import { type FaultName, faultNames, isFaultName } from './faults.ts';
import { invariants } from './found.ts';
import { openSeedPool, type SeedResult } from './seed-pool.ts';
import { openCentreStore } from './sim-centre.ts';
import { type Simulated, simulate } from './simulate.ts';

/** `npm run sim`: seeds of the deterministic simulation, their summary, and exit code 1 when anything was violated. */

const USAGE = `npm run sim -- --seeds A..B [--faults NAME,…] [--without GUARD] [--list-guards] [--json] [--jobs N] [--trace]
faults: ${faultNames.join(', ')}`;
const DEFAULT_SEEDS = '1..20';
const MAX_SEEDS = 1_000_000;
const MAX_JOBS = 64;

type Options = {
  readonly from: number;
  readonly to: number;
  readonly faults: readonly FaultName[] | undefined;
  readonly without: GuardName | undefined;
  readonly json: boolean;
  readonly jobs: number;
  /** Everything that happens, line by line, in this process. */
  readonly trace: boolean;
};

class UsageError extends Error {}

function readOptions(args: readonly string[]): Options | 'list' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string', default: DEFAULT_SEEDS },
      faults: { type: 'string' },
      without: { type: 'string' },
      'list-guards': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      jobs: { type: 'string', default: String(availableParallelism()) },
      trace: { type: 'boolean', default: false },
    },
  });
  if (values['list-guards']) return 'list';
  const match = /^(\d+)(?:\.\.(\d+))?$/.exec(values.seeds);
  const from = Number(match?.[1]);
  const to = Number(match?.[2] ?? match?.[1]);
  if (!match || to < from || to - from >= MAX_SEEDS)
    throw new UsageError(`not a range of seeds: ${values.seeds}`);
  const faults = values.faults?.split(',').map((name) => {
    if (!isFaultName(name)) throw new UsageError(`no such fault: ${name}`);
    return name;
  });
  const without = guardNames.find((name) => name === values.without);
  if (values.without !== undefined && !without) throw new UsageError(`no such guard: ${values.without}`);
  const jobs = Number(values.jobs);
  if (!Number.isSafeInteger(jobs) || jobs < 1 || jobs > MAX_JOBS)
    throw new UsageError(`not a number of processes from 1 to ${MAX_JOBS}: ${values.jobs}`);
  return { from, to, faults, without, jobs, json: values.json, trace: values.trace };
}

type Summary = {
  seeds: number;
  ledgers: number;
  operations: number;
  redemptions: number;
  refusals: number;
  incidents: number;
  faults: Partial<Record<FaultName, number>>;
  violations: { seed: number; step: number; invariant: (typeof checkedNames)[number] }[];
};

function add(summary: Summary, { ledgers, counts, violations }: Simulated): void {
  summary.seeds++;
  summary.ledgers += ledgers;
  summary.operations += counts.operations;
  summary.redemptions += counts.redemptions;
  summary.refusals += counts.refusals;
  summary.incidents += counts.incidents;
  for (const fault of faultNames) {
    const count = counts.faults[fault] ?? 0;
    if (count > 0) summary.faults[fault] = (summary.faults[fault] ?? 0) + count;
  }
  for (const { seed, step, invariant } of violations) summary.violations.push({ seed, step, invariant });
}

async function run(options: Options): Promise<number> {
  const summary: Summary = {
    seeds: 0,
    ledgers: 0,
    operations: 0,
    redemptions: 0,
    refusals: 0,
    incidents: 0,
    faults: {},
    violations: [],
  };
  for await (const result of results(options)) {
    if ('crashed' in result) {
      console.log(`seed ${result.seed} CRASHED ${result.crashed}`);
      summary.seeds++;
      summary.violations.push({ seed: result.seed, step: 0, invariant: 'no_crash' });
    } else {
      const { done } = result;
      add(summary, done);
      for (const { seed, step, invariant, detail } of done.violations)
        console.log(`seed ${seed}, step ${step}: ${invariant}: ${detail}`);
      if (!options.json)
        console.log(`seed ${done.seed} ${done.violations.length === 0 ? 'held' : 'FAILED'} ${done.digest}`);
    }
    // Without a guard one failure is what was asked for.
    if (options.without && summary.violations.length > 0) break;
  }
  if (!options.json) print(summary);
  else console.log(JSON.stringify(summary));
  return summary.violations.length === 0 ? 0 : 1;
}

/** In the order of the seeds, whichever is done first. */
async function* results({ from, to, faults, without, jobs, trace }: Options): AsyncGenerator<SeedResult> {
  if (trace) {
    const store = await openCentreStore();
    const guards = without && { without: new Set([without]) };
    try {
      for (let seed = from; seed <= to; seed++) {
        const print = (line: string) => console.log(line);
        yield { seed, done: await simulate(seed, { store, faults, guards, print }) };
      }
    } finally {
      await store.close();
    }
    return;
  }
  const pool = openSeedPool(Math.min(jobs, to - from + 1));
  try {
    const running: Promise<SeedResult>[] = [];
    let ahead = from;
    for (let seed = from; seed <= to; seed++) {
      while (ahead <= to && running.length < jobs * AHEAD)
        running.push(pool.run({ seed: ahead++, faults, without }));
      const next = running.shift();
      if (next) yield await next;
    }
  } finally {
    await pool.close();
  }
}

/** Seeds given out for each process, so that none waits for a slow one. */
const AHEAD = 4;

/** `no_crash`: nothing throws that no refusal explains. */
const checkedNames = [...invariants, 'no_crash'] as const;

function print(summary: Summary): void {
  const { seeds, ledgers, operations, redemptions, refusals, incidents, faults, violations } = summary;
  console.log(`\n${seeds} seeds, ${ledgers} ledgers, ${operations} operations`);
  console.log(`${redemptions} redemptions, ${refusals} refusals, ${incidents} incidents`);
  for (const [name, count] of Object.entries(faults)) console.log(`  ${name.padEnd(22)} ${count}`);
  console.log(`${violations.length} violations`);
  for (const invariant of checkedNames) {
    const count = violations.filter((one) => one.invariant === invariant).length;
    console.log(`  ${invariant.padEnd(22)} ${count}`);
  }
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'list') for (const name of guardNames) console.log(name);
  else process.exitCode = await run(options);
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof TypeError)) throw error;
  console.error(`${error.message}\n${USAGE}`);
  process.exitCode = 2;
}
