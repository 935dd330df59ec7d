import { statSync } from 'node:fs';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { type ChainHead, chainHash, EMPTY_CHAIN, type Sha256 } from '../shared/chain/chain.ts';
import type { LedgerEventPayload, LedgerEventType } from '../shared/contracts/ledger-events.ts';
import { assert } from '../shared/kernel/assert.ts';
import type { Result } from '../shared/kernel/result.ts';
import type { Drizzle } from './drizzle.ts';
import type { OpenLedger } from './open.ts';
import { auditReads } from './queries/audit.ts';
import { batchJobReads, batchJobWrites } from './queries/batch-jobs.ts';
import { budgetReads, budgetWrites } from './queries/budgets.ts';
import { campaignReads, campaignWrites } from './queries/campaigns.ts';
import { codeHomeReads, codeHomeWrites } from './queries/code-homes.ts';
import { codeRangeReads, codeRangeWrites } from './queries/code-ranges.ts';
import { batchReads, batchWrites, couponReads, couponWrites } from './queries/coupons.ts';
import { customerReads, customerWrites } from './queries/customers.ts';
import { eventReads, eventWrites } from './queries/events.ts';
import { importReads, importWrites } from './queries/imports.ts';
import { incidentReads, incidentWrites } from './queries/incidents.ts';
import { laneReads, laneWrites } from './queries/lanes.ts';
import { leaseReads, leaseWrites } from './queries/leases.ts';
import { metaReads, metaWrites } from './queries/meta.ts';
import { offerReads, offerWrites } from './queries/offers.ts';
import { operatorReads, operatorWrites } from './queries/operators.ts';
import { pastReads, pastWrites } from './queries/past-redemptions.ts';
import { printingReads, printingWrites } from './queries/printing.ts';
import { redemptionReads, redemptionWrites } from './queries/redemptions.ts';
import { refundReads, refundWrites } from './queries/refunds.ts';
import { reportReads } from './queries/reports.ts';
import { searchReads } from './queries/search.ts';
import { throttleReads, throttleWrites } from './queries/throttles.ts';
import { tokenReads, tokenWrites } from './queries/tokens.ts';
import { LedgerBrokenError, LedgerGoneError, type StorageFault } from './storage-fault.ts';

export type Reads = ReturnType<typeof prepareReads>;
export type Writes = ReturnType<typeof prepareWrites>;

/** Who caused an event, when, and where. */
export type EventStamp = {
  readonly at: number;
  readonly operatorId?: string | undefined;
  readonly till?: string | undefined;
};

/** Inside a transaction. It must not be kept beyond it. */
export type Tx = {
  readonly read: Reads;
  readonly write: Writes;
  /** Writes the next event of the chain. @returns its sequence number */
  append<T extends LedgerEventType>(type: T, payload: LedgerEventPayload<T>, stamp: EventStamp): number;
  /** The id, incarnation and events of a ledger begin with this. */
  found(ledgerId: string, incarnation: number): void;
};

export type Store = {
  readonly read: Reads;
  /**
   * One IMMEDIATE transaction: everything that `work` writes is on the disk when this returns, or nothing is.
   * `work` must not await: nothing else may happen in between.
   */
  transact<T>(work: (tx: Tx) => T): T;
  /** The newest committed event. */
  head(): ChainHead;
  /** When the newest committed event happened, as its writer judged; undefined before the first. */
  lastEventAt(): number | undefined;
  /** Undefined before the ledger was founded. */
  identity(): LedgerIdentity | undefined;
  /** Called after every commit that wrote an event. */
  onCommit(listener: (head: ChainHead) => void): void;
  /** Moves committed pages from the log into the database, as far as that needs no waiting. */
  checkpoint(): void;
  /** Puts everything under another key and goes on with that. A refusal leaves all as it was. */
  changeKey(from: Uint8Array, to: Uint8Array): Result<void, StorageFault>;
  close(): void;
};

export type LedgerIdentity = { readonly ledgerId: string; readonly incarnation: number };

export type StoreParts = {
  readonly sha256: Sha256;
  readonly newId: (now: number) => string;
};

const LEDGER_ID = 'ledgerId';
const INCARNATION = 'incarnation';

