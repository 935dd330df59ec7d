import { createHash } from 'node:crypto';
import { and, desc, eq, gte, inArray, lte } from 'drizzle-orm';
import { checkLink, GENESIS_HASH, type Sha256 } from '../../shared/chain/chain.ts';
import { type LedgerEvent, ledgerEventSchema } from '../../shared/contracts/ledger-events.ts';
import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import { type PushRequest, type PushResponse, SYNC_PROTOCOL } from '../../shared/contracts/sync.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Centre, Outcome } from '../centre.ts';
import type { LeaseHolder } from '../escrow/held.ts';
import { burnLeases, grantWishes } from '../escrow/leases.ts';
import { openIncident } from '../incidents/incidents.ts';
import type { Db } from '../store/db.ts';
import { transactResult } from '../store/retry.ts';
import { devices, incarnations, ledgerEvents } from '../store/schema.ts';
import { applyEvents } from './apply-events.ts';
import type { Device } from './signature.ts';

type Incarnation = typeof incarnations.$inferSelect;
type Sent = PushRequest['events'][number];

const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest();

/**
 * Takes events of a ledger in chain order. Everything up to `ackedSeq` of the answer is committed; sending it again
 * changes nothing. A ledger that is further than the centre (which was restored from a backup) is told to go back, by
 * the same number.
 */
export async function push(
  centre: Centre,
  device: Device,
  request: PushRequest,
): Promise<Outcome<PushResponse>> {
  if (request.protocol !== SYNC_PROTOCOL)
    return err(refusal('incompatible_version', { centre: SYNC_PROTOCOL, ledger: request.protocol }));
  if (request.ledgerId !== device.ledgerId) return err(refusal('forbidden', { why: 'another ledger' }));
  const disorder = request.events.findIndex((event, i) => event.seq !== request.fromSeq + i);
  if (disorder >= 0)
    return err(refusal('invalid_input', { why: 'events are sent in order' }, `events.${disorder}.seq`));
  const outcome = await transactResult(centre.db, (tx) => take(tx, centre, device, request));
  if (!outcome.ok) return outcome;
  // A fork is recorded before it is refused: its incident must not be rolled back with the refusal.
  return outcome.value.forked ? err(refusal('incarnation_retired')) : ok(outcome.value.answer);
}

type Taken = { readonly forked: true } | { readonly forked: false; readonly answer: PushResponse };

async function take(tx: Db, centre: Centre, device: Device, request: PushRequest): Promise<Outcome<Taken>> {
  const now = centre.ports.now();
  await tx.update(devices).set({ lastSeenAt: now }).where(eq(devices.id, device.id));
  const holder: LeaseHolder = {
    ledgerId: device.ledgerId,
    incarnation: request.incarnation,
    locationId: device.locationId,
  };
  const chain = await lockIncarnation(tx, centre, holder, request);
  if (chain.status === 'retired') return keepBranch(tx, centre, holder, request, chain.ackedSeq);

  const answer = (ackedSeq: number, quarantined: PushResponse['quarantined']): Outcome<Taken> =>
    ok({
      forked: false,
      answer: { serverEpoch: centre.store.epoch, serverTime: now, ackedSeq, quarantined },
    });
  if (request.fromSeq > chain.ackedSeq + 1) return answer(chain.ackedSeq, []);
  const fork = await findFork(tx, chain, request);
  if (fork !== undefined) {
    await retire(tx, centre, holder);
    return keepBranch(tx, centre, holder, request, fork);
  }

  const fresh = request.events.filter((event) => event.seq > chain.ackedSeq);
  const read = readEvents(fresh, { seq: chain.ackedSeq, hash: chain.ackedHash }, holder);
  const refused = await applyEvents(
    tx,
    centre,
    holder,
    read.flatMap((one) => (one.event === undefined ? [] : [one.event])),
  );
  const quarantined = read.flatMap(({ sent, fault, event }) => {
    const reason = fault ?? (event && refused.get(event.seq));
    return reason === undefined ? [] : [{ seq: sent.seq, reason }];
  });
  const reasons = new Map(quarantined.map((one) => [one.seq, one.reason]));
  await storeEvents(tx, centre, holder, read, (seq) => {
    const reason = reasons.get(seq);
    return reason === undefined ? { state: 'applied' } : { state: 'quarantined', reason };
  });
  for (const { seq, reason } of quarantined) {
    await openIncident(tx, centre, {
      dedupeKey: `quarantine ${holder.ledgerId} ${holder.incarnation} ${seq}`,
      kind: 'quarantine',
      ledgerId: holder.ledgerId,
      sides: [{ seq, code: reason.code, why: String(reason.params.why ?? '') }],
    });
  }
  const last = fresh.at(-1);
  await tx
    .update(incarnations)
    .set({
      headSeq: Math.max(chain.headSeq, request.head.seq),
      ...(last === undefined ? {} : { ackedSeq: last.seq, ackedHash: last.hash }),
    })
    .where(ofIncarnation(holder));
  await grantWishes(tx, centre, holder, request.leaseWishes);
  return answer(last?.seq ?? chain.ackedSeq, quarantined);
}

