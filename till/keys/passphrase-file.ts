import { readFileSync } from 'node:fs';

/** A passphrase as its file says it, without the line end that editors put there. */
export function readPassphraseFile(file: string): string {
  return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
}
