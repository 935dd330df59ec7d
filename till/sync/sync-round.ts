import type { EventRow } from '../../db/queries/events.ts';
import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import {
  type Change,
  MAX_EVENTS_PER_PUSH,
  type PushRequest,
  SYNC_PROTOCOL,
} from '../../shared/contracts/sync.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { isOn } from '../../shared/redemption/guards.ts';
import { continueAs, incarnationAt } from '../incarnation.ts';
import { applyChanges, type LightChange } from '../pulled/apply-changes.ts';
import { applyCodes, type CodesChange } from '../pulled/apply-codes.ts';
import type { Services } from '../services.ts';
import { ackedSeq, syncKeys } from '../sync-state.ts';
import type { CentreClient, Identity } from './centre-client.ts';
import type { Wishes } from './lease-wishes.ts';

/** Characters of events in one push: far below what the centre takes, so that a slow line gets on step by step. */
const MAX_PUSH_CHARACTERS = 4_000_000;
/** Both bound a round; what is left follows in the next. */
const MAX_PUSHES = 1_000;
const MAX_PULLS = 1_000;
/** A centre that ends each incarnation anew would have a ledger write about that for ever. */
const MAX_RETIRED = 3;

/** For a request to leave before the ledger keeps this thread busy. */
const HEAD_START_MS = 10;

const NO_WISHES: Wishes = { leaseWishes: [], budgetWishes: [] };

export type RoundParts = {
  readonly services: Services;
  readonly client: CentreClient;
  readonly identity: Identity;
  readonly wishes: Wishes;
  /** The core is closing: nothing may be touched any more. */
  readonly isStopped: () => boolean;
  readonly onProgress: (done: { readonly sent: number; readonly received: number }) => void;
};

/** Sends what the centre does not have, then takes what this location does not have. Resumes where it was cut off. */
export async function runRound(parts: RoundParts): Promise<Result<{ pulled: number }, Refusal>> {
  const pushed = await pushAll(parts);
  if (!pushed.ok) return pushed;
  return pullAll(parts);
}

async function pushAll(parts: RoundParts): Promise<Result<void, Refusal>> {
  const { services, client, identity, isStopped } = parts;
  const { store, clock } = services;
  let { wishes } = parts;
  let timesRetired = 0;
  for (let i = 0; i < MAX_PUSHES; i++) {
    const request = nextPush(services, wishes);
    if (request === undefined) return ok(undefined);
    if (!isOn(services.ports.guards, 'ack_moves_with_the_answer')) assumeArrived(services, request);
    const answer = await client.push(identity, request);
    if (isStopped()) return err(refusal('busy'));
    if (!answer.ok) return answer;
    const { ackedSeq: acked, serverEpoch, serverTime, quarantined, retired } = answer.value;
    if (isOutdated(services, serverEpoch)) return err(refusal('centre_refused', { why: 'an old answer' }));
    clock.trust(serverTime);
    for (const { seq, reason } of quarantined)
      services.ports.logger.warn('the centre could not apply an event', { seq, code: reason.code });
    // The centre has more of this ledger than the ledger itself. What it writes about that makes a branch of its own.
    const isOldCopy = acked > store.head().seq;
    if (isOldCopy) services.faults.behindCentre(acked);
    store.transact((tx) => {
      // A branch is told from its first event on: what the centre has of it, it acknowledges again.
      tx.write.meta.set(syncKeys.ackedSeq, String(isOldCopy ? request.fromSeq - 1 : acked));
      tx.write.meta.set(syncKeys.serverEpoch, String(serverEpoch));
      if (retired && request.incarnation === store.identity()?.incarnation)
        continueAs(tx, services, retired.next, services.stamp());
    });
    parts.onProgress({ sent: request.events.length, received: 0 });
    if (retired && ++timesRetired === MAX_RETIRED)
      return err(refusal('centre_refused', { why: 'it ends every incarnation' }));
    if (request.events.length === 0 && !retired && !isOldCopy) return ok(undefined);
    wishes = NO_WISHES;
  }
  return ok(undefined);
}

