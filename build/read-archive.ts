import { readFileSync } from 'node:fs';

export type ArchivedFile = { readonly path: string; readonly unpacked: boolean };

type Entry = { readonly files?: Readonly<Record<string, Entry>>; readonly unpacked?: boolean };

/** Where the length of the header's text stands, and where the text begins: https://github.com/electron/asar#format */
const LENGTH_AT = 12;
const TEXT_AT = 16;

/** The names in an asar archive. */
export function readArchive(file: string): ArchivedFile[] {
  const bytes = readFileSync(file);
  const length = bytes.readUInt32LE(LENGTH_AT);
  const header: Entry = JSON.parse(bytes.subarray(TEXT_AT, TEXT_AT + length).toString('utf8'));
  return filesIn(header, '', false);
}

function filesIn(entry: Entry, path: string, inUnpacked: boolean): ArchivedFile[] {
  const unpacked = inUnpacked || entry.unpacked === true;
  if (!entry.files) return [{ path, unpacked }];
  return Object.entries(entry.files).flatMap(([name, child]) =>
    filesIn(child, path === '' ? name : `${path}/${name}`, unpacked),
  );
}
