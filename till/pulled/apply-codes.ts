import type { CodeToInsert } from '../../db/queries/coupons.ts';
import type { Tx } from '../../db/store.ts';
import type { Change } from '../../shared/contracts/sync.ts';
import { assert } from '../../shared/kernel/assert.ts';
import type { Services } from '../services.ts';
import { lastSyncAt } from '../sync-state.ts';

export type CodesChange = Extract<Change, { kind: 'codes' }>;

/** A cashier's scan between two transactions does not wait for the whole. */
const CODES_PER_TRANSACTION = 2_000;
/**
 * While the location still waits for its first codes, nobody scans one. A transaction writes each page of the index of
 * ids that it touches, and ids come at random: ten times as many codes touch hardly more pages.
 */
const CODES_PER_FIRST_TRANSACTION = 20_000;

/**
 * Takes many codes into the ledger, in the order of their texts: each page of the index of codes is then visited once
 * for all of them, not once for each. Cut off in the middle it is done again, and what is there already stays.
 * @param pause between two transactions; false: the core is closing
 */
export async function applyCodes(
  services: Services,
  changes: readonly CodesChange[],
  pause: () => Promise<boolean>,
): Promise<void> {
  const isFirst = lastSyncAt(services.store.read) === undefined;
  const perTransaction = isFirst ? CODES_PER_FIRST_TRANSACTION : CODES_PER_TRANSACTION;
  for (const group of groupsOf(changes)) {
    const [first] = group;
    assert(first !== undefined, 'a group has a change');
    const missing = services.store.transact((tx) => prepare(tx, first));
    if (missing !== undefined) {
      warn(services, first, missing);
      continue;
    }
    const rows = group.flatMap(rowsOf).sort(([, a], [, b]) => (a < b ? -1 : 1));
    let taken = 0;
    for (let start = 0; start < rows.length; start += perTransaction) {
      const some = rows.slice(start, start + perTransaction);
      taken += services.store.transact((tx) => insert(tx, services, first, some));
      if (!(await pause())) return;
    }
    const { batchId } = first;
    if (batchId !== undefined)
      services.store.transact((tx) => {
        for (const { firstSerial, ids } of group)
          if (ids.length > 0) tx.write.coupons.keepSerials(batchId, firstSerial, ids);
      });
    for (const change of group) {
      services.store.transact((tx) => takeHomes(tx, services, change));
      if (!(await pause())) return;
    }
    if (taken > 0) warn(services, first, `${taken} codes belong to other coupons here`);
  }
}

/** Changes whose codes differ in nothing but themselves, in the order of their coming. */
function groupsOf(changes: readonly CodesChange[]): CodesChange[][] {
  const groups = new Map<string, CodesChange[]>();
  for (const change of changes) {
    const key = `${change.offerId} ${change.batchId} ${change.issuedAt}`;
    const group = groups.get(key);
    if (group) group.push(change);
    else groups.set(key, [change]);
  }
  return [...groups.values()];
}

function rowsOf({ ids, codes, firstSerial, usesPerCode }: CodesChange): CodeToInsert[] {
  assert(ids.length === codes.length, 'every code has its id');
  return codes.map((code, i) => [ids[i] as string, code, firstSerial + i, usesPerCode ?? null]);
}

/** @returns what is not known here, so that the codes cannot be taken */
function prepare(tx: Tx, { offerId, batchId }: CodesChange): string | undefined {
  if (!tx.read.offers.byId(offerId)) return 'their offer is unknown';
  if (batchId !== undefined && !tx.read.batches.byId(batchId)) return 'their batch is unknown';
  return undefined;
}

/** @returns how many of the codes belong to other coupons */
function insert(
  tx: Tx,
  services: Services,
  { offerId, batchId }: CodesChange,
  rows: readonly CodeToInsert[],
): number {
  const batch = batchId === undefined ? undefined : tx.read.batches.byId(batchId);
  const issuedAt = batch?.createdAt ?? services.clock.now();
  const made = { offerId, batchId: batchId ?? null, home: 'centre', issuedAt } as const;
  const inserted = tx.write.coupons.insertMany(made, rows);
  if (inserted === rows.length) return 0;
  let taken = 0;
  for (const [id, code] of rows) {
    const known = tx.read.coupons.byId(id);
    if (!known) taken += 1;
    // It was taken in by its signature, before its text was known here.
    else if (known.code !== code && !tx.read.coupons.byCode(code)) tx.write.coupons.setCode(id, code);
  }
  return taken;
}

/** Codes that the centre made for this ledger: their uses are at home here. */
function takeHomes(tx: Tx, { store }: Services, { ids, homes }: CodesChange): void {
  if (homes === undefined || homes.incarnation !== store.identity()?.incarnation) return;
  const here = homes.moves.flatMap((move, i) => (move > 0 ? [[ids[i] as string, move] as const] : []));
  if (here.length > 0) tx.write.codeHomes.putHere(homes.incarnation, here);
}

function warn({ ports }: Services, { offerId, batchId }: CodesChange, why: string): void {
  ports.logger.warn('a change was skipped', { kind: 'codes', id: batchId ?? offerId, why });
}