/** Wrong on purpose, for a simulation: as if everything that is sent arrived. */
function assumeArrived({ store }: Services, { fromSeq, events }: PushRequest): void {
  store.transact((tx) => tx.write.meta.set(syncKeys.ackedSeq, String(fromSeq - 1 + events.length)));
}

/** `undefined`: there is nothing to say. */
function nextPush(services: Services, wishes: Wishes): PushRequest | undefined {
  const { store, faults } = services;
  const identity = store.identity();
  assert(identity !== undefined, 'only a founded ledger is enrolled');
  const head = store.head();
  const fromSeq = ackedSeq(store.read) + 1;
  // Events go under the incarnation that wrote them.
  const writer = incarnationAt(services, fromSeq);
  const events = store.read.events.from(fromSeq, MAX_EVENTS_PER_PUSH);
  const rows = withinSize(events.filter((row) => row.seq <= writer.lastSeq));
  const mustAsk = faults.find('ledger_unanchored') !== undefined;
  const wishesNothing = wishes.leaseWishes.length === 0 && wishes.budgetWishes.length === 0;
  if (rows.length === 0 && wishesNothing && !mustAsk) return undefined;
  return {
    protocol: SYNC_PROTOCOL,
    ledgerId: identity.ledgerId,
    incarnation: rows.length === 0 ? identity.incarnation : writer.incarnation,
    fromSeq,
    prevHash: rows[0]?.prevHash ?? head.hash,
    events: rows.map(({ seq, hash, body }) => ({ seq, hash, body })),
    head,
    knownServerEpoch: Number(store.read.meta.get(syncKeys.serverEpoch) ?? 0),
    ...wishes,
  };
}

function withinSize(rows: readonly EventRow[]): readonly EventRow[] {
  let characters = 0;
  const end = rows.findIndex((row, i) => {
    characters += row.body.length;
    return i > 0 && characters > MAX_PUSH_CHARACTERS;
  });
  return end < 0 ? rows : rows.slice(0, end);
}

async function pullAll(parts: RoundParts): Promise<Result<{ pulled: number }, Refusal>> {
  const { services, client, identity, isStopped } = parts;
  const { store, clock } = services;
  const taking = createTaking(parts);
  let cursor = store.read.meta.get(syncKeys.cursor);
  let pulled = 0;
  let early: ReturnType<typeof client.pull> | undefined;
  for (let i = 0; i < MAX_PULLS; i++) {
    const answer = await (early ?? client.pull(identity, cursor));
    early = undefined;
    if (isStopped()) return err(refusal('busy'));
    if (!answer.ok) return answer;
    const { changes, more, serverEpoch, serverTime } = answer.value;
    if (isOutdated(services, serverEpoch)) return err(refusal('centre_refused', { why: 'an old answer' }));
    clock.trust(serverTime);
    cursor = answer.value.cursor;
    const isLast = !more || isRestored(services, serverEpoch);
    // While a heavy page goes into the ledger, the centre prepares the next one.
    if (!isLast && changes.some(({ kind }) => kind === 'codes')) {
      early = client.pull(identity, cursor);
      await new Promise((resolve) => setTimeout(resolve, HEAD_START_MS));
    }
    await taking.take(changes, cursor, isLast);
    if (isStopped()) return err(refusal('busy'));
    pulled += changes.length;
    parts.onProgress({ sent: 0, received: changes.length });
    if (isRestored(services, serverEpoch)) return learnEpoch(parts, serverEpoch, pulled);
    if (!more) break;
  }
  return ok({ pulled });
}

/** Slices of a page, so that a cashier's scan between two of them does not wait for the whole. */
const MAX_CHANGES_PER_TRANSACTION = 50;
/** Codes are put into the ledger so many at once, sorted. A page of codes alone: the next one comes meanwhile. */
const MAX_CODES_GATHERED = 20_000;

