import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readArchive } from './read-archive.ts';

/** What Electron's binary carries: this text, a version, a count, and one character for each fuse. */
const FUSE_SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const FUSE_VERSION = 1;
const FUSE_COUNT = 9;
const ON = '1';
const OFF = '0';

/** In the order of Electron's fuse wire, version 1. */
const wantedFuses: readonly { readonly name: string; readonly state: string }[] = [
  { name: 'RunAsNode', state: OFF },
  { name: 'EnableCookieEncryption', state: ON },
  { name: 'EnableNodeOptionsEnvironmentVariable', state: OFF },
  { name: 'EnableNodeCliInspectArguments', state: OFF },
  { name: 'EnableEmbeddedAsarIntegrityValidation', state: ON },
  { name: 'OnlyLoadAppFromAsar', state: ON },
];

const wantedFiles = [
  'package.json',
  'dist/electron/main.mjs',
  'dist/electron/core-worker.mjs',
  'dist/preload/preload.cjs',
  'dist/renderer/index.html',
  'node_modules/better-sqlite3/lib/index.js',
];

const allowed =
  /^(package\.json$|LICENSE$|dist\/(electron|preload|renderer)\/|node_modules\/better-sqlite3\/)/;

/** Packages for Linux around a stand-in, and holds the result against what must ship. Returns an exit code. */
export function checkPackage(runBuilder: (args: readonly string[]) => number): number {
  const folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-package-'));
  try {
    const electronDist = path.join(folder, 'electron-stand-in');
    makeDistribution(electronDist);
    const output = path.join(folder, 'release');
    const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
    const code = runBuilder([
      '--dir',
      '--linux',
      `--${arch}`,
      `--config.electronDist=${electronDist}`,
      `--config.directories.output=${output}`,
    ]);
    if (code !== 0) return code;
    const [unpacked] = readdirSync(output).filter((name) => name.endsWith('unpacked'));
    const findings = unpacked
      ? inspect(path.join(output, unpacked), `linux-${arch}.node`)
      : ['electron-builder left no unpacked application'];
    for (const finding of findings) console.error(`package: ${finding}`);
    console.log(
      findings.length === 0
        ? 'package: in order, around a STAND-IN of Electron'
        : `package: ${findings.length} findings`,
    );
    return findings.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As much of Electron's distribution as electron-builder looks at: a program with fuses, and its version. */
function makeDistribution(folder: string): void {
  mkdirSync(path.join(folder, 'resources'), { recursive: true });
  mkdirSync(path.join(folder, 'locales'));
  for (const language of ['de', 'en-US', 'fr'])
    writeFileSync(path.join(folder, 'locales', `${language}.pak`), '');
  const program = path.join(folder, 'electron');
  const wire = Buffer.concat([
    Buffer.from(FUSE_SENTINEL),
    Buffer.from([FUSE_VERSION, FUSE_COUNT]),
    Buffer.from(ON.repeat(FUSE_COUNT)),
  ]);
  writeFileSync(program, Buffer.concat([Buffer.from('#!/bin/sh\nexit 1\n'), wire, Buffer.from('\n')]));
  chmodSync(program, 0o755);
  const { version } = JSON.parse(
    readFileSync(path.resolve(import.meta.dirname, '..', 'node_modules', 'electron', 'package.json'), 'utf8'),
  ) as { version: string };
  writeFileSync(path.join(folder, 'version'), version);
  writeFileSync(path.join(folder, 'LICENSE'), '');
  writeFileSync(path.join(folder, 'LICENSES.chromium.html'), '');
}

function inspect(application: string, native: string): string[] {
  const resources = path.join(application, 'resources');
  const archive = readArchive(path.join(resources, 'app.asar'));
  const names = archive.map((file) => file.path);
  const unpacked = archive.filter((file) => file.unpacked).map((file) => file.path);
  const findings: string[] = [];

  for (const name of wantedFiles) if (!names.includes(name)) findings.push(`${name} is missing`);
  for (const name of names) if (!allowed.test(name)) findings.push(`${name} should not ship`);
  const natives = names.filter((name) => name.endsWith('.node'));
  if (natives.length !== 1 || path.basename(natives[0] ?? '') !== native) {
    findings.push(`the native file of the target alone should ship, not ${natives.join(', ') || 'none'}`);
  }
  for (const name of ['dist/electron/core-worker.mjs', ...natives]) {
    if (!unpacked.includes(name)) findings.push(`${name} must lie outside the archive`);
  }
  return [...findings, ...inspectFuses(application), ...openDatabase(resources)];
}

function inspectFuses(application: string): string[] {
  const bytes = readFileSync(path.join(application, 'counterfoil'));
  const at = bytes.indexOf(FUSE_SENTINEL);
  if (at < 0) return ['the program has no fuses'];
  const wire = bytes.subarray(at + FUSE_SENTINEL.length + 2).toString('latin1');
  return wantedFuses
    .filter(({ state }, index) => wire[index] !== state)
    .map(({ name, state }) => `the fuse ${name} is not ${state === ON ? 'on' : 'off'}`);
}

/** The database as it was packed, with nothing of this checkout around it, opens and answers. */
function openDatabase(resources: string): string[] {
  const packed = path.join(resources, 'app.asar.unpacked', 'node_modules', 'better-sqlite3');
  const script = `const D = require(${JSON.stringify(packed)}); process.exit(new D(':memory:').prepare('select 7').pluck().get() === 7 ? 0 : 1)`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], {
    cwd: resources,
    encoding: 'utf8',
  });
  return status === 0 ? [] : [`the packed database does not open: ${stderr.trim().split('\n')[0]}`];
}
