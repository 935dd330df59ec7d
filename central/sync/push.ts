import { createHash } from 'node:crypto';
import { and, desc, eq, gte, lte } from 'drizzle-orm';
import { checkLink, GENESIS_HASH, type Sha256 } from '../../shared/chain/chain.ts';
import { type LedgerEvent, ledgerEventSchema } from '../../shared/contracts/ledger-events.ts';
import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import { type PushRequest, type PushResponse, SYNC_PROTOCOL } from '../../shared/contracts/sync.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { isOn } from '../../shared/redemption/guards.ts';
import { grantBudgets, handOverBudgets } from '../budgets/budgets.ts';
import type { Centre, Outcome } from '../centre.ts';
import type { LeaseHolder } from '../escrow/held.ts';
import { burnLeases, grantWishes } from '../escrow/leases.ts';
import { endRecovery } from '../escrow/recovery.ts';
import { openIncident } from '../incidents/incidents.ts';
import type { Db } from '../store/db.ts';
import { insertMany } from '../store/insert-many.ts';
import { isDiskFull, isUnavailable, transactResult } from '../store/retry.ts';
import { coupons, devices, incarnations, leases, ledgerEvents, ledgers } from '../store/schema.ts';
import { applyEvents, applyEventsApart } from './apply-events.ts';
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
  try {
    return await transactResult(centre.db, (tx) => take(tx, centre, device, request, applyEvents));
  } catch (error) {
    if (isUnavailable(error) || isDiskFull(error)) throw error;
    // One event was refused by the store itself, and took the whole push with it.
    return transactResult(centre.db, (tx) => take(tx, centre, device, request, applyEventsApart));
  }
}

type Apply = typeof applyEvents;

async function take(
  tx: Db,
  centre: Centre,
  device: Device,
  request: PushRequest,
  apply: Apply,
): Promise<Outcome<PushResponse>> {
  const now = centre.ports.now();
  const { guards } = centre.ports;
  await tx.update(devices).set({ lastSeenAt: now }).where(eq(devices.id, device.id));
  const holder: LeaseHolder = {
    ledgerId: device.ledgerId,
    incarnation: request.incarnation,
    locationId: device.locationId,
  };
  const answer = (ackedSeq: number, more: Partial<PushResponse> = {}): Outcome<PushResponse> =>
    ok({ serverEpoch: centre.store.epoch, serverTime: now, ackedSeq, quarantined: [], ...more });

  const chain = await lockIncarnation(tx, centre, holder, request);
  // The events before these are unknown here: a restored centre lost them, and the ledger tells them again.
  if (chain === 'unknown_before') return answer(0);
  if (chain.status === 'retired') return takeBranch(tx, centre, holder, request, answer, apply);
  const isGap = request.fromSeq > chain.ackedSeq + 1;
  if (isGap && isOn(guards, 'gaps_are_refused')) return answer(chain.ackedSeq);
  const fork = await findFork(tx, chain, request);
  if (fork !== undefined) {
    await openForkIncident(tx, centre, holder, request, fork);
    if (isOn(guards, 'fork_retires_the_incarnation')) await retire(tx, centre, holder);
    return takeBranch(tx, centre, holder, request, answer, apply);
  }

  const fresh = isOn(guards, 'events_apply_once')
    ? request.events.filter((event) => event.seq > chain.ackedSeq)
    : request.events;
  const before = fresh[0]?.seq === request.fromSeq ? request.prevHash : chain.ackedHash;
  const read = readEvents(fresh, { seq: (fresh[0]?.seq ?? 1) - 1, hash: before }, holder);
  const quarantined = await applyAndStore(tx, centre, holder, read, apply);
  const last = fresh.at(-1);
  const acked = { seq: last?.seq ?? chain.ackedSeq, hash: last?.hash ?? chain.ackedHash };
  const hasToldAll =
    request.knownServerEpoch === centre.store.epoch &&
    acked.seq === request.head.seq &&
    acked.hash === request.head.hash;
  await tx
    .update(incarnations)
    .set({
      headSeq: Math.max(chain.headSeq, request.head.seq),
      ackedSeq: acked.seq,
      ackedHash: acked.hash,
      ...(hasToldAll ? { reportedEpoch: centre.store.epoch } : {}),
    })
    .where(ofIncarnation(holder));
  // The ledger itself says that it is an old copy: what it holds may have been spent by the one that it was taken of.
  const isOld = read.some(({ event }) => event?.type === 'ledger.unanchored');
  if (isOld && isOn(guards, 'unanchored_retires_the_incarnation')) {
    await retire(tx, centre, holder);
    return answer(acked.seq, { quarantined, retired: { next: await allotNext(tx, centre, holder) } });
  }
  if (hasToldAll && chain.reportedEpoch !== centre.store.epoch) await endRecovery(tx, centre);
  await grantWishes(tx, centre, holder, request.leaseWishes);
  await grantBudgets(tx, centre, holder, request.budgetWishes);
  return answer(acked.seq, { quarantined });
}

