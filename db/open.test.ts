import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyKey } from './cipher.ts';
import { SCHEMA_VERSION } from './migrate.ts';
import { assertPragmas, ledgerPaths, type OpenLedger, openLedger } from './open.ts';

const key = randomBytes(32);
let folder: string;
const open: OpenLedger[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'counterfoil-open-'));
});
afterEach(() => {
  for (const ledger of open.splice(0)) ledger.close();
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true, force: true });
});

function mustOpen(with_ = key): OpenLedger {
  const opened = openLedger(folder, with_);
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  open.push(opened.value);
  return opened.value;
}

const refusalOf = (with_ = key) => {
  const opened = openLedger(folder, with_);
  if (!opened.ok) return opened.error.code;
  open.push(opened.value);
  return 'opened';
};

/** Every byte of every file, to show that a refusal changed none. */
const contents = () =>
  readdirSync(folder)
    .filter((name) => !name.endsWith('-shm'))
    .map((name) => [name, readFileSync(path.join(folder, name)).toString('base64')]);

describe('opening a ledger', () => {
  it('sets what durability needs, and keeps it after writing and after reopening', () => {
    for (let i = 0; i < 2; i++) {
      const ledger = mustOpen();
      assertPragmas(ledger.database);
      ledger.database.exec("INSERT OR REPLACE INTO meta VALUES ('a', 'b')");
      assertPragmas(ledger.database);
      expect(ledger.database.pragma('synchronous', { simple: true })).toBe(2);
      ledger.close();
    }
  });

  it('refuses another key, and keeps the ledger as it is', () => {
    mustOpen().close();
    const before = contents();
    expect(refusalOf(randomBytes(32))).toBe('ledger_key_wrong');
    expect(contents()).toEqual(before);
    expect(refusalOf()).toBe('opened');
  });

  it('refuses another key also when the fingerprint is gone', () => {
    mustOpen().close();
    rmSync(ledgerPaths(folder).keyCheck);
    expect(['ledger_corrupt', 'ledger_key_wrong']).toContain(refusalOf(randomBytes(32)));
  });

  it('tells damage from a wrong key', () => {
    mustOpen().close();
    const file = ledgerPaths(folder).database;
    const bytes = readFileSync(file);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    expect(refusalOf()).toBe('ledger_corrupt');
    writeFileSync(file, 'this was a ledger once');
    expect(refusalOf()).toBe('ledger_corrupt');
  });

  it('refuses a newer schema', () => {
    const { database } = mustOpen();
    database.pragma(`user_version = ${SCHEMA_VERSION + 10}`);
    open.pop()?.close();
    expect(refusalOf()).toBe('ledger_newer');
  });

  it('belongs to one process at a time, and to the next after a kill', async () => {
    const child = fork(path.join(import.meta.dirname, 'testing/hold-ledger.ts'), [
      folder,
      key.toString('hex'),
    ]);
    expect(await once(child, 'message')).toEqual(['open', undefined]);
    expect(refusalOf()).toBe('ledger_locked');
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    expect(refusalOf()).toBe('opened');
  });

  it('belongs to one opener inside a process as well', () => {
    mustOpen();
    expect(refusalOf()).toBe('ledger_locked');
  });

  it.skipIf(process.getuid?.() === 0)('says that a folder is read-only', () => {
    chmodSync(folder, 0o500);
    expect(refusalOf()).toBe('storage_readonly');
  });

  it('says that there is no such folder', () => {
    rmSync(folder, { recursive: true });
    expect(refusalOf()).toBe('storage_readonly');
    expect(existsSync(folder)).toBe(false);
    folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-open-'));
  });

  it.skipIf(process.platform === 'win32')('keeps ledger and log for its owner alone', () => {
    mustOpen();
    for (const suffix of ['', '-wal', '-shm']) {
      expect(statSync(`${ledgerPaths(folder).database}${suffix}`).mode & 0o077).toBe(0);
    }
  });

  it('keeps no readable text in its files', () => {
    const ledger = mustOpen();
    ledger.database.exec("INSERT INTO meta VALUES ('canary', 'FINDME-IF-YOU-CAN')");
    const files = readdirSync(folder).map((name) => readFileSync(path.join(folder, name)).toString('latin1'));
    expect(files.join('')).not.toContain('FINDME');
    expect(files.join('')).not.toContain('CREATE TABLE');
  });

  it('answers every flipped bit with a refusal, never with other data', () => {
    const rows = 40;
    const { database } = mustOpen();
    const insert = database.prepare('INSERT INTO meta VALUES (?, ?)');
    for (let i = 0; i < rows; i++) insert.run(`row${String(i).padStart(3, '0')}`, 'x'.repeat(200));
    open.pop()?.close();
    const file = ledgerPaths(folder).database;
    const whole = readFileSync(file);
    const pageSize = 4096;
    for (let at = 50; at < whole.length; at += pageSize) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
      writeFileSync(file, damaged);
      const db = new Database(file, { readonly: true });
      try {
        applyKey(db, key);
        const read = db.prepare("SELECT count(*) FROM meta WHERE key LIKE 'row%'").pluck();
        expect(read.get()).toBe(rows);
      } catch (error) {
        expect(String(error)).toMatch(/not a database|malformed/);
      } finally {
        db.close();
      }
    }
    writeFileSync(file, whole);
    expect(refusalOf()).toBe('opened');
  });
});
