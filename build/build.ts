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

export async function build(names: readonly TargetName[]): Promise<void> {
  const stale = targets.filter((target) => names.includes(target.name)).flatMap(staleness);
  if (stale.length === 0) return;
  console.error(`Building ${stale.map(({ target }) => target.name).join(', ')} …`);
  for (const { target, stamp } of stale) await buildTarget(target, stamp);
}

function staleness(target: Target): { target: Target; stamp: string }[] {
  const stamp = sourceStamp(target);
  const file = path.join(distDir, target.name, STAMP);
  return existsSync(file) && readFileSync(file, 'utf8') === stamp ? [] : [{ target, stamp }];
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

if (import.meta.main) {
  try {
    await build(targets.map((target) => target.name));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
