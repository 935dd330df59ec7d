import { execFileSync } from 'node:child_process';
import { accessSync, chownSync, constants, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A throwaway PostgreSQL of the system's package, on a socket of its own: no port, no password, no network. */
export type PostgresCluster = {
  readonly url: string;
  stop(): void;
};

const DEBIAN_FOLDER = '/usr/lib/postgresql';
const OLDEST = 15;
const PORT = 5_432;

/** The folder of the newest PostgreSQL server programs; `undefined`: not installed (Debian: `postgresql`). */
export function postgresPrograms(): string | undefined {
  if (!existsSync(DEBIAN_FOLDER)) return undefined;
  const versions = readdirSync(DEBIAN_FOLDER)
    .map(Number)
    .filter((version) => version >= OLDEST)
    .sort((a, b) => b - a);
  return versions.map((version) => path.join(DEBIAN_FOLDER, String(version), 'bin')).find(canRun);
}

function canRun(folder: string): boolean {
  try {
    accessSync(path.join(folder, 'initdb'), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** PostgreSQL refuses to run as root: there its own user runs it. */
const isRoot = process.getuid?.() === 0;
const OWNER = 'postgres';

export function startPostgres(
  programs: string,
  options: { readonly durable?: boolean } = {},
): PostgresCluster {
  const folder = mkdtempSync(
    path.join(options.durable || !existsSync('/dev/shm') ? tmpdir() : '/dev/shm', 'counterfoil-pg-'),
  );
  if (isRoot) {
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      Number(execFileSync('id', [flag, OWNER], { encoding: 'utf8' })),
    );
    chownSync(folder, uid ?? 0, gid ?? 0);
  }
  const run = (program: string, args: string[]) => {
    const file = path.join(programs, program);
    const [command, all] = isRoot ? ['runuser', ['-u', OWNER, '--', file, ...args]] : [file, args];
    execFileSync(command, all, { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const data = path.join(folder, 'data');
  run('initdb', ['-D', data, '-U', OWNER, '-A', 'trust', '-E', 'UTF8', '--no-sync']);
  const flags = ['-p', String(PORT), '-k', folder, '-c', 'listen_addresses='];
  if (!options.durable) flags.push('-c', 'fsync=off', '-c', 'synchronous_commit=off');
  run('pg_ctl', ['-D', data, '-w', '-l', path.join(folder, 'log'), '-o', flags.join(' '), 'start']);
  return {
    url: `postgresql://${OWNER}@localhost/postgres?host=${encodeURIComponent(folder)}&port=${PORT}`,
    stop() {
      run('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop']);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
