import { parseArgs } from 'node:util';
import { type GuardName, guardNames } from '../../shared/redemption/guards.ts';
import { type FaultName, faultNames, isFaultName } from './faults.ts';
import type { Violation } from './invariants.ts';
import { openCentreStore } from './sim-centre.ts';
import { type Simulated, simulate } from './simulate.ts';

/** `npm run sim`: seeds of the deterministic simulation, their summary, and exit code 1 when anything was violated. */

const USAGE = `npm run sim -- --seeds A..B [--faults NAME,…] [--without GUARD] [--list-guards] [--json] [--trace]
faults: ${faultNames.join(', ')}`;
const DEFAULT_SEEDS = '1..20';
const MAX_SEEDS = 1_000_000;

type Options = {
  readonly from: number;
  readonly to: number;
  readonly faults: readonly FaultName[] | undefined;
  readonly without: GuardName | undefined;
  readonly json: boolean;
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
  return { from, to, faults, without, json: values.json, trace: values.trace };
}

type Summary = {
  seeds: number;
  ledgers: number;
  operations: number;
  redemptions: number;
  refusals: number;
  incidents: number;
  faults: Partial<Record<FaultName, number>>;
  violations: Pick<Violation, 'seed' | 'step' | 'invariant'>[];
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

async function run({ from, to, faults, without, json, trace }: Options): Promise<number> {
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
  const guards = without && { without: new Set([without]) };
  const store = await openCentreStore();
  try {
    for (let seed = from; seed <= to; seed++) {
      const done = await simulate(seed, {
        store,
        faults,
        guards,
        print: trace ? (line) => console.log(line) : undefined,
      });
      add(summary, done);
      for (const { step, invariant, detail } of done.violations) {
        console.log(`seed ${seed}, step ${step}: ${invariant}: ${detail}`);
      }
      if (!json)
        console.log(`seed ${seed} ${done.violations.length === 0 ? 'held' : 'FAILED'} ${done.digest}`);
      // Without a guard one failure is what was asked for.
      if (without && done.violations.length > 0) break;
    }
  } finally {
    await store.close();
  }
  if (!json) print(summary);
  else console.log(JSON.stringify(summary));
  return summary.violations.length === 0 ? 0 : 1;
}

function print(summary: Summary): void {
  const { seeds, ledgers, operations, redemptions, refusals, incidents, faults, violations } = summary;
  console.log(`\n${seeds} seeds, ${ledgers} ledgers, ${operations} operations`);
  console.log(`${redemptions} redemptions, ${refusals} refusals, ${incidents} incidents`);
  for (const [name, count] of Object.entries(faults)) console.log(`  ${name.padEnd(22)} ${count}`);
  console.log(`${violations.length} violations`);
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