function ofIncarnation(holder: Pick<LeaseHolder, 'ledgerId' | 'incarnation'>) {
  return and(eq(incarnations.ledgerId, holder.ledgerId), eq(incarnations.incarnation, holder.incarnation));
}

/**
 * The chain that this push continues. A ledger that went on as a new incarnation begins where the centre knows the
 * event before its first, and from the start otherwise: what was applied before is not applied twice.
 */
async function lockIncarnation(
  tx: Db,
  centre: Centre,
  holder: LeaseHolder,
  request: PushRequest,
): Promise<Incarnation> {
  const rows = await tx
    .select()
    .from(incarnations)
    .where(eq(incarnations.ledgerId, holder.ledgerId))
    .orderBy(desc(incarnations.incarnation))
    .for('update');
  const known = rows.find((row) => row.incarnation === holder.incarnation);
  if (known !== undefined) return known;
  const newest = rows[0];
  const late = newest !== undefined && newest.incarnation > holder.incarnation;
  if (newest !== undefined && !late) await retire(tx, centre, newest);
  const before = { seq: request.fromSeq - 1, hash: request.prevHash };
  const base = (await isKnownEvent(tx, holder.ledgerId, before)) ? before : { seq: 0, hash: GENESIS_HASH };
  const row: Incarnation = {
    ledgerId: holder.ledgerId,
    incarnation: holder.incarnation,
    status: late ? 'retired' : 'active',
    ackedSeq: base.seq,
    ackedHash: base.hash,
    headSeq: request.head.seq,
    startedAt: centre.ports.now(),
  };
  await tx.insert(incarnations).values(row);
  return row;
}

async function isKnownEvent(
  tx: Db,
  ledgerId: string,
  event: { readonly seq: number; readonly hash: string },
): Promise<boolean> {
  if (event.seq === 0) return event.hash === GENESIS_HASH;
  const [row] = await tx
    .select({ seq: ledgerEvents.seq })
    .from(ledgerEvents)
    .where(
      and(
        eq(ledgerEvents.ledgerId, ledgerId),
        eq(ledgerEvents.seq, event.seq),
        eq(ledgerEvents.hash, event.hash),
      ),
    )
    .limit(1);
  return row !== undefined;
}

/** @returns the first sequence number at which the ledger's history is not the one that the centre has */
async function findFork(tx: Db, chain: Incarnation, request: PushRequest): Promise<number | undefined> {
  const from = request.fromSeq - 1;
  if (from === 0 && request.prevHash !== GENESIS_HASH) return 1;
  const claimed = [
    ...(from > 0 ? [{ seq: from, hash: request.prevHash }] : []),
    ...request.events.map(({ seq, hash }) => ({ seq, hash })),
  ].filter(({ seq }) => seq <= chain.ackedSeq);
  const last = claimed.at(-1);
  if (last === undefined) return undefined;
  const stored = await tx
    .select({ seq: ledgerEvents.seq, hash: ledgerEvents.hash })
    .from(ledgerEvents)
    .where(
      and(
        eq(ledgerEvents.ledgerId, chain.ledgerId),
        gte(ledgerEvents.seq, from),
        lte(ledgerEvents.seq, last.seq),
        inArray(ledgerEvents.state, ['applied', 'quarantined']),
      ),
    );
  const known = new Set(stored.map(({ seq, hash }) => `${seq} ${hash}`));
  if (chain.ackedSeq > 0) known.add(`${chain.ackedSeq} ${chain.ackedHash}`);
  return claimed.find(({ seq, hash }) => !known.has(`${seq} ${hash}`))?.seq;
}

