import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

/** One figure. `metric` names are stable: dashboards and docs refer to them. */
export type BenchRow = { name: string; metric: string; value: number; unit: string; n: number };
export type Report = (row: BenchRow) => void;
export type BenchOptions = {
  /** Fewer samples, to see that the bench runs at all; such figures are not for the record. */
  readonly quick: boolean;
};
type BenchModule = { run(report: Report, options: BenchOptions): Promise<void> };

const NOT_A_BENCH = new Set(['run.ts', 'hosted-till.ts', 'frames.ts']);

function benchNames(): string[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !NOT_A_BENCH.has(file))
    .map((file) => path.basename(file, '.ts'))
    .sort();
}

function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const dirty = git('status', '--porcelain', '--untracked-files=no').trim() !== '';
    return git('rev-parse', '--short', 'HEAD').trim() + (dirty ? '+' : '');
  } catch {
    return 'unknown';
  }
}

async function main(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  const quick = args.includes('--quick');
  const wanted = args.filter((arg) => !arg.startsWith('--'));
  const names = benchNames();
  const unknown = [
    ...args.filter((arg) => arg.startsWith('--') && arg !== '--json' && arg !== '--quick'),
    ...wanted.filter((name) => !names.includes(name)),
  ];
  if (unknown.length > 0) {
    console.error(
      `unknown: ${unknown.join(', ')}. Usage: npm run bench -- [${names.join('|')}…] [--json] [--quick]`,
    );
    return 2;
  }
  const at = commit();
  const report: Report = (row) => {
    if (json) console.log(JSON.stringify({ ...row, commit: at }));
    else
      console.log(
        `${row.name.padEnd(10)} ${row.metric.padEnd(34)} ${formatValue(row.value).padStart(14)} ${row.unit}  (n=${row.n})`,
      );
  };
  for (const name of wanted.length > 0 ? wanted : names) {
    const bench = (await import(`./${name}.ts`)) as BenchModule;
    await bench.run(report, { quick });
  }
  return 0;
}

function formatValue(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}

process.exitCode = await main(process.argv.slice(2));
