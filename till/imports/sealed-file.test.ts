import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type SealedFile, sealedFile } from './sealed-file.ts';

let folder: string;
let place: string;
let file: SealedFile;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-sealed-'));
  place = path.join(folder, 'file');
  file = sealedFile(place, randomBytes(32));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function chunksOf(bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of file.chunks(bytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

it('gives back what was written in parts of any length, whichever way it is read', async () => {
  const content = randomBytes(10_007);
  for (let at = 0; at < content.length; at += 333) file.writeAt(at, content.subarray(at, at + 333));
  file.writeAt(333, content.subarray(333, 666));
  expect(file.size()).toBe(content.length);
  expect(file.read()).toEqual(content);
  expect(file.head(100)).toEqual(content.subarray(0, 100));
  expect(file.head(1_000_000)).toEqual(content);
  expect(await chunksOf(1_000)).toEqual(content);
});

it('hides lines, and writes the same ones otherwise each time', () => {
  const write = () => {
    const lines = file.lines();
    for (let i = 0; i < 1_500; i++) lines.write(`CARD-${i}`);
    lines.close();
    return readFileSync(place);
  };
  const first = write();
  expect(first.includes('CARD')).toBe(false);
  expect(write().subarray(16).equals(first.subarray(16))).toBe(false);
  expect(file.read().toString().split('\n')).toHaveLength(1_501);
});

it('is nothing under another key, and empty when it is not there', () => {
  file.writeAt(0, Buffer.from('CARD-1'));
  expect(sealedFile(place, randomBytes(32)).read().toString()).not.toBe('CARD-1');
  file.remove();
  expect(file.size()).toBe(0);
});