/** Nobody can say which of the rights of this incarnation were spent: what it still held is burned. */
async function retire(
  tx: Db,
  centre: Centre,
  holder: Pick<LeaseHolder, 'ledgerId' | 'incarnation'>,
): Promise<void> {
  await tx.update(incarnations).set({ status: 'retired' }).where(ofIncarnation(holder));
  await burnLeases(tx, centre, holder.ledgerId, holder.incarnation);
}

/** Another branch of a ledger's history: kept beside the first, and its sales counted, for they happened. */
async function keepBranch(
  tx: Db,
  centre: Centre,
  holder: LeaseHolder,
  request: PushRequest,
  forkSeq: number,
): Promise<Outcome<Taken>> {
  const read = readEvents(request.events, { seq: request.fromSeq - 1, hash: request.prevHash }, holder);
  const sales = read.flatMap(({ event }) =>
    event?.type === 'redemption.redeemed' || event?.type === 'redemption.voided' ? [event] : [],
  );
  await applyEvents(tx, centre, holder, sales);
  await storeEvents(tx, centre, holder, read, () => ({ state: 'fork' }));
  await openIncident(tx, centre, {
    dedupeKey: `fork ${holder.ledgerId} ${holder.incarnation}`,
    kind: 'fork',
    ledgerId: holder.ledgerId,
    sides: [
      { incarnation: holder.incarnation, seq: forkSeq, branch: 'first' },
      { incarnation: holder.incarnation, seq: forkSeq, branch: 'second', head: request.head.seq },
    ],
  });
  return ok({ forked: true });
}

type ReadEvent = {
  readonly sent: Sent;
  readonly prevHash: string;
  readonly type: string;
  readonly event: LedgerEvent | undefined;
  readonly fault: Refusal | undefined;
};

/** Follows the chain and parses what it carries. A bad event is set aside; the chain goes on with its stated hash. */
function readEvents(
  events: readonly Sent[],
  start: { readonly seq: number; readonly hash: string },
  holder: LeaseHolder,
): ReadEvent[] {
  let head = start;
  return events.map((sent) => {
    const broken = checkLink(sha256, head, sent);
    const prevHash = head.hash;
    head = { seq: sent.seq, hash: sent.hash };
    if (broken !== undefined) {
      const fault = refusal('ledger_corrupt', { why: `the chain breaks at ${broken.seq}: ${broken.why}` });
      return { sent, prevHash, type: 'unknown', event: undefined, fault };
    }
    return { sent, prevHash, ...readBody(sent, holder) };
  });
}

function readBody(sent: Sent, holder: LeaseHolder): Pick<ReadEvent, 'type' | 'event' | 'fault'> {
  let body: unknown;
  try {
    body = JSON.parse(sent.body);
  } catch {
    return { type: 'unknown', event: undefined, fault: refusal('invalid_input', { why: 'no JSON' }) };
  }
  const parsed = ledgerEventSchema.safeParse(body);
  if (!parsed.success) {
    const type = (body as { type?: unknown } | null)?.type;
    const issue = parsed.error.issues[0];
    return {
      type: typeof type === 'string' ? type.slice(0, 100) : 'unknown',
      event: undefined,
      fault: refusal('invalid_input', { why: issue?.message ?? '' }, issue?.path.join('.')),
    };
  }
  const event = parsed.data;
  if (event.seq !== sent.seq || event.ledgerId !== holder.ledgerId) {
    const fault = refusal('invalid_input', { why: 'the event names another place in the chain' });
    return { type: event.type, event: undefined, fault };
  }
  return { type: event.type, event, fault: undefined };
}

type EventFate =
  | { readonly state: 'applied' | 'fork' }
  | { readonly state: 'quarantined'; readonly reason: Refusal };

async function storeEvents(
  tx: Db,
  centre: Centre,
  holder: LeaseHolder,
  read: readonly ReadEvent[],
  fateOf: (seq: number) => EventFate,
): Promise<void> {
  if (read.length === 0) return;
  assert(read.length <= MAX_ROWS_PER_INSERT, 'the boundary checked the length of a push');
  await tx
    .insert(ledgerEvents)
    .values(
      read.map(({ sent, prevHash, type }) => ({
        ledgerId: holder.ledgerId,
        incarnation: holder.incarnation,
        seq: sent.seq,
        hash: sent.hash,
        prevHash,
        type,
        body: sent.body,
        receivedAt: centre.ports.now(),
        ...fateOf(sent.seq),
      })),
    )
    .onConflictDoNothing();
}

/** Ten parameters a row, and PostgreSQL takes 65,535. */
const MAX_ROWS_PER_INSERT = 5_000;
