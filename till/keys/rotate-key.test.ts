import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedgerReadOnly, opensUnder } from '../../db/open.ts';
import { loadIdentity, prepareReads } from '../../db/store.ts';
import { readAnchor } from '../anchor/anchor.ts';
import { auditLedger } from '../audit/audit-ledger.ts';
import { backupFolder } from '../backup/backups.ts';
import { restoreBackup } from '../backup/restore.ts';
import { fileAnchorStore } from '../system-ports.ts';
import { basketOf50, offerDraft } from '../testing/offer-drafts.ts';
import { ADMIN_PIN, openShop, type TestTill } from '../testing/test-core.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
let till: Shop;

beforeEach(async () => {
  till = await openShop();
  const draft = offerDraft({ limits: { total: 100 } });
  await till.ok('offers.create', { requestId: randomUUID(), draft, sharedCode: 'CANARYCODE' }, till.session);
});
afterEach(() => till.close());

async function redeem({ ok }: Pick<TestTill, 'ok'> = till, session = till.session): Promise<string> {
  const basketId = randomUUID();
  const customer = { kind: 'email', value: 'canary@example.com' } as const;
  await ok('redemption.check', { basketId, basket: basketOf50, codes: ['CANARYCODE'], customer }, session);
  return (await ok('redemption.confirm', { basketId }, session)).redemptions[0]?.id ?? '';
}

const rotate = (pin = ADMIN_PIN) => till.call('keys.rotate', { pin }, till.session);
const keyNow = () => Uint8Array.from(till.keys.get('ledger') ?? []);

function audited() {
  const opened = openLedgerReadOnly(till.dataDir, keyNow());
  if (!opened.ok) throw new Error(opened.error.detail);
  try {
    const read = prepareReads(drizzle({ client: opened.value.database }));
    const anchor = readAnchor(fileAnchorStore(`${till.dataDir}-outside`));
    return {
      audit: auditLedger({ read, identity: loadIdentity(read) }, anchor),
      changes: read.events.from(1, 1_000).filter((event) => event.type === 'key.changed'),
    };
  } finally {
    opened.value.close();
  }
}

describe('a new key of the ledger', () => {
  it('opens it from then on, the old one does not, and the till goes on', async () => {
    const before = await redeem();
    const old = keyNow();
    expect(await rotate()).toMatchObject({
      ok: true,
      value: { retiredKeys: 1, changedAt: till.clock.nowMs },
    });
    expect(keyNow()).not.toEqual(old);
    expect(till.keys.get('next')).toBeUndefined();
    expect(opensUnder(till.dataDir, old)).toBe(false);
    expect(opensUnder(till.dataDir, keyNow())).toBe(true);

    const after = await redeem();
    const { redemptions } = await till.ok('redemption.recent', {}, till.session);
    expect(redemptions.map((row) => row.id)).toEqual([after, before]);
    await till.core.close();
    expect(audited()).toMatchObject({ audit: { ok: true, value: { redemptions: 2 } }, changes: [{}] });
    const again = await till.reopen();
    const { session } = await again.ok('session.signIn', { operatorId: till.adminId, pin: ADMIN_PIN });
    await redeem(again, session);
    await again.core.close();
    expect(audited().changes).toHaveLength(1);
  });

  it('can follow another, and leaves nothing beside the ledger', async () => {
    const before = readdirSync(till.dataDir);
    for (let i = 1; i <= 3; i++) {
      expect(await rotate()).toMatchObject({ ok: true, value: { retiredKeys: i } });
      await redeem();
    }
    expect(readdirSync(till.dataDir).sort()).toEqual(before.sort());
  });

  it('is for an admin who knows the PIN, at the till itself', async () => {
    expect(await rotate('000000')).toMatchObject({ error: { code: 'wrong_pin' } });
    const pin = '135790';
    const { id } = await till.ok('operators.add', { name: 'Mo', role: 'manager', pin }, till.session);
    const { session } = await till.ok('session.signIn', { operatorId: id, pin });
    expect(await till.call('keys.rotate', { pin }, session)).toMatchObject({ error: { code: 'forbidden' } });
  });

  it('leaves no plain text in the ledger, its log, its copies and its backups', async () => {
    await redeem();
    await rotate();
    await redeem();
    for (const folder of [till.dataDir, backupFolder(till.dataDir)]) {
      const names = readdirSync(folder);
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) {
        const bytes = readFileSync(path.join(folder, name)).toString('latin1');
        for (const word of ['CANARYCODE', 'canary@example.com', 'Corner Shop', 'SQLite format', ADMIN_PIN]) {
          expect(bytes, name).not.toContain(word);
        }
      }
    }
  });

  it('is refused while another program reads the ledger, and all stays as it was', async () => {
    const old = keyNow();
    const reader = openLedgerReadOnly(till.dataDir, old);
    if (!reader.ok) throw new Error(reader.error.detail);
    reader.value.database.prepare('SELECT count(*) FROM events').get();
    expect(await rotate()).toMatchObject({ error: { code: 'busy' } });
    reader.value.close();
    expect(keyNow()).toEqual(old);
    expect(till.keys.get('next')).toBeUndefined();
    await redeem();
    expect(await rotate()).toMatchObject({ ok: true });
  });

  it('waits for a backup that is being made, and one that is asked for meanwhile waits for it', async () => {
    const answers = await Promise.all([
      till.call('backup.now', {}, till.session),
      rotate(),
      till.call('backup.now', {}, till.session),
    ]);
    expect(answers.map((answer) => answer.ok)).toEqual([true, true, true]);
  });
});

