import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const TIMES = 30;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-flush-'));
});
afterEach(() => {
  for (const used of [
    folder,
    `${folder}-outside.anchor-a`,
    `${folder}-outside.anchor-b`,
    `${folder}.trace`,
  ]) {
    rmSync(used, { recursive: true, force: true });
  }
});

/** `FREE` is unlimited, so its check writes nothing: every flush of the log beyond the few of the start is a commit. */
function flushesOf(times: number): { readonly acknowledged: number; readonly flushes: number } | undefined {
  const trace = `${folder}.trace`;
  const script = path.join(import.meta.dirname, 'redeem-some.ts');
  const strace = ['-f', '-y', '-e', 'trace=fsync,fdatasync', '-o', trace];
  const run = spawnSync('strace', [...strace, process.execPath, script, folder, String(times)], {
    encoding: 'utf8',
  });
  if (run.error) return undefined;
  const acknowledged = Number(/acknowledged (\d+)/.exec(run.stdout)?.[1] ?? Number.NaN);
  const flushes = readFileSync(trace, 'utf8').match(/f(data)?sync\(\d+<[^>]*ledger\.db-wal>/g)?.length ?? 0;
  return { acknowledged, flushes };
}

it('flushes the disk at least once for every redemption that it acknowledges', ({ skip }) => {
  const none = flushesOf(0);
  if (none === undefined) return skip('strace is not installed');
  rmSync(folder, { recursive: true, force: true });
  folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-flush-'));
  const many = flushesOf(TIMES);
  expect(many?.acknowledged).toBe(TIMES);
  expect((many?.flushes ?? 0) - none.flushes).toBeGreaterThanOrEqual(TIMES);
});
