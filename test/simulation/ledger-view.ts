import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { applyKey } from '../../db/cipher.ts';
import { loadIdentity, prepareReads, type Reads } from '../../db/store.ts';

/** What the ledger's file says, read beside the core, as a backup or an audit would. */
export type LedgerView = {
  readonly reads: Reads;
  identity(): ReturnType<typeof loadIdentity>;
  head(): { readonly seq: number; readonly hash: string };
  /** Redemptions written after this event, voided or not. */
  redemptionsAfter(seq: number): SeenRedemption[];
  /** Voids, and refunds that gave a use back, written after this event. */
  voidsAfter(seq: number): { readonly id: string; readonly voidSeq: number }[];
  /** What of the discounts was on goods that came back. */
  returns(): { readonly id: string; readonly returnedMinor: number }[];
  /** Grows with each commit of the ledger, as seen from here. */
  dataVersion(): number;
  redemptionIds(): Set<string>;
  close(): void;
};

export type SeenRedemption = {
  readonly id: string;
  readonly seq: number;
  readonly offerId: string;
  readonly couponId: string;
  readonly discountMinor: number;
  readonly atRisk: boolean;
  /** Of the lease that paid it. */
  readonly leaseIncarnation?: number;
};

type Row = {
  seq: number;
  id: string;
  offerId: string;
  couponId: string;
  discountMinor: number;
  atRisk: number;
  leaseIncarnation: number | null;
};

const uuidText = (hex: string) =>
  hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

export function viewLedger(dataDir: string, key: Uint8Array): LedgerView {
  const database = new Database(join(dataDir, 'ledger.db'), { readonly: true });
  applyKey(database, key);
  const reads = prepareReads(drizzle({ client: database }));
  const after = database.prepare<[number], Row>(
    `SELECT r.seq, hex(r.id) AS id, hex(r.offer_id) AS offerId, hex(r.coupon_id) AS couponId,
       r.discount_minor AS discountMinor, r.at_risk AS atRisk, l.incarnation AS leaseIncarnation
     FROM redemptions r LEFT JOIN leases l ON l.id = r.lease_id WHERE r.seq > ? ORDER BY r.seq`,
  );
  const voids = database.prepare<[number], { id: string; voidSeq: number }>(
    `SELECT hex(id) AS id, coalesce(void_seq, use_back_seq) AS voidSeq FROM redemptions
     WHERE coalesce(void_seq, use_back_seq) > ? ORDER BY 2`,
  );
  const returns = database.prepare<[], { id: string; returnedMinor: number }>(
    'SELECT hex(id) AS id, returned_minor AS returnedMinor FROM redemptions WHERE returned_minor > 0',
  );
  const head = database.prepare<[], { seq: number; hash: string }>(
    'SELECT seq, lower(hex(hash)) AS hash FROM events ORDER BY seq DESC LIMIT 1',
  );
  const version = database.prepare<[], number>('PRAGMA data_version').pluck();
  const ids = database.prepare<[], string>('SELECT hex(id) FROM redemptions').pluck();
  return {
    reads,
    identity: () => loadIdentity(reads),
    head: () => head.get() ?? { seq: 0, hash: '' },
    redemptionsAfter: (seq) =>
      after.all(seq).map(({ leaseIncarnation, ...row }) => ({
        ...row,
        ...(leaseIncarnation === null ? {} : { leaseIncarnation }),
        id: uuidText(row.id),
        offerId: uuidText(row.offerId),
        couponId: uuidText(row.couponId),
        atRisk: row.atRisk === 1,
      })),
    voidsAfter: (seq) => voids.all(seq).map((row) => ({ ...row, id: uuidText(row.id) })),
    returns: () => returns.all().map((row) => ({ ...row, id: uuidText(row.id) })),
    dataVersion: () => version.get() ?? 0,
    redemptionIds: () => new Set(ids.all().map(uuidText)),
    close: () => void database.close(),
  };
}

/** The file may be there and hold nothing, when everything was still in the log. */
export function holdsLedger(dataDir: string, key: Uint8Array): boolean {
  const path = join(dataDir, 'ledger.db');
  if (!existsSync(path)) return false;
  const database = new Database(path, { readonly: true });
  applyKey(database, key);
  const founded = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'events'").get() !== undefined;
  database.close();
  return founded;
}
