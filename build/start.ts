import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import path from 'node:path';
import { type LaunchOptions, launchUsage, parseLaunchOptions } from '../till/host/launch-options.ts';
import { build, distDir } from './build.ts';
import { findElectron } from './find-electron.ts';

/** `npm start`: builds what changed and opens the till, in Electron where its runtime is there, else as the web host. */
const root = path.resolve(import.meta.dirname, '..');

/** A demo location unless it was declined: `npm start` shows the product. */
function hostArgs({
  port,
  window,
  dataDir,
  demo = true,
  lane = false,
  passphraseFile,
}: LaunchOptions): string[] {
  return [
    demo ? '--demo' : '--no-demo',
    ...(lane ? ['--lane'] : []),
    ...(port === undefined ? [] : [`--port=${port}`]),
    ...(window === undefined ? [] : [window ? '--window' : '--no-window']),
    ...(dataDir === undefined ? [] : [`--data=${dataDir}`]),
    ...(passphraseFile === undefined ? [] : [`--passphrase-file=${passphraseFile}`]),
  ];
}

async function startElectron(program: string, options: LaunchOptions): Promise<void> {
  build(['renderer', 'electron', 'preload']);
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const child = spawn(program, [...asRoot, root, ...hostArgs(options)], { stdio: 'inherit' });
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0));
  });
}

async function startWeb(options: LaunchOptions): Promise<void> {
  build(['renderer', 'web']);
  process.argv.splice(2, Infinity, ...hostArgs(options));
  await import(path.join(distDir, 'web', 'main.mjs'));
}

async function main(): Promise<void> {
  const parsed = parseLaunchOptions(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());
  if (!parsed.ok) {
    console.error(`${parsed.error}\n${launchUsage}`);
    process.exit(2);
  }
  const options = parsed.value;
  if (options.host === 'web' || options.lane === true || options.passphraseFile !== undefined)
    return await startWeb(options);
  const electron = findElectron();
  if (electron !== undefined) return await startElectron(electron, options);
  console.log('There is no Electron runtime here (npx install-electron fetches one): opening the web host.');
  await startWeb(options);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
