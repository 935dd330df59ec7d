// Runs one command of the project with the project's own Node, after making sure that its packages are installed.
// Dependency-free, and plain JavaScript: it runs before anything is installed, on whatever Node is there.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled, projectNode } from './install.mjs';

const PARENT_CHECK_MS = 500;

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What each command runs, with the arguments that always go first. */
const commands = {
  start: ['build/start.ts'],
  test: ['build/test.ts'],
  'test:long': ['build/test.ts', '--long'],
  build: ['build/build.ts'],
  central: ['central/main.ts'],
  vectors: ['test/vectors/run.ts'],
  sim: ['test/simulation/run.ts'],
  bench: ['bench/run.ts'],
  audit: ['till/audit-cli.ts'],
  restore: ['till/restore-cli.ts'],
  keys: ['till/keys-cli.ts'],
  package: ['build/package.ts'],
  screens: ['test/screens/run.ts'],
};

/** @param {string[]} argv command, then its arguments */
export async function main(argv) {
  const [name, ...args] = argv;
  if (name === undefined || !Object.hasOwn(commands, name)) {
    const problem = name === undefined ? 'Which command?' : `There is no command "${name}".`;
    console.error(`${problem} Commands: ${Object.keys(commands).join(', ')}.`);
    process.exit(2);
  }
  const [entry, ...firstArgs] = commands[name];
  if (!existsSync(join(root, entry))) {
    console.error(`The command "${name}" is not part of this checkout: ${entry} is missing.`);
    process.exit(2);
  }
  try {
    await ensureInstalled(root);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
  run([join(root, entry), ...firstArgs, ...args]);
}

/**
 * The terminal sends Ctrl+C to parent and child alike; a signal that comes to this process alone (from a
 * supervisor, or `kill`) is passed on, so that the child can close its ledger.
 */
function run(nodeArgs) {
  const node = projectNode(root);
  const child = spawn(node, nodeArgs, {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` },
  });
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  stopWithNpm(child);
  child.on('error', (error) => {
    console.error(`The project's own Node could not be started (${node}): ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
  });
}

/** npm does not pass every signal on, and passes none when it is killed: a till must not outlive it unseen. */
function stopWithNpm(child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    child.kill('SIGTERM');
  }, PARENT_CHECK_MS);
  timer.unref();
}
