import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { applyKey } from '../../db/cipher.ts';
import { fileKeyStore } from '../../till/keys/file-key-store.ts';
import type { LogFields } from '../../till/ports.ts';
import { fileAnchorStore, systemRandom } from '../../till/system-ports.ts';
import { basketOf50, offerDraft } from '../../till/testing/offer-drafts.ts';
import { openShop } from '../../till/testing/test-core.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;

const CODE = 'CANARYCODE';
const EMAIL = 'canary@example.com';
/** So long that what SQLite writes in its place does not cover all of it. */
const LONG_EMAIL = 'canary-who-wants-to-be-forgotten-altogether-and-by-everybody-here@example.com';
const REMNANT = 8;
const PIN = '482913';
const WRONG_PIN = '739164';
const PHRASE = 'canary horse battery';
const canaries = [CODE, EMAIL, PIN, WRONG_PIN, PHRASE, 'Canary Shop', 'SQLite format', 'CREATE TABLE'];

let folder: string;
let dataDir: string;
let till: Shop;
let log: string[];

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-canary-'));
  dataDir = path.join(folder, 'till');
  mkdirSync(dataDir);
  log = [];
  const note = (message: string, fields?: LogFields) => void log.push(`${message} ${JSON.stringify(fields)}`);
  const logger = { info: note, warn: note, error: note };
  const keys = fileKeyStore(`${dataDir}.key`, { logger, random: systemRandom, log2Cost: 1 });
  till = await openShop({ dataDir, keys, anchor: fileAnchorStore(dataDir), logger });
  const draft = offerDraft({ name: 'Canary Shop', limits: { total: 100 } });
  await till.ok('offers.create', { requestId: randomUUID(), draft, sharedCode: CODE }, till.session);
});
afterEach(async () => {
  await till.core.close();
  rmSync(folder, { recursive: true, force: true });
});

async function work(email = EMAIL): Promise<void> {
  const { session } = till;
  const basketId = randomUUID();
  const customer = { kind: 'email', value: email } as const;
  const basket = { basketId, basket: basketOf50, codes: [CODE, `${CODE}X`], customer };
  await till.call('redemption.check', basket, session);
  await till.call('redemption.confirm', { basketId }, session);
  await till.call('session.signIn', { operatorId: till.adminId, pin: WRONG_PIN });
  await till.call('session.signIn', { operatorId: till.adminId, pin: PIN });
}

/** Every byte of every file around the ledger, and every line of the log. */
function leaks(): string[] {
  const found: string[] = [];
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(folder, name);
    let bytes: Buffer;
    try {
      bytes = readFileSync(file);
    } catch {
      continue;
    }
    for (const encoding of ['latin1', 'utf16le'] as const) {
      const text = bytes.toString(encoding);
      for (const word of canaries) if (text.includes(word)) found.push(`${word} in ${name}`);
    }
  }
  for (const line of log)
    for (const word of canaries) if (line.includes(word)) found.push(`${word} logged: ${line}`);
  return found;
}

it('is nowhere in plain text: ledger, log, index, anchors, key file, backups, messages', async () => {
  await work();
  expect(leaks()).toEqual([]);
  await till.ok('backup.now', {}, till.session);
  await till.ok('keys.rotate', { pin: PIN }, till.session);
  await work();
  expect(leaks()).toEqual([]);
  await till.ok('keys.setPassphrase', { pin: PIN, next: PHRASE }, till.session);
  await work();
  await till.core.close();
  expect(leaks()).toEqual([]);
  expect(readdirSync(`${dataDir}-backups`).length).toBeGreaterThanOrEqual(2);
});

it('is gone from the pages themselves when a customer was erased', async () => {
  // Among others, so that nobody else's row covers what was theirs.
  for (const email of ['before@example.com', LONG_EMAIL, 'after@example.com', 'last@example.com'])
    await work(email);
  const found = await till.ok('search.find', { text: LONG_EMAIL }, till.session);
  const customerId = found.customers[0]?.customerId ?? '';
  expect(await plainText()).toContain(LONG_EMAIL);
  await till.ok('customers.erase', { customerId }, till.session);
  expect(await plainText()).not.toContain(LONG_EMAIL.slice(0, REMNANT));
  expect(await till.ok('search.customer', { customerId }, till.session)).not.toHaveProperty('value');
});

/** Every page of the ledger as the cipher gave it back, unused parts included: decrypting the file would rewrite them. */
async function plainText(): Promise<string> {
  const copy = path.join(folder, 'copy.db');
  for (const suffix of ['', '-wal'])
    copyFileSync(path.join(dataDir, `ledger.db${suffix}`), `${copy}${suffix}`);
  const key = await till.ports.keys.load('ledger');
  const database = new Database(copy);
  try {
    applyKey(database, (key.ok && key.value) || new Uint8Array());
    const text = database.serialize().toString('latin1');
    expect(text).toContain('SQLite format');
    return text;
  } finally {
    database.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${copy}${suffix}`, { force: true });
  }
}