/**
 * Events of an incarnation that is over, or of a branch that the centre did not have: they happened, so they count,
 * by rights that were burned with it where there are any.
 */
async function takeBranch(
  tx: Db,
  centre: Centre,
  holder: LeaseHolder,
  request: PushRequest,
  answer: (ackedSeq: number, more: Partial<PushResponse>) => Outcome<PushResponse>,
  apply: Apply,
): Promise<Outcome<PushResponse>> {
  const retired = { next: await allotNext(tx, centre, holder) };
  const before = { seq: request.fromSeq - 1, hash: request.prevHash };
  if (!(await isKnownEvent(tx, holder.ledgerId, before))) return answer(0, { retired });
  const known = await knownHashes(tx, holder.ledgerId, request.fromSeq, request.events.at(-1)?.seq ?? 0);
  const read = readEvents(request.events, before, holder).filter(
    ({ sent }) => !known.has(`${sent.seq} ${sent.hash}`),
  );
  const forkSeq = await findContradiction(tx, holder, read);
  if (forkSeq !== undefined) await openForkIncident(tx, centre, holder, request, forkSeq);
  const late = isOn(centre.ports.guards, 'late_spends_count') ? read : [];
  const quarantined = await applyAndStore(tx, centre, holder, late, apply, 'fork');
  // What a restored centre learns of only now was over before: nobody has these rights any more.
  await burnRetired(tx, centre, holder);
  return answer(request.events.at(-1)?.seq ?? before.seq, { quarantined, retired });
}

async function applyAndStore(
  tx: Db,
  centre: Centre,
  holder: LeaseHolder,
  read: readonly ReadEvent[],
  apply: Apply,
  state: 'applied' | 'fork' = 'applied',
): Promise<PushResponse['quarantined']> {
  const events = read.flatMap((one) => (one.event === undefined ? [] : [one.event]));
  const refused = await apply(tx, centre, holder, events);
  const quarantined = read.flatMap(({ sent, fault, event }) => {
    const reason = fault ?? (event && refused.get(event.seq));
    return reason === undefined ? [] : [{ seq: sent.seq, reason }];
  });
  const reasons = new Map(quarantined.map((one) => [one.seq, one.reason]));
  await storeEvents(tx, centre, holder, read, (seq) => {
    const reason = reasons.get(seq);
    return reason === undefined ? { state } : { state: 'quarantined', reason };
  });
  for (const { seq, reason } of quarantined) {
    await openIncident(tx, centre, {
      dedupeKey: `quarantine ${holder.ledgerId} ${holder.incarnation} ${seq}`,
      kind: 'quarantine',
      ledgerId: holder.ledgerId,
      sides: [{ seq, code: reason.code, why: String(reason.params.why ?? '') }],
    });
  }
  return quarantined;
}

