import { createHash, randomUUID } from 'node:crypto';
import type Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedger } from '../../db/open.ts';
import { loadIdentity, prepareReads } from '../../db/store.ts';
import { chainHash, GENESIS_HASH } from '../../shared/chain/chain.ts';
import { readAnchor } from '../anchor/anchor.ts';
import { fileAnchorStore } from '../system-ports.ts';
import { basketOf50, offerDraft } from '../testing/offer-drafts.ts';
import { openShop } from '../testing/test-core.ts';
import { auditLedger } from './audit-ledger.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
let till: Shop;

beforeEach(async () => {
  till = await openShop();
  const draft = offerDraft({ limits: { total: 5, budgetMinor: 10_000 } });
  await till.ok('offers.create', { requestId: randomUUID(), draft, sharedCode: 'FIVE' }, till.session);
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) {
    const basketId = randomUUID();
    await till.ok('redemption.check', { basketId, basket: basketOf50, codes: ['FIVE'] }, till.session);
    const done = await till.ok('redemption.confirm', { basketId }, till.session);
    ids.push(done.redemptions[0]?.id ?? '');
  }
  await till.ok('redemption.void', { redemptionId: ids[0] ?? '', reason: 'returned' }, till.session);
  await till.ok(
    'redemption.refund',
    {
      refundId: randomUUID(),
      redemptionId: ids[1] ?? '',
      lines: [{ lineId: '2', units: 1 }],
      reason: 'broken',
    },
    till.session,
  );
  const open = { basketId: randomUUID(), basket: basketOf50, codes: ['FIVE'] };
  await till.ok('redemption.check', open, till.session);
  await importHistory();
  await till.core.close();
});

async function importHistory(): Promise<void> {
  const importId = randomUUID();
  const bytes = Buffer.from(
    'time_utc,code,discount\n2025-03-01T10:00:00Z,OLD1,5.00\n2025-03-02T10:00:00Z,OLD2,5.00\n',
  );
  await till.ok('imports.begin', { importId, fileName: 'old.csv', bytes: bytes.length }, till.session);
  await till.ok('imports.upload', { importId, offset: 0, base64: bytes.toString('base64') }, till.session);
  await till.ok('history.import', { importId, dryRun: false }, till.session);
}

afterEach(() => till.close());

/** What the audit says after somebody with the key and the database in their hands did `harm`. */
function auditAfter(harm: (db: Database.Database) => void = () => {}) {
  const key = till.keys.get('ledger');
  const opened = key && openLedger(till.dataDir, key);
  if (!opened?.ok) throw new Error('the ledger opens');
  const { database } = opened.value;
  try {
    for (const trigger of ['events_never_change', 'events_never_go', 'events_in_order']) {
      database.exec(`DROP TRIGGER ${trigger}`);
    }
    harm(database);
    const read = prepareReads(drizzle({ client: database }));
    const anchor = readAnchor(fileAnchorStore(`${till.dataDir}-outside`));
    return auditLedger({ read, identity: loadIdentity(read) }, anchor);
  } finally {
    opened.value.close();
  }
}

/** Writes the chain anew after a change, as somebody would who knows how it is made. */
function rechain(db: Database.Database): void {
  const rows = db.prepare('SELECT seq, body FROM events ORDER BY seq').all() as {
    seq: number;
    body: string;
  }[];
  let hash = GENESIS_HASH;
  const set = db.prepare('UPDATE events SET prev_hash = ?, hash = ? WHERE seq = ?');
  for (const { seq, body } of rows) {
    const next = chainHash((bytes) => createHash('sha256').update(bytes).digest(), hash, body);
    set.run(Buffer.from(hash, 'hex'), Buffer.from(next, 'hex'), seq);
    hash = next;
  }
}