describe('a backup under an earlier key', () => {
  it('comes back under the key that the ledger has now', async () => {
    const id = await redeem();
    const { fileName } = await till.ok('backup.now', {}, till.session);
    const old = keyNow();
    await rotate();
    await till.core.close();
    const file = path.join(backupFolder(till.dataDir), fileName);
    expect(restoreBackup(file, till.dataDir, [keyNow()], 0)).toMatchObject({ ok: false });
    expect(restoreBackup(file, till.dataDir, [keyNow(), old], 0)).toMatchObject({ ok: true });
    const again = await till.reopen();
    const { session } = await again.ok('session.signIn', { operatorId: till.adminId, pin: ADMIN_PIN });
    expect(await again.ok('redemption.recent', {}, session)).toMatchObject({ redemptions: [{ id }] });
    await again.core.close();
    expect(opensUnder(till.dataDir, keyNow())).toBe(true);
  });
});

describe('a key store that fails', () => {
  const full = async () => ({ ok: false, error: { code: 'key_unavailable', reason: 'full' } }) as const;

  it('before the ledger was touched, leaves everything under the old key', async () => {
    const again = await till.reopen({ keys: { ...till.ports.keys, save: full } });
    const { session } = await again.ok('session.signIn', { operatorId: till.adminId, pin: ADMIN_PIN });
    const refused = await again.call('keys.rotate', { pin: ADMIN_PIN }, session);
    expect(refused).toMatchObject({ error: { code: 'key_unavailable' } });
    await redeem(again, session);
    await again.core.close();
  });

  it('after it, goes on under the new key and takes it over at the next start', async () => {
    const { keys } = till.ports;
    const { rotation } = keys;
    if (!rotation) throw new Error('these keys can be changed');
    const again = await till.reopen({ keys: { ...keys, rotation: { ...rotation, promote: full } } });
    const { session } = await again.ok('session.signIn', { operatorId: till.adminId, pin: ADMIN_PIN });
    const old = keyNow();
    await again.ok('keys.rotate', { pin: ADMIN_PIN }, session);
    const next = Uint8Array.from(till.keys.get('next') ?? []);
    expect(keyNow()).toEqual(old);
    expect(opensUnder(till.dataDir, next)).toBe(true);
    await redeem(again, session);
    await again.ok('backup.now', {}, session);
    // Another change must not throw away the only key that opens the ledger.
    expect(await again.call('keys.rotate', { pin: ADMIN_PIN }, session)).toMatchObject({
      error: { code: 'key_unavailable' },
    });
    expect(opensUnder(till.dataDir, next)).toBe(true);
    await again.core.close();

    const third = await till.reopen();
    expect(keyNow()).toEqual(next);
    await third.core.close();
    expect(audited()).toMatchObject({ audit: { ok: true }, changes: [{}] });
  });

  it('is told apart from a damaged ledger', async () => {
    await till.core.close();
    const file = path.join(till.dataDir, 'ledger.db');
    const bytes = readFileSync(file);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    till.keys.set('next', new Uint8Array(32).fill(3));
    await expect(till.reopen()).rejects.toMatchObject({ refusal: { code: 'ledger_corrupt' } });
    expect(till.keys.get('next')).toBeDefined();
  });
});
