import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { ImportRow } from '../../db/queries/imports.ts';
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
export const FILE_KEY_BYTES = 32;

/** What an earlier version left plain has no key: it is removed, not read any more. */
export function importFiles(
  dataDir: string,
  { id, fileKey }: Pick<ImportRow, 'id' | 'fileKey'>,
): ImportFiles {
  const key = fileKey ?? new Uint8Array(FILE_KEY_BYTES);
  const folder = path.join(dataDir, 'imports');
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  const file = (ending: string) => sealedFile(path.join(folder, `${id}.${ending}`), key);
  return { upload: file('upload'), codes: file('codes'), faults: file('faults') };
}