describe('the audit', () => {
  it('finds nothing in a ledger that nobody touched', () => {
    expect(auditAfter()).toMatchObject({ ok: true, value: { redemptions: 3, voided: 1, leases: 1 } });
  });

  it('finds money of an earlier incarnation', () => {
    const newer = "UPDATE leases SET incarnation = 2; UPDATE meta SET value = '2' WHERE key = 'incarnation'";
    expect(auditAfter((db) => db.exec(newer))).toMatchObject({
      error: { what: expect.stringContaining('still holds money') },
    });
  });

  it.each([
    [
      'a changed event',
      "UPDATE events SET body = replace(body, '500', '400') WHERE type = 'redemption.redeemed'",
    ],
    ['a removed event', "DELETE FROM events WHERE type = 'redemption.voided'"],
    [
      'swapped events',
      'UPDATE events SET seq = CASE seq WHEN 6 THEN -7 WHEN 7 THEN -6 END WHERE seq IN (6, 7); UPDATE events SET seq = -seq WHERE seq < 0',
    ],
    [
      'an added event',
      'INSERT INTO events SELECT seq + 1, type, at, hash, randomblob(32), body FROM events ORDER BY seq DESC LIMIT 1',
    ],
    ['a changed column of an event', "UPDATE events SET type = 'x' WHERE seq = 5"],
    ['the newest events cut off', 'DELETE FROM events WHERE seq > (SELECT max(seq) - 2 FROM events)'],
    [
      'a changed discount',
      'UPDATE redemptions SET discount_minor = 1 WHERE seq = (SELECT min(seq) FROM redemptions)',
    ],
    ['a removed redemption', 'DELETE FROM redemptions WHERE seq = (SELECT max(seq) FROM redemptions)'],
    ['a void taken back', 'UPDATE redemptions SET voided_at = NULL, void_seq = NULL'],
    ['a use given back', "UPDATE coupons SET used = used - 1 WHERE code = 'FIVE'"],
    ['a right that came from nowhere', 'UPDATE leases SET total = total + 1, leased = leased + 1'],
    ['a spent right made free', 'UPDATE leases SET spent = spent - 1, leased = leased + 1'],
    ['a right returned without a word', 'UPDATE leases SET returned = returned + 1, leased = leased - 1'],
    ['rights of an earlier incarnation', "UPDATE meta SET value = '2' WHERE key = 'incarnation'"],
    ['a refund that is not there', 'DELETE FROM refunds'],
    ['goods that came back in the rows alone', 'UPDATE redemptions SET returned_minor = 1'],
    ['goods that came back in the events alone', 'UPDATE redemptions SET returned_minor = 0'],
    ['money that came from nowhere', 'UPDATE budget_leases SET total = total + 1, leased = leased + 1'],
    ['spent money made free', 'UPDATE budget_leases SET spent = spent - 1, leased = leased + 1'],
    [
      'money returned without a word',
      'UPDATE budget_leases SET returned = returned + 1, leased = leased - 1',
    ],
    ['money taken of a budget without a row', 'DELETE FROM budget_spends'],
    ['a changed row of history', "UPDATE past_redemptions SET discount_minor = 1 WHERE code = 'OLD1'"],
    ['a removed row of history', "DELETE FROM past_redemptions WHERE code = 'OLD2'"],
    ['a history that nobody read in', 'DELETE FROM past_redemptions; DELETE FROM past_imports'],
    ['a hold that is not there', 'DELETE FROM reservations'],
    ['a running sum that was changed', "UPDATE use_counts SET uses = uses + 1 WHERE scope = 'all'"],
  ])('finds %s', (_, sql) => {
    expect(auditAfter((db) => db.exec(sql))).toMatchObject({ ok: false });
  });

  it('finds a history that was written anew from the beginning, by the anchor outside', () => {
    const harm = (db: Database.Database) => {
      db.exec(`UPDATE events SET body = replace(body, 'Corner Shop', 'Corner Shap') WHERE seq = 1`);
      rechain(db);
    };
    expect(auditAfter(harm)).toMatchObject({ ok: false, error: { what: expect.stringContaining('forked') } });
  });
});
