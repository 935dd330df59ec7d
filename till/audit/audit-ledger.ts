import { createHash } from 'node:crypto';
import type { EventRow } from '../../db/queries/events.ts';
import type { LedgerIdentity, Reads } from '../../db/store.ts';
import { type ChainHead, checkLink, EMPTY_CHAIN } from '../../shared/chain/chain.ts';
import { type LedgerEvent, ledgerEventSchema } from '../../shared/contracts/ledger-events.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { rightsAddUp } from '../../shared/redemption/rights.ts';
import { type AnchorRecord, compareAnchor } from '../anchor/anchor.ts';
import { EventTally } from './event-tally.ts';

/** The first thing that does not fit. `seq` is the event where it shows, when it is one event's. */
export type AuditBreak = { readonly seq?: number; readonly what: string };

export type AuditSummary = {
  readonly head: ChainHead;
  readonly redemptions: number;
  readonly voided: number;
  readonly leases: number;
  readonly anchoredSeq: number | undefined;
};

type Audited = { readonly read: Reads; readonly identity: LedgerIdentity | undefined };

const EVENTS_PER_READ = 1_000;

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/**
 * Follows the chain from its first event, replays what the events say, and compares that with every table that counts:
 * redemptions, codes, leases, budgets, running sums. Stops at the first break.
 */
export function auditLedger(
  audited: Audited,
  anchor: AnchorRecord | undefined,
): Result<AuditSummary, AuditBreak> {
  const steps = auditInSteps(audited, () => anchor);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * The same, resting after every page of events, so that a ledger in use goes on meanwhile. Whatever is written in a rest
 * is read as well; the tables are compared, and the anchor asked for, in the step that finds no further event.
 */
export function* auditInSteps(
  { read, identity }: Audited,
  anchorNow: () => AnchorRecord | undefined,
): Generator<number, Result<AuditSummary, AuditBreak>> {
  const tally = new EventTally(read);
  let head = EMPTY_CHAIN;
  for (;;) {
    const page = read.events.from(head.seq + 1, EVENTS_PER_READ);
    for (const row of page) {
      const broken = checkLink(sha256, head, row) ?? undefined;
      if (broken) return err({ seq: broken.seq, what: chainBreak[broken.why] });
      const event = readEvent(row, head, identity);
      if (!event.ok) return event;
      const wrong = tally.add(event.value);
      if (wrong !== undefined) return err({ seq: row.seq, what: wrong });
      head = { seq: row.seq, hash: row.hash };
    }
    if (page.length < EVENTS_PER_READ) break;
    yield head.seq;
  }
  const incarnation = identity?.incarnation ?? 1;
  const wrong =
    tally.compareTotals() ??
    compareLeases(read, tally, incarnation) ??
    compareBudgets(read, tally, incarnation);
  if (wrong !== undefined) return err({ what: wrong });
  const anchor = anchorNow();
  const store = { head: () => head, identity: () => identity, read };
  const fault = compareAnchor(anchor, store);
  if (fault) {
    return err({
      seq: fault.anchoredSeq,
      what: `anchor ${fault.why}: it remembers event ${fault.anchoredSeq}, the ledger ends at ${fault.ledgerSeq}`,
    });
  }
  return ok({
    head,
    redemptions: tally.redeemed,
    voided: tally.voided,
    leases: read.leases.all().length,
    anchoredSeq: anchor?.seq,
  });
}

const chainBreak = {
  gap: 'an event is missing, doubled or out of order',
  hash: 'an event, or the one before it, was changed',
} as const;

/** The columns beside a body are copies of what it says; nobody may have changed only them. */
function readEvent(
  row: EventRow,
  head: ChainHead,
  identity: LedgerIdentity | undefined,
): Result<LedgerEvent, AuditBreak> {
  const wrong = (what: string) => err({ seq: row.seq, what });
  if (row.prevHash !== head.hash) return wrong('its link to the event before was changed');
  const parsed = ledgerEventSchema.safeParse(JSON.parse(row.body));
  if (!parsed.success) return wrong('its body is no event');
  const event = parsed.data;
  if (event.seq !== row.seq || event.type !== row.type || event.at !== row.at) {
    return wrong('its columns do not say what its body says');
  }
  if (event.ledgerId !== identity?.ledgerId) return wrong('it belongs to another ledger');
  return ok(event);
}

function compareLeases(read: Reads, tally: EventTally, incarnation: number): string | undefined {
  const held = new Map(read.audit.heldByLease().map((row) => [row.leaseId, row.held]));
  for (const lease of read.leases.all()) {
    if (!rightsAddUp(lease)) return `the rights of lease ${lease.id} do not add up`;
    if (lease.reserved !== (held.get(lease.id) ?? 0)) {
      return `lease ${lease.id} counts ${lease.reserved} held rights, but ${held.get(lease.id) ?? 0} are held`;
    }
    const spent = tally.spentOf(lease.id);
    if (lease.spent !== spent)
      return `lease ${lease.id} counts ${lease.spent} spent rights, its events ${spent}`;
    const returned = tally.returnedFrom(lease.id);
    if (lease.returned !== returned) {
      return `lease ${lease.id} counts ${lease.returned} returned rights, its events ${returned}`;
    }
    if (lease.incarnation < incarnation && lease.leased + lease.reserved > 0) {
      return `lease ${lease.id} of an earlier incarnation still holds rights that could be spent`;
    }
    const granted = tally.grantedTo(lease.id);
    if (lease.total !== granted)
      return `lease ${lease.id} holds ${lease.total} rights, its events gave ${granted}`;
  }
  return undefined;
}

function compareBudgets(read: Reads, tally: EventTally, incarnation: number): string | undefined {
  for (const lease of read.budgets.all()) {
    if (!rightsAddUp(lease)) return `the money of budget lease ${lease.id} does not add up`;
    const { granted, spent, returned, untold } = tally.moneyOf(lease.id);
    if (lease.total !== granted)
      return `budget lease ${lease.id} holds ${lease.total}, its events gave ${granted}`;
    if (lease.spent < spent || lease.spent > spent + untold)
      return `budget lease ${lease.id} counts ${lease.spent} spent, its events ${spent}`;
    if (lease.returned !== returned)
      return `budget lease ${lease.id} counts ${lease.returned} returned, its events ${returned}`;
    if (lease.incarnation < incarnation && lease.leased > 0)
      return `budget lease ${lease.id} of an earlier incarnation still holds money that could be spent`;
  }
  return undefined;
}