/** Two copies of one ledger may ask at the same time: each is told a number of its own. */
async function allotNext(tx: Db, centre: Centre, holder: LeaseHolder): Promise<number> {
  const [newest] = await tx
    .select({ incarnation: incarnations.incarnation })
    .from(incarnations)
    .where(eq(incarnations.ledgerId, holder.ledgerId))
    .orderBy(desc(incarnations.incarnation))
    .limit(1);
  const [ledger] = await tx.select().from(ledgers).where(eq(ledgers.id, holder.ledgerId)).for('update');
  assert(ledger !== undefined && newest !== undefined, 'a ledger that pushes is known');
  if (!isOn(centre.ports.guards, 'next_incarnation_is_unique')) return holder.incarnation + 1;
  const next = Math.max(ledger.allotted, newest.incarnation, holder.incarnation) + 1;
  await tx.update(ledgers).set({ allotted: next }).where(eq(ledgers.id, holder.ledgerId));
  return next;
}

function ofIncarnation(holder: Pick<LeaseHolder, 'ledgerId' | 'incarnation'>) {
  return and(eq(incarnations.ledgerId, holder.ledgerId), eq(incarnations.incarnation, holder.incarnation));
}

/**
 * The chain that this push continues. A new incarnation begins where the centre knows the event before its first; it
 * ends the one that it says it follows. Others of the same ledger go on: they are copies, each with leases of its own.
 */
async function lockIncarnation(
  tx: Db,
  centre: Centre,
  holder: LeaseHolder,
  request: PushRequest,
): Promise<Incarnation | 'unknown_before'> {
  await tx.select().from(ledgers).where(eq(ledgers.id, holder.ledgerId)).for('update');
  const rows = await tx
    .select()
    .from(incarnations)
    .where(eq(incarnations.ledgerId, holder.ledgerId))
    .orderBy(desc(incarnations.incarnation))
    .for('update');
  const known = rows.find((row) => row.incarnation === holder.incarnation);
  if (known !== undefined) return known;
  const before = { seq: request.fromSeq - 1, hash: request.prevHash };
  if (!(await isKnownEvent(tx, holder.ledgerId, before))) return 'unknown_before';
  // A restored centre may hear of it only when the ledger has gone on as another one.
  const isOver = rows.some((row) => row.incarnation > holder.incarnation);
  const row: Incarnation = {
    ledgerId: holder.ledgerId,
    incarnation: holder.incarnation,
    status: isOver ? 'retired' : 'active',
    ackedSeq: before.seq,
    ackedHash: before.hash,
    headSeq: request.head.seq,
    startedAt: centre.ports.now(),
    reportedEpoch: 0,
  };
  await tx.insert(incarnations).values(row);
  const [first] = readEvents(request.events.slice(0, 1), before, holder);
  if (first?.event?.type === 'ledger.continued') {
    const { previous = holder.incarnation - 1, keepsRights } = first.event.payload;
    const before = { ledgerId: holder.ledgerId, incarnation: previous };
    if (keepsRights) await handOver(tx, before, holder.incarnation);
    await retire(tx, centre, before);
  }
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
      ),
    );
  const known = new Set(stored.map(({ seq, hash }) => `${seq} ${hash}`));
  if (chain.ackedSeq > 0) known.add(`${chain.ackedSeq} ${chain.ackedHash}`);
  return claimed.find(({ seq, hash }) => !known.has(`${seq} ${hash}`))?.seq;
}

/** Nobody can say which of the rights of this incarnation were spent: what it still held is burned. */
export async function retire(
  tx: Db,
  centre: Centre,
  holder: Pick<LeaseHolder, 'ledgerId' | 'incarnation'>,
): Promise<void> {
  await tx.update(incarnations).set({ status: 'retired' }).where(ofIncarnation(holder));
  await burnRetired(tx, centre, holder);
}

