import { constants, copyFileSync, existsSync, linkSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { flushFile, flushFolder } from './durable.ts';

/**
 * Another database takes the place of the ledger, which is kept beside it with its log. The log cannot move in the same
 * instant as the file that it belongs to, so the intention is on the disk first: a complete database under the name
 * below. Cut off anywhere after that, whoever opens the ledger next finishes; before it, nothing was touched.
 */
const incomingName = (ledger: string, now: number) => `${ledger}.incoming-${now}`;
const INCOMING = /\.incoming-(\d+)$/;

/** Where the other database is made; worth nothing until it has the name above. */
export function restoringPath(ledger: string): string {
  return `${ledger}.restoring`;
}

/** @returns where the replaced ledger is now, if there was one */
export function replaceLedger(ledger: string, now: number): string | undefined {
  renameSync(restoringPath(ledger), incomingName(ledger, now));
  flushFolder(path.dirname(ledger));
  return finishReplacement(ledger);
}

/** Whether the ledger under this name is about to be another one: it may have lost its log already. */
export function isBeingReplaced(ledger: string): boolean {
  return findIncoming(ledger) !== undefined;
}

/** Does the rest of a replacement that was cut off; whoever calls holds the ledger's lock. */
export function finishReplacement(ledger: string): string | undefined {
  // Looked for first: a folder that cannot be written is reported by what has to write there.
  if (existsSync(restoringPath(ledger))) rmSync(restoringPath(ledger));
  const incoming = findIncoming(ledger);
  if (incoming === undefined) return undefined;
  let aside: string | undefined;
  if (existsSync(ledger)) {
    aside = `${ledger}.replaced-${incoming.at}`;
    // The ledger keeps its name until the other one takes it: a start must never find none.
    keepUnder(aside, ledger);
    // Under another database it would be taken for that one's newest pages.
    if (existsSync(`${ledger}-wal`)) renameSync(`${ledger}-wal`, `${aside}-wal`);
    rmSync(`${ledger}-shm`, { force: true });
    flushFolder(path.dirname(ledger));
  }
  renameSync(incoming.file, ledger);
  flushFolder(path.dirname(ledger));
  return aside;
}

function findIncoming(ledger: string): { readonly file: string; readonly at: string } | undefined {
  const folder = path.dirname(ledger);
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const at = INCOMING.exec(name)?.[1];
    if (at !== undefined && name.startsWith(path.basename(ledger)))
      return { file: path.join(folder, name), at };
  }
  return undefined;
}

/** A second name for the same file, or a copy where the file system knows no such thing. */
function keepUnder(name: string, file: string): void {
  rmSync(name, { force: true });
  try {
    linkSync(file, name);
  } catch {
    copyFileSync(file, name, constants.COPYFILE_EXCL);
    flushFile(name);
  }
}
