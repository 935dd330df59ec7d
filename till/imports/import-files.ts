import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';

/**
 * Where a file waits while it is imported: beside the ledger, for its owner alone, and no longer than it is needed. The
 * ledger encrypts; these files do not.
 */
export type ImportFiles = {
  readonly upload: string;
  /** The good rows, code and uses in a line: what a job that was cut off reads again. */
  readonly codes: string;
  readonly faults: string;
};

const OWNER_ONLY = 0o600;
const FOLDER_MODE = 0o700;

export function importFiles(dataDir: string, importId: string): ImportFiles {
  const folder = path.join(dataDir, 'imports');
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  const base = path.join(folder, importId);
  return { upload: `${base}.upload`, codes: `${base}.codes`, faults: `${base}.faults.csv` };
}

export function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

export function writeAt(file: string, offset: number, bytes: Uint8Array): void {
  const handle = openSync(file, offset === 0 ? 'w' : 'r+', OWNER_ONLY);
  try {
    writeSync(handle, bytes, 0, bytes.length, offset);
  } finally {
    closeSync(handle);
  }
}

/** Lines, written many at a time. */
export function lineWriter(file: string): { write(line: string): void; close(): void } {
  const handle = openSync(file, 'w', OWNER_ONLY);
  let lines: string[] = [];
  const flush = () => {
    if (lines.length > 0) writeSync(handle, lines.join(''));
    lines = [];
  };
  return {
    write(line) {
      if (lines.push(`${line}\n`) >= LINES_PER_WRITE) flush();
    },
    close() {
      flush();
      closeSync(handle);
    },
  };
}
const LINES_PER_WRITE = 1_000;

export function readLines(file: string): string[] | undefined {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
  const text = readFileSync(file, 'utf8');
  return text === '' ? [] : text.slice(0, -1).split('\n');
}

export function removeFiles(...files: readonly string[]): void {
  for (const file of files) rmSync(file, { force: true });
}