async function burnRetired(
  tx: Db,
  centre: Centre,
  { ledgerId, incarnation }: Pick<LeaseHolder, 'ledgerId' | 'incarnation'>,
): Promise<void> {
  if (isOn(centre.ports.guards, 'retired_rights_are_burned'))
    await burnLeases(tx, centre, ledgerId, incarnation);
}

/** A manager answered for a ledger that had no centre yet: its rights and codes go on with it. */
async function handOver(
  tx: Db,
  from: Pick<LeaseHolder, 'ledgerId' | 'incarnation'>,
  to: number,
): Promise<void> {
  await handOverBudgets(tx, from, to);
  await tx
    .update(leases)
    .set({ incarnation: to })
    .where(
      and(
        eq(leases.ledgerId, from.ledgerId),
        eq(leases.incarnation, from.incarnation),
        eq(leases.status, 'open'),
      ),
    );
  await tx
    .update(coupons)
    .set({ homeIncarnation: to })
    .where(and(eq(coupons.homeLedgerId, from.ledgerId), eq(coupons.homeIncarnation, from.incarnation)));
}

/** @returns the first event of a branch in whose place the centre has another one of the same incarnation */
async function findContradiction(
  tx: Db,
  { ledgerId, incarnation }: LeaseHolder,
  read: readonly ReadEvent[],
): Promise<number | undefined> {
  const [first, last] = [read.at(0)?.sent.seq, read.at(-1)?.sent.seq];
  if (first === undefined || last === undefined) return undefined;
  const [row] = await tx
    .select({ seq: ledgerEvents.seq })
    .from(ledgerEvents)
    .where(
      and(
        eq(ledgerEvents.ledgerId, ledgerId),
        eq(ledgerEvents.incarnation, incarnation),
        gte(ledgerEvents.seq, first),
        lte(ledgerEvents.seq, last),
      ),
    )
    .orderBy(ledgerEvents.seq)
    .limit(1);
  return row?.seq;
}

async function openForkIncident(
  tx: Db,
  centre: Centre,
  holder: LeaseHolder,
  request: PushRequest,
  forkSeq: number,
): Promise<void> {
  await openIncident(tx, centre, {
    dedupeKey: `fork ${holder.ledgerId} ${holder.incarnation}`,
    kind: 'fork',
    ledgerId: holder.ledgerId,
    sides: [
      { incarnation: holder.incarnation, seq: forkSeq, branch: 'first' },
      { incarnation: holder.incarnation, seq: forkSeq, branch: 'second', head: request.head.seq },
    ],
  });
}

/** Events of a ledger that the centre has, whatever became of them. */
async function knownHashes(tx: Db, ledgerId: string, from: number, to: number): Promise<Set<string>> {
  const rows = await tx
    .select({ seq: ledgerEvents.seq, hash: ledgerEvents.hash })
    .from(ledgerEvents)
    .where(and(eq(ledgerEvents.ledgerId, ledgerId), gte(ledgerEvents.seq, from), lte(ledgerEvents.seq, to)));
  return new Set(rows.map(({ seq, hash }) => `${seq} ${hash}`));
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
      type: typeof type === 'string' ? storable(type) : 'unknown',
      event: undefined,
      fault: refusal(
        'invalid_input',
        { why: storable(issue?.message ?? '') },
        storable(issue?.path.join('.') ?? ''),
      ),
    };
  }
  const event = parsed.data;
  if (event.seq !== sent.seq || event.ledgerId !== holder.ledgerId) {
    const fault = refusal('invalid_input', { why: 'the event names another place in the chain' });
    return { type: event.type, event: undefined, fault };
  }
  return { type: event.type, event, fault: undefined };
}

/** What an event calls itself may hold what no database does; a bad event must not stop the push that carries it. */
function storable(text: string): string {
  return text.slice(0, MAX_QUOTED).toWellFormed().replaceAll('\u0000', '\ufffd');
}

const MAX_QUOTED = 100;

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
  await insertMany(
    tx,
    ledgerEvents,
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
  );
}
