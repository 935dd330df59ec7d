import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyKey } from '../../db/cipher.ts';
import { fileKeyStore } from '../../till/keys/file-key-store.ts';
import { fileAnchorStore, systemRandom } from '../../till/system-ports.ts';
import { basketOf50, offerDraft } from '../../till/testing/offer-drafts.ts';
import { openShop, throwawayFolder } from '../../till/testing/test-core.ts';

/** `npm run audit` as its own process, on the files of a till that is open or was closed. */
type Shop = Awaited<ReturnType<typeof openShop>>;
const command = path.join(import.meta.dirname, '../../till/audit-cli.ts');
const logger = { info() {}, warn() {}, error() {} };
const phrase = 'correct horse battery';

let folder: string;
let dataDir: string;
let till: Shop;

beforeEach(async () => {
  folder = throwawayFolder('audit');
  dataDir = path.join(folder, 'till');
  mkdirSync(dataDir);
  const keys = fileKeyStore(`${dataDir}.key`, { logger, random: systemRandom, log2Cost: 1 });
  till = await openShop({ dataDir, keys, anchor: fileAnchorStore(dataDir) });
  const draft = offerDraft({ limits: { total: 5 } });
  await till.ok('offers.create', { requestId: randomUUID(), draft, sharedCode: 'FIVE' }, till.session);
  await redeem();
});
afterEach(async () => {
  await till.core.close();
  rmSync(folder, { recursive: true, force: true });
});

async function redeem(): Promise<void> {
  const basketId = randomUUID();
  await till.ok('redemption.check', { basketId, basket: basketOf50, codes: ['FIVE'] }, till.session);
  await till.ok('redemption.confirm', { basketId }, till.session);
}

function audit(...more: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, '--data', dataDir, ...more], {
    encoding: 'utf8',
  });
  return { status, text: stdout + stderr };
}

/** Whoever has the key and the file can change it; the audit must say so. */
async function harm(sql: string): Promise<void> {
  await till.core.close();
  const key = await till.ports.keys.load('ledger');
  const database = new Database(path.join(dataDir, 'ledger.db'));
  applyKey(database, (key.ok && key.value) || new Uint8Array());
  for (const trigger of ['events_never_change', 'events_never_go', 'events_in_order']) {
    database.exec(`DROP TRIGGER ${trigger}`);
  }
  database.exec(sql);
  database.close();
}

describe('npm run audit', () => {
  it('finds a ledger whole, also while a till works on it and after its key was changed', async () => {
    expect(audit()).toMatchObject({ status: 0, text: expect.stringContaining('chain whole') });
    await till.ok('keys.rotate', { pin: '482913' }, till.session);
    await redeem();
    expect(audit()).toMatchObject({ status: 0, text: expect.stringContaining('2 redemptions') });
  });

  it.each([
    [
      'a changed event',
      "UPDATE events SET body = replace(body, '500', '400') WHERE type = 'redemption.redeemed'",
    ],
    ['a missing event', "DELETE FROM events WHERE type = 'redemption.reserved'"],
    [
      'an added event',
      'INSERT INTO events SELECT seq + 1, type, at, hash, randomblob(32), body FROM events ORDER BY seq DESC LIMIT 1',
    ],
    [
      'events in another order',
      'UPDATE events SET seq = CASE seq WHEN 4 THEN -5 WHEN 5 THEN -4 END WHERE seq IN (4, 5); UPDATE events SET seq = -seq WHERE seq < 0',
    ],
    ['the newest event cut off', 'DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)'],
  ])('finds %s', async (_, sql) => {
    await harm(sql);
    expect(audit()).toMatchObject({ status: 1, text: expect.stringContaining('BREAK') });
  });

  it('finds an old copy that was put back', async () => {
    await till.core.close();
    const file = path.join(dataDir, 'ledger.db');
    copyFileSync(file, `${folder}/old.db`);
    till = { ...till, ...(await till.reopen({ anchor: fileAnchorStore(dataDir) })) };
    const { session } = await till.ok('session.signIn', { operatorId: till.adminId, pin: '482913' });
    till = { ...till, session };
    await redeem();
    await till.core.close();
    expect(audit().status).toBe(0);
    copyFileSync(`${folder}/old.db`, file);
    expect(audit()).toMatchObject({ status: 1, text: expect.stringContaining('anchor behind') });
  });

  it('finds a deleted log', async () => {
    // As a power cut leaves it: the newest events are in the log alone.
    const copy = path.join(folder, 'copy');
    mkdirSync(copy);
    for (const name of readdirSync(dataDir)) copyFileSync(path.join(dataDir, name), path.join(copy, name));
    expect(existsSync(path.join(copy, 'ledger.db-wal'))).toBe(true);
    for (const suffix of ['.key', '.anchor-a', '.anchor-b']) {
      copyFileSync(`${dataDir}${suffix}`, `${copy}${suffix}`);
    }
    const whole = dataDir;
    dataDir = copy;
    expect(audit().status).toBe(0);
    rmSync(path.join(copy, 'ledger.db-wal'));
    rmSync(path.join(copy, 'ledger.db-shm'), { force: true });
    expect(audit().status).not.toBe(0);
    dataDir = whole;
  });

  it('says that it could not look, where the key is another one or locked', async () => {
    await till.ok('keys.setPassphrase', { pin: '482913', next: phrase }, till.session);
    await till.core.close();
    expect(audit()).toMatchObject({ status: 2, text: expect.stringContaining('--passphrase-file') });
    const file = path.join(folder, 'phrase');
    writeFileSync(file, 'wrong horse battery');
    expect(audit('--passphrase-file', file)).toMatchObject({ status: 2 });
    writeFileSync(file, phrase);
    expect(audit('--passphrase-file', file)).toMatchObject({ status: 0 });
    writeFileSync(`${dataDir}.key`, JSON.stringify({ format: 'counterfoil-keys-1', ledger: 'A'.repeat(43) }));
    expect(audit()).toMatchObject({ status: 2 });
  });
});
