import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Logger } from '../ports.ts';
import { systemRandom } from '../system-ports.ts';
import { fileKeyStore } from './file-key-store.ts';

let folder: string;
let file: string;
let warnings: string[];
const logger: Logger = { info() {}, warn: (message) => warnings.push(message), error() {} };
/** The cheapest that scrypt allows. */
const parts = { logger, random: systemRandom, log2Cost: 1 };

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-key-'));
  file = path.join(folder, 'till.key');
  warnings = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ledger = new Uint8Array(32).fill(7);
const device = new Uint8Array(32).fill(9);

it('keeps each key under its name, for its owner alone', async () => {
  const keys = fileKeyStore(file, parts);
  expect(await keys.load('ledger')).toEqual({ ok: true, value: undefined });
  expect(await keys.save('ledger', ledger)).toEqual({ ok: true, value: undefined });
  expect(await keys.save('device', device)).toMatchObject({ ok: true });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['till.key']);

  const later = fileKeyStore(file, parts);
  expect(await later.load('ledger')).toMatchObject({ ok: true, value: Buffer.from(ledger) });
  expect(await later.load('device')).toMatchObject({ ok: true, value: Buffer.from(device) });
});

it('never replaces a key: the ledger that it opens would be lost', async () => {
  const keys = fileKeyStore(file, parts);
  await keys.save('ledger', ledger);
  expect(await keys.save('ledger', device)).toMatchObject({ ok: false, error: { code: 'key_unavailable' } });
  expect(await keys.load('ledger')).toMatchObject({ value: Buffer.from(ledger) });
});

it.each(['', '{', '{"format":"counterfoil-keys-1","ledger":"short"}', '{"format":"counterfoil-keys-2"}'])(
  'calls a damaged file damaged and leaves it as it is: %j',
  async (text) => {
    writeFileSync(file, text, { mode: 0o600 });
    const keys = fileKeyStore(file, parts);
    const damaged = { ok: false, error: { code: 'key_unavailable', reason: `${file} is damaged` } };
    expect(await keys.load('ledger')).toEqual(damaged);
    expect(await keys.save('ledger', ledger)).toEqual(damaged);
    expect(readFileSync(file, 'utf8')).toBe(text);
  },
);

it.skipIf(process.platform === 'win32')('closes a file that others could read, and says so', async () => {
  const keys = fileKeyStore(file, parts);
  await keys.save('ledger', ledger);
  chmodSync(file, 0o644);
  await keys.load('ledger');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(warnings).toHaveLength(1);
});

it('says that a folder where the key belongs takes no key', async () => {
  const keys = fileKeyStore(path.join(folder, 'absent', 'till.key'), parts);
  expect(await keys.save('ledger', ledger)).toMatchObject({ ok: false });
});

const phrase = 'four words make one';
const opened = (passphrase?: string) => fileKeyStore(file, { ...parts, passphrase });

it('wraps the keys in a passphrase, without which nothing opens and nothing is changed', async () => {
  const keys = opened();
  await keys.save('ledger', ledger);
  expect(keys.passphrase?.isSet()).toBe(false);
  expect(await keys.passphrase?.change(undefined, phrase)).toMatchObject({ ok: true });
  expect(keys.passphrase?.isSet()).toBe(true);
  const text = readFileSync(file, 'utf8');
  expect(text).not.toContain(Buffer.from(ledger).toString('base64url'));
  expect(text).not.toContain(phrase);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const locked = { ok: false, error: { code: 'key_locked' } };
  expect(await opened().load('ledger')).toMatchObject(locked);
  expect(await opened().save('device', device)).toMatchObject(locked);
  const wrong = { ok: false, error: { code: 'passphrase_wrong' } };
  expect(await opened('four words make two').load('ledger')).toMatchObject(wrong);
  expect(await opened('').save('device', device)).toMatchObject(wrong);
  expect(readFileSync(file, 'utf8')).toBe(text);

  const right = opened(phrase);
  expect(await right.load('ledger')).toMatchObject({ value: Buffer.from(ledger) });
  expect(await right.save('device', device)).toMatchObject({ ok: true });
  expect(await opened(phrase).load('device')).toMatchObject({ value: Buffer.from(device) });
});

it('goes on without asking again in the process that set the passphrase', async () => {
  const keys = opened();
  await keys.save('ledger', ledger);
  await keys.passphrase?.change(undefined, phrase);
  expect(await keys.save('device', device)).toMatchObject({ ok: true });
  expect(await keys.load('device')).toMatchObject({ value: Buffer.from(device) });
});

