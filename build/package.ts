import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { build } from './build.ts';
import { checkPackage } from './check-package.ts';

/**
 * `npm run package -- [--dir] [--linux|--mac|--win] …`: electron-builder with this project's configuration.
 * `--check` packages for this platform around a stand-in of Electron's distribution and looks at what came out:
 * everything about packaging that needs no Electron runtime.
 */
const root = path.resolve(import.meta.dirname, '..');

export function runBuilder(args: readonly string[]): number {
  const cli = path.join(root, 'node_modules', 'electron-builder', 'cli.js');
  const config = path.join(root, 'electron-builder.config.mjs');
  const { status } = spawnSync(process.execPath, [cli, '--config', config, '--publish', 'never', ...args], {
    cwd: root,
    stdio: 'inherit',
    // A developer's certificate must not sign a check.
    env: { ...process.env, CSC_IDENTITY_AUTO_DISCOVERY: process.env.CSC_IDENTITY_AUTO_DISCOVERY ?? 'false' },
  });
  return status ?? 1;
}

try {
  build(['renderer', 'electron', 'preload']);
  const args = process.argv.slice(2);
  process.exitCode = args[0] === '--check' ? checkPackage(runBuilder) : runBuilder(args);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