export function createStore(ledger: OpenLedger, parts: StoreParts): Store {
  let statements = prepare(ledger);
  // Kept by everybody: when the database is another one, what they hold is pointed at it.
  const { read, write } = statements;

  const last = read.events.last();
  let head: ChainHead = last ? { seq: last.seq, hash: last.hash } : EMPTY_CHAIN;
  let lastAt = last?.at;
  let identity = loadIdentity(read);
  let broken: Error | undefined;
  const listeners: ((head: ChainHead) => void)[] = [];

  // Of the running transaction; they become the ledger's when it has committed.
  let nextHead = head;
  let nextAt = lastAt;
  let nextIdentity = identity;

  const tx: Tx = {
    read,
    write,
    append(type, payload, stamp) {
      assert(ledger.database.inTransaction, 'events are written in a transaction');
      assert(nextIdentity, 'the ledger has an identity before its first event');
      const seq = nextHead.seq + 1;
      const body = JSON.stringify({
        v: 1,
        seq,
        id: parts.newId(stamp.at),
        ...nextIdentity,
        at: stamp.at,
        operatorId: stamp.operatorId,
        till: stamp.till,
        type,
        payload,
      });
      const hash = chainHash(parts.sha256, nextHead.hash, body);
      write.events.insert({ seq, type, at: stamp.at, prevHash: nextHead.hash, hash, body });
      nextHead = { seq, hash };
      nextAt = stamp.at;
      return seq;
    },
    found(ledgerId, incarnation) {
      write.meta.set(LEDGER_ID, ledgerId);
      write.meta.set(INCARNATION, String(incarnation));
      nextIdentity = { ledgerId, incarnation };
    },
  };

  function transact<T>(work: (tx: Tx) => T): T {
    if (broken) throw new LedgerBrokenError(broken.message);
    const { database } = ledger;
    const { begin, commit, rollback } = statements;
    assert(!database.inTransaction, 'transactions do not nest');
    statements.stillThere();
    begin.run();
    nextHead = head;
    nextAt = lastAt;
    nextIdentity = identity;
    let result: T;
    try {
      result = work(tx);
    } catch (error) {
      if (database.inTransaction) rollback.run();
      throw error;
    }
    try {
      commit.run();
    } catch (error) {
      abandon(error);
      throw error;
    }
    const wroteEvents = nextHead.seq !== head.seq;
    head = nextHead;
    lastAt = nextAt;
    identity = nextIdentity;
    if (wroteEvents) for (const listener of listeners) listener(head);
    return result;
  }

  /** A commit failed. After a failed flush the disk alone knows what it holds: read it anew before writing on. */
  function abandon(error: unknown): void {
    if (ledger.database.inTransaction) statements.rollback.run();
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_IOERR'))
      broken = error;
  }

  return {
    read,
    transact,
    head: () => head,
    lastEventAt: () => lastAt,
    identity: () => identity,
    onCommit: (listener) => void listeners.push(listener),
    checkpoint: () => void ledger.database.pragma('wal_checkpoint(PASSIVE)'),
    changeKey(from, to) {
      if (broken) throw new LedgerBrokenError(broken.message);
      statements.stillThere();
      try {
        return ledger.changeKey(from, to);
      } catch (error) {
        broken = error instanceof Error ? error : new Error(String(error));
        throw error;
      } finally {
        if (ledger.database.open) {
          statements = prepare(ledger);
          pointAt(read, statements.read);
          pointAt(write, statements.write);
        }
      }
    },
    close: () => ledger.close(),
  };
}

/** Whoever kept a group of statements goes on with it: each group stays, and its statements are the new ones. */
function pointAt<G extends Readonly<Record<string, object>>>(kept: G, fresh: G): void {
  for (const name of Object.keys(kept)) Object.assign(kept[name] ?? {}, fresh[name]);
}

function prepare({ database, path }: OpenLedger) {
  const db: Drizzle = drizzle({ client: database });
  return {
    read: prepareReads(db),
    write: prepareWrites(db),
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    rollback: database.prepare('ROLLBACK'),
    stillThere: watchFile(path),
  };
}

export function loadIdentity(read: Reads): LedgerIdentity | undefined {
  const ledgerId = read.meta.get(LEDGER_ID);
  const incarnation = read.meta.get(INCARNATION);
  return ledgerId === undefined ? undefined : { ledgerId, incarnation: Number(incarnation) };
}

/** SQLite would go on writing into files whose folder was removed, and everything acknowledged would vanish. */
function watchFile(path: string): () => void {
  const { ino, dev } = statSync(path);
  return () => {
    const now = statSync(path, { throwIfNoEntry: false });
    if (now?.ino !== ino || now.dev !== dev)
      throw new LedgerGoneError('the ledger file was removed or replaced');
  };
}

export function prepareReads(db: Drizzle) {
  return {
    meta: metaReads(db),
    operators: operatorReads(db),
    offers: offerReads(db),
    coupons: couponReads(db),
    batches: batchReads(db),
    batchJobs: batchJobReads(db),
    codeRanges: codeRangeReads(db),
    imports: importReads(db),
    past: pastReads(db),
    printing: printingReads(db),
    tokens: tokenReads(db),
    codeHomes: codeHomeReads(db),
    budgets: budgetReads(db),
    incidents: incidentReads(db),
    lanes: laneReads(db),
    leases: leaseReads(db),
    redemptions: redemptionReads(db),
    refunds: refundReads(db),
    events: eventReads(db),
    throttles: throttleReads(db),
    customers: customerReads(db),
    audit: auditReads(db),
    campaigns: campaignReads(db),
    reports: reportReads(db),
    search: searchReads(db),
  };
}

function prepareWrites(db: Drizzle) {
  return {
    meta: metaWrites(db),
    operators: operatorWrites(db),
    offers: offerWrites(db),
    coupons: couponWrites(db),
    batches: batchWrites(db),
    batchJobs: batchJobWrites(db),
    codeRanges: codeRangeWrites(db),
    imports: importWrites(db),
    past: pastWrites(db),
    printing: printingWrites(db),
    tokens: tokenWrites(db),
    codeHomes: codeHomeWrites(db),
    budgets: budgetWrites(db),
    incidents: incidentWrites(db),
    lanes: laneWrites(db),
    leases: leaseWrites(db),
    redemptions: redemptionWrites(db),
    refunds: refundWrites(db),
    events: eventWrites(db),
    throttles: throttleWrites(db),
    customers: customerWrites(db),
    campaigns: campaignWrites(db),
  };
}