/** Applies the pages of one pull in their order. The cursor moves when everything before it is in the ledger. */
function createTaking({ services, isStopped }: RoundParts) {
  const { store } = services;
  let gathered: CodesChange[] = [];
  let count = 0;

  async function pause(): Promise<boolean> {
    await new Promise((resume) => setImmediate(resume));
    return !isStopped();
  }

  async function flush(): Promise<void> {
    const codes = gathered;
    gathered = [];
    count = 0;
    if (codes.length > 0) await applyCodes(services, codes, pause);
  }

  async function applyLight(changes: readonly LightChange[]): Promise<void> {
    for (let start = 0; start < changes.length; start += MAX_CHANGES_PER_TRANSACTION) {
      const slice = changes.slice(start, start + MAX_CHANGES_PER_TRANSACTION);
      store.transact((tx) => applyChanges(tx, services, slice));
      if (!(await pause())) return;
    }
  }

  return {
    async take(changes: readonly Change[], cursor: string, isLast: boolean): Promise<void> {
      let light: LightChange[] = [];
      for (const change of changes) {
        if (change.kind === 'codes') {
          await applyLight(light);
          light = [];
          gathered.push(change);
          count += change.ids.length;
          continue;
        }
        // What is said of a code follows it; offers and batches may come before codes that still wait.
        if (change.kind !== 'offer' && change.kind !== 'batch') await flush();
        if (isStopped()) return;
        light.push(change);
      }
      await applyLight(light);
      if (!isLast && count > 0 && count < MAX_CODES_GATHERED) return;
      await flush();
      // A pull that was cut off begins again here, and applying a change twice changes nothing.
      if (!isStopped() && store.read.meta.get(syncKeys.cursor) !== cursor)
        store.transact((tx) => tx.write.meta.set(syncKeys.cursor, cursor));
    },
  };
}

function isRestored({ store }: Services, serverEpoch: number): boolean {
  return store.read.meta.get(syncKeys.serverEpoch) !== String(serverEpoch);
}

/** An answer from before the centre was restored: it speaks of grants that nobody remembers. */
function isOutdated({ store, ports }: Services, serverEpoch: number): boolean {
  const known = Number(store.read.meta.get(syncKeys.serverEpoch) ?? 0);
  return serverEpoch < known && isOn(ports.guards, 'old_epoch_is_ignored');
}

/** The centre was restored: an empty push tells how far it still has this ledger; the rest is sent again. */
async function learnEpoch(
  parts: RoundParts,
  serverEpoch: number,
  pulled: number,
): Promise<Result<{ pulled: number }, Refusal>> {
  const { services, client, identity } = parts;
  const { store } = services;
  const answer = await client.push(identity, emptyPush(services, serverEpoch));
  if (parts.isStopped()) return err(refusal('busy'));
  if (!answer.ok) return answer;
  const { ackedSeq: acked, retired } = answer.value;
  store.transact((tx) => {
    tx.write.meta.set(syncKeys.ackedSeq, String(Math.min(acked, store.head().seq)));
    tx.write.meta.set(syncKeys.serverEpoch, String(serverEpoch));
    if (retired) continueAs(tx, services, retired.next, services.stamp());
  });
  const again = await pushAll({ ...parts, wishes: NO_WISHES });
  return again.ok ? ok({ pulled }) : again;
}

function emptyPush({ store }: Services, knownServerEpoch: number): PushRequest {
  const identity = store.identity();
  assert(identity !== undefined, 'only a founded ledger is enrolled');
  const acked = ackedSeq(store.read);
  const next = store.read.events.at(acked + 1);
  const head = store.head();
  return {
    protocol: SYNC_PROTOCOL,
    ...identity,
    fromSeq: acked + 1,
    prevHash: next?.prevHash ?? head.hash,
    events: [],
    head,
    knownServerEpoch,
    ...NO_WISHES,
  };
}