it('keeps a key that was saved while a passphrase was set', async () => {
  const keys = opened();
  await keys.save('ledger', ledger);
  const [changed, saved] = await Promise.all([
    keys.passphrase?.change(undefined, phrase),
    keys.save('device', device),
  ]);
  expect([changed, saved]).toMatchObject([{ ok: true }, { ok: true }]);
  expect(await opened(phrase).load('device')).toMatchObject({ value: Buffer.from(device) });
});

it.each(['another passphrase', undefined])(
  'keeps to the passphrase that was set while others read keys: %j',
  async (next) => {
    // So slow to derive that whoever began to read before the change ends after it.
    const before = fileKeyStore(file, { ...parts, log2Cost: 12 });
    await before.save('ledger', ledger);
    await before.passphrase?.change(undefined, phrase);
    const keys = opened(phrase);
    const changing = keys.passphrase?.change(phrase, next);
    const loading = [];
    for (let i = 0; i < 8; i++) {
      loading.push(keys.load('ledger'));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(await changing).toMatchObject({ ok: true });
    await Promise.all(loading);
    expect(await keys.save('device', device)).toMatchObject({ ok: true });
    expect(await opened(next).load('device')).toMatchObject({ value: Buffer.from(device) });
  },
);

it('changes and removes a passphrase only for whoever knows it', async () => {
  const keys = opened();
  await keys.save('ledger', ledger);
  await keys.passphrase?.change(undefined, phrase);
  for (const guess of [undefined, '', 'four words make']) {
    expect(await keys.passphrase?.change(guess, 'another passphrase')).toMatchObject({
      error: { code: 'passphrase_wrong' },
    });
  }
  expect(await keys.passphrase?.change(phrase, 'another passphrase')).toMatchObject({ ok: true });
  expect(await opened(phrase).load('ledger')).toMatchObject({ error: { code: 'passphrase_wrong' } });
  expect(await opened('another passphrase').load('ledger')).toMatchObject({ ok: true });
  expect(await keys.passphrase?.change('another passphrase', undefined)).toMatchObject({ ok: true });
  expect(await opened().load('ledger')).toMatchObject({ value: Buffer.from(ledger) });
});

it('reads a passphrase the same however its accents were composed', async () => {
  const keys = opened();
  await keys.save('ledger', ledger);
  await keys.passphrase?.change(undefined, 'garçon à la crème'.normalize('NFD'));
  expect(await opened('garçon à la crème'.normalize('NFC')).load('ledger')).toMatchObject({ ok: true });
});

it('notices whatever is changed in a wrapped file', async () => {
  const keys = opened();
  await keys.save('ledger', ledger);
  await keys.passphrase?.change(undefined, phrase);
  const whole = JSON.parse(readFileSync(file, 'utf8'));
  const other = Buffer.alloc(16, 1).toString('base64url');
  for (const changed of [
    { ...whole, kdf: { ...whole.kdf, salt: other } },
    { ...whole, kdf: { ...whole.kdf, log2Cost: 2 } },
    { ...whole, nonce: Buffer.alloc(12, 1).toString('base64url') },
    { ...whole, sealed: other },
    { ...whole, kdf: { ...whole.kdf, log2Cost: 40 } },
  ]) {
    writeFileSync(file, JSON.stringify(changed));
    expect(await opened(phrase).load('ledger')).toMatchObject({ ok: false });
  }
});

it('keeps earlier keys in order when the next one takes over', async () => {
  const keys = opened();
  await keys.save('ledger', ledger);
  expect(await keys.rotation?.promote()).toMatchObject({ ok: false });
  const next = new Uint8Array(32).fill(11);
  await keys.save('next', next);
  await keys.rotation?.discardNext();
  expect(await keys.load('next')).toEqual({ ok: true, value: undefined });
  await keys.save('next', next);
  expect(await keys.rotation?.promote()).toMatchObject({ ok: true });
  await keys.save('next', device);
  await keys.rotation?.promote();
  const again = opened();
  expect(await again.load('ledger')).toMatchObject({ value: Buffer.from(device) });
  expect(await again.load('next')).toEqual({ ok: true, value: undefined });
  const retired = [Buffer.from(next), Buffer.from(ledger)];
  expect(await again.rotation?.retired()).toEqual({ ok: true, value: retired });
});
