import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { err, ok, type Result } from '../../shared/kernel/result.ts';

/** Where one ledger lives. Key and anchor stay outside its folder: who copies the folder gets neither. */
export type LedgerPlace = {
  readonly dataDir: string;
  /** `<base>.anchor-a` and `-b`. */
  readonly anchorBase: string;
  /** Of the web host; the Electron host uses the keychain. */
  readonly keyFile: string;
};

const OWNER_ONLY_FOLDER = 0o700;

export type Surroundings = {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** What a folder belongs to: a demo location never shares one with a real one, nor a lane with a ledger. */
export type DataKind = 'till' | 'demo' | 'lane';

/** The platform's folder for application data. */
export function defaultDataDir(leaf: DataKind, { platform, home, env }: Surroundings): string {
  if (platform === 'win32') {
    return path.win32.join(env.APPDATA || path.win32.join(home, 'AppData', 'Roaming'), 'Counterfoil', leaf);
  }
  if (platform === 'darwin') {
    return path.posix.join(home, 'Library', 'Application Support', 'Counterfoil', leaf);
  }
  // The XDG specification: a relative path counts as unset.
  const dataHome = env.XDG_DATA_HOME?.startsWith('/')
    ? env.XDG_DATA_HOME
    : path.posix.join(home, '.local/share');
  return path.posix.join(dataHome, 'counterfoil', leaf);
}

/**
 * Makes the folder where it is missing and proves that it, and the folder around it, can be written.
 * The error is a sentence for the person who started the till.
 */
export function prepareDataFolder(dataDir: string): Result<LedgerPlace, string> {
  try {
    makeFolder(dataDir);
    proveWritable(path.join(dataDir, '.write-check'));
    proveWritable(`${dataDir}.write-check`);
  } catch (error) {
    return err(
      `The data folder ${dataDir} cannot be used: ${whyNot(error)}. Choose another with --data DIR.`,
    );
  }
  return ok({ dataDir, anchorBase: dataDir, keyFile: `${dataDir}.key` });
}

/** Not `recursive: true`: where the system answers ENOENT to a folder it will not make, Node tries for ever. */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeFolder(parent);
  mkdirSync(folder, { mode: OWNER_ONLY_FOLDER });
}

function proveWritable(file: string): void {
  writeFileSync(file, '');
  rmSync(file);
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'it is on a read-only disk',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a file is in the way',
  EEXIST: 'a file is in the way',
  ENOENT: 'it cannot be made there',
  ENAMETOOLONG: 'its name is too long',
};

function whyNot(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
}
