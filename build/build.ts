import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { TargetName } from './vite.targets.ts';

/**
 * Builds what ships into `dist/`, each target only when its sources changed since. `npm start` and the e2e tests
 * call it every time: with nothing to do it takes a few hundredths of a second, since Vite is not even loaded.
 */
type Target = { readonly name: TargetName; readonly sources: readonly string[] };

const core = ['shared', 'db', 'till'];
const targets: readonly Target[] = [
  { name: 'renderer', sources: ['renderer', 'shared', 'till/host/page.ts'] },
  { name: 'web', sources: ['web', ...core] },
  { name: 'electron', sources: ['electron', ...core] },
  { name: 'preload', sources: ['electron/preload', 'shared'] },
];

/** They change what any target becomes. */
const everywhere = ['package.json', 'package-lock.json', 'build/vite.targets.ts'];
const STAMP = '.built-from';
const NOT_BUILT = /\.(test|spec)\.tsx?$/;

const root = path.resolve(import.meta.dirname, '..');

export const distDir = path.join(root, 'dist');

/**
 * Brings these targets up to date. Vite runs in a process of its own, for a till that was started by this one would
 * otherwise keep its hundreds of megabytes.
 * @throws Error when a target cannot be built; what is wrong was printed
 */
export function build(names: readonly TargetName[]): void {
  const stale = names.filter((name) => staleStamp(targetOf(name)) !== undefined);
  if (stale.length === 0) return;
  console.error(`Building ${stale.join(', ')} …`);
  const { status } = spawnSync(process.execPath, [import.meta.filename, ...stale], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error('The build failed; its messages are above.');
}

function targetOf(name: string): Target {
  const target = targets.find((one) => one.name === name);
  if (!target)
    throw new Error(`there is no target ${name}; there are ${targets.map((one) => one.name).join(', ')}`);
  return target;
}

/** What to remember a target's sources by, when it was not built from them. */
function staleStamp(target: Target): string | undefined {
  const stamp = sourceStamp(target);
  const file = path.join(distDir, target.name, STAMP);
  return existsSync(file) && readFileSync(file, 'utf8') === stamp ? undefined : stamp;
}

/** Built beside and put in place whole: a till that starts meanwhile sees the old one or the new one. */
async function buildTarget(target: Target, stamp: string): Promise<void> {
  const [vite, { targetConfig }] = await Promise.all([import('vite'), import('./vite.targets.ts')]);
  const beside = path.join(distDir, `.${target.name}-${process.pid}`);
  const old = `${beside}-old`;
  const final = path.join(distDir, target.name);
  mkdirSync(distDir, { recursive: true });
  try {
    await vite.build(targetConfig(target.name, root, beside));
    writeFileSync(path.join(beside, STAMP), stamp);
    if (existsSync(final)) renameSync(final, old);
    renameSync(beside, final);
  } finally {
    rmSync(beside, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}

function sourceStamp(target: Target): string {
  const hash = createHash('sha256');
  for (const source of [...everywhere, ...target.sources]) {
    for (const file of filesBelow(path.join(root, source))) {
      hash
        .update(`${path.relative(root, file)}\0`)
        .update(readFileSync(file))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

function filesBelow(place: string): string[] {
  if (statSync(place).isFile()) return [place];
  const entries = readdirSync(place, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !NOT_BUILT.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

async function buildStale(names: readonly string[]): Promise<void> {
  const wanted = names.length > 0 ? names.map(targetOf) : targets;
  for (const target of wanted) {
    const stamp = staleStamp(target);
    if (stamp !== undefined) await buildTarget(target, stamp);
  }
}

if (import.meta.main) {
  try {
    await buildStale(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
