import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Logger } from '../till/ports.ts';
import { fileKeyStore } from './key-file.ts';

let folder: string;
let file: string;
let warnings: string[];
const logger: Logger = { info() {}, warn: (message) => warnings.push(message), error() {} };

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-key-'));
  file = path.join(folder, 'till.key');
  warnings = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ledger = new Uint8Array(32).fill(7);
const device = new Uint8Array(32).fill(9);

it('keeps each key under its name, for its owner alone', async () => {
  const keys = fileKeyStore(file, logger);
  expect(await keys.load('ledger')).toEqual({ ok: true, value: undefined });
  expect(await keys.save('ledger', ledger)).toEqual({ ok: true, value: undefined });
  expect(await keys.save('device', device)).toMatchObject({ ok: true });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['till.key']);

  const later = fileKeyStore(file, logger);
  expect(await later.load('ledger')).toMatchObject({ ok: true, value: Buffer.from(ledger) });
  expect(await later.load('device')).toMatchObject({ ok: true, value: Buffer.from(device) });
});

it('never replaces a key: the ledger that it opens would be lost', async () => {
  const keys = fileKeyStore(file, logger);
  await keys.save('ledger', ledger);
  expect(await keys.save('ledger', device)).toMatchObject({ ok: false, error: { code: 'key_unavailable' } });
  expect(await keys.load('ledger')).toMatchObject({ value: Buffer.from(ledger) });
});

it.each(['', '{', '{"format":"counterfoil-keys-1","ledger":"short"}', '{"format":"counterfoil-keys-2"}'])(
  'calls a damaged file damaged and leaves it as it is: %j',
  async (text) => {
    writeFileSync(file, text, { mode: 0o600 });
    const keys = fileKeyStore(file, logger);
    const damaged = { ok: false, error: { code: 'key_unavailable', reason: `${file} is damaged` } };
    expect(await keys.load('ledger')).toEqual(damaged);
    expect(await keys.save('ledger', ledger)).toEqual(damaged);
    expect(readFileSync(file, 'utf8')).toBe(text);
  },
);

it.skipIf(process.platform === 'win32')('closes a file that others could read, and says so', async () => {
  const keys = fileKeyStore(file, logger);
  await keys.save('ledger', ledger);
  chmodSync(file, 0o644);
  await keys.load('ledger');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(warnings).toHaveLength(1);
});

it('says that a folder where the key belongs takes no key', async () => {
  const keys = fileKeyStore(path.join(folder, 'absent', 'till.key'), logger);
  expect(await keys.save('ledger', ledger)).toMatchObject({ ok: false });
});
