// Installs the project's packages when, and only when, they are not what package-lock.json says.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const MARKER = 'node_modules/.counterfoil-lock';
/** npm writes this last, so an install that was cut off does not have it. */
const NPM_RECORD = 'node_modules/.package-lock.json';
const BUSY = 'dist/.installing';
const POLL_MS = 250;
/** Longer than any install seen; after that the other process is taken for hung. */
const MAX_WAIT_MS = 10 * 60_000;

/** @param {string} root */
export function projectNode(root) {
  return join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/** @param {string} root the checkout */
export async function ensureInstalled(root) {
  const lockText = readFileSync(join(root, 'package-lock.json'));
  const wanted = `${createHash('sha256').update(lockText).digest('hex')} ${process.platform}-${process.arch}\n`;
  if (isInstalled(root, wanted)) return;
  await holdInstallLock(root, async () => {
    if (isInstalled(root, wanted)) return;
    if (!npmInstalledIt(root, lockText)) {
      rmSync(join(root, MARKER), { force: true });
      await npmCi(root);
    }
    if (!existsSync(projectNode(root))) {
      throw new Error(
        'npm finished, but the project\'s own Node is missing. Its install script must be allowed to run (see "allowScripts" in package.json); then start again.',
      );
    }
    writeFileSync(join(root, MARKER), wanted);
  });
}

function isInstalled(root, wanted) {
  return readIfThere(join(root, MARKER))?.toString() === wanted && existsSync(projectNode(root));
}

/** Whether npm, run by hand, has already installed exactly what the lock file wants on this platform. */
function npmInstalledIt(root, lockText) {
  const recordText = readIfThere(join(root, NPM_RECORD));
  if (recordText === undefined || !existsSync(projectNode(root))) return false;
  let record;
  try {
    record = JSON.parse(recordText.toString());
  } catch {
    return false;
  }
  const lock = JSON.parse(lockText.toString());
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path === '') continue;
    const found = record.packages?.[path];
    // An optional package may be absent: it is for another platform.
    if (found === undefined ? !entry.optional : found.integrity !== entry.integrity) return false;
  }
  return true;
}

function npmCi(root) {
  console.error('Installing packages (the first time takes about a minute) …');
  // `--include=dev`: NODE_ENV=production in the environment must not leave out the tools that build the product.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const npmCli = process.env.npm_execpath;
  // Without npm around us, the shell finds it; on Windows it is a .cmd file, which only a shell can run.
  const child =
    npmCli !== undefined && /npm-cli\.c?js$/.test(npmCli)
      ? spawn(process.execPath, [npmCli, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
      : spawn(`npm ${args.join(' ')}`, { cwd: root, stdio: ['ignore', 2, 2], shell: true });
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`npm could not be started: ${error.message}`)));
    child.on('exit', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(
            `npm ci failed (${signal ?? `exit ${code}`}); its messages are above. Start again to retry.`,
          ),
        );
    });
  });
}

/** `npm start` and `npm test` may be called at once in a fresh clone; two `npm ci` would destroy each other's work. */
async function holdInstallLock(root, work) {
  const path = join(root, BUSY);
  mkdirSync(join(root, 'dist'), { recursive: true });
  const until = Date.now() + MAX_WAIT_MS;
  while (!tryWrite(path, String(process.pid))) {
    if (holderIsGone(path)) rmSync(path, { force: true });
    else if (Date.now() > until)
      throw new Error(`Another install does not end. If none is running, delete ${path}.`);
    else await sleep(POLL_MS);
  }
  const release = () => rmSync(path, { force: true });
  process.on('exit', release);
  try {
    await work();
  } finally {
    release();
    process.off('exit', release);
  }
}

function tryWrite(path, text) {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function holderIsGone(path) {
  const pid = Number(readIfThere(path)?.toString());
  if (!Number.isInteger(pid) || pid <= 0) {
    // Just created and not written yet, or left empty by a crash.
    return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 5_000;
  }
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
