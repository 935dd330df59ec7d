import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { requireSystemTools } from './system-tools.ts';

/**
 * `npm test`: types, lint, architecture, unit, integration, contract, simulation and e2e tests, one after the other,
 * so that their output and their timing stay readable on two cores. Ends with `N passed, N failed[, N skipped]`.
 *
 * `npm test -- NAME…` runs only the named steps; `npm run test:long` sets LONG=1, which each test reads as "more".
 */

type Tally = { passed: number; failed: number; skipped: number };
type Step = { readonly name: string; run(workDir: string): Promise<Tally> };

const LONG_LANE = '--long';
const isLong = process.argv.includes(LONG_LANE);
if (isLong) process.env.LONG = '1';

const root = path.resolve(import.meta.dirname, '..');
const bin = (relative: string): string => path.join(root, 'node_modules', relative);

async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal ? 1 : (code ?? 1)));
  });
}

const runNode = (args: readonly string[], env?: NodeJS.ProcessEnv) => run(process.execPath, args, env);

/** A check that passes or fails as one. */
function check(name: string, args: readonly string[]): Step {
  return {
    name,
    async run() {
      const passed = (await runNode(args)) === 0;
      return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
    },
  };
}

/** A run that reports nothing readable has failed, whatever its exit code. */
function readReport<T>(file: string): T | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined;
}

type VitestReport = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  success: boolean;
};

function vitest(name: string, args: readonly string[]): Step {
  return {
    name,
    async run(workDir) {
      const file = path.join(workDir, `${name}.json`);
      const code = await runNode([
        bin('vitest/vitest.mjs'),
        'run',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${file}`,
        ...args,
      ]);
      const report = readReport<VitestReport>(file);
      if (!report) return { passed: 0, failed: 1, skipped: 0 };
      // A file that fails to load fails no test, only the run.
      const failed = report.numFailedTests === 0 && code !== 0 ? 1 : report.numFailedTests;
      return { passed: report.numPassedTests, failed, skipped: report.numPendingTests };
    },
  };
}

type PlaywrightReport = { stats: { expected: number; unexpected: number; flaky: number; skipped: number } };

function playwright(name: string, host: 'web' | 'electron', args: readonly string[]): Step {
  return {
    name,
    async run(workDir) {
      const file = path.join(workDir, `${name}.json`);
      const code = await runNode([bin('@playwright/test/cli.js'), 'test', '--reporter=list,json', ...args], {
        HOST: host,
        PLAYWRIGHT_JSON_OUTPUT_NAME: file,
      });
      const report = readReport<PlaywrightReport>(file);
      if (!report) return { passed: 0, failed: 1, skipped: 0 };
      const { expected, unexpected, flaky, skipped } = report.stats;
      // A test that passed only when tried again is not a passing test.
      const failed = unexpected + flaky === 0 && code !== 0 ? 1 : unexpected + flaky;
      return { passed: expected, failed, skipped };
    },
  };
}

const steps: readonly Step[] = [
  check('types', [bin('typescript/bin/tsc'), '-b']),
  check('lint', [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']),
  check('architecture', ['build/check-architecture.ts']),
  check('unused', [bin('knip/bin/knip.js')]),
  check('build', ['build/build.ts']),
  vitest('vitest', []),
  playwright('e2e-web', 'web', []),
  playwright('e2e-electron', 'electron', ['--grep', '@smoke']),
  check('package', ['build/package.ts', '--check']),
  // Ten million codes: the figures are for reading, and a ledger that does not take them fails.
  ...(isLong ? [check('bench-redeem', ['bench/run.ts', 'redeem'])] : []),
];

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    console.error(
      `no such step: ${unknown.join(', ')}; there are ${steps.map((step) => step.name).join(', ')}`,
    );
    return 2;
  }
  requireSystemTools();
  const total: Tally = { passed: 0, failed: 0, skipped: 0 };
  const workDir = mkdtempSync(path.join(tmpdir(), 'counterfoil-test-'));
  const summary: string[] = [];
  try {
    for (const step of steps) {
      if (names.length > 0 && !names.includes(step.name)) continue;
      console.log(`\n== ${step.name}`);
      const startedMs = performance.now();
      const tally = await step.run(workDir);
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      total.passed += tally.passed;
      total.failed += tally.failed;
      total.skipped += tally.skipped;
      summary.push(
        `${step.name.padEnd(14)} ${seconds.padStart(6)} s  ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`,
      );
    }
  } finally {
    rmSync(workDir, { recursive: true, force: true });
  }
  console.log(`\n${summary.join('\n')}\n`);
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2).filter((name) => name !== LONG_LANE));
