import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type SealedFile, sealedFile } from './sealed-file.ts';

/** Where a file waits while it is imported: beside the ledger, encrypted like it, and no longer than it is needed. */
export type ImportFiles = {
  readonly upload: SealedFile;
  /** The good rows, code and uses in a line: what a job that was cut off reads again. */
  readonly codes: SealedFile;
  /** The rows that were left out, as CSV. */
  readonly faults: SealedFile;
};

const FOLDER_MODE = 0o700;

export function importFiles(dataDir: string, importId: string, key: Uint8Array): ImportFiles {
  const folder = path.join(dataDir, 'imports');
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  const file = (ending: string) => sealedFile(path.join(folder, `${importId}.${ending}`), key);
  return { upload: file('upload'), codes: file('codes'), faults: file('faults') };
}
