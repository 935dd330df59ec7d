import { hash } from 'node:crypto';
import { keyFingerprint } from '../db/cipher.ts';
import { ledgerExists, openLedger } from '../db/open.ts';
import { type StorageFault, storageFaultOf } from '../db/storage-fault.ts';
import { createStore, type EventStamp, type Store } from '../db/store.ts';
import { type Refusal, refusal } from '../shared/contracts/refusal.ts';
import { uuidV7 } from '../shared/kernel/ids.ts';
import { err, ok, type Result } from '../shared/kernel/result.ts';
import { type Anchor, createAnchor, readAnchor } from './anchor/anchor.ts';
import { restoreIfAsked } from './backup/restore-request.ts';
import { createTillClock, type TillClock } from './clock.ts';
import { createFaults, type Faults } from './faults.ts';
import type { Lane, Outcome, SignedIn } from './handlers.ts';
import { chooseKey, keyInUse, settleKey } from './keys/key-in-use.ts';
import { createLanes, type Lanes } from './lanes/lanes.ts';
import { type Location, readLocation } from './location.ts';
import { phoneRegion } from './phone-region.ts';
import type { CorePorts, Random } from './ports.ts';
import { createPushes, type Pushes } from './pushes.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { eraseIfAsked } from './setup/erase-demo.ts';
import { createUpkeep, type Upkeep } from './upkeep.ts';
import { createWallTimes, type WallTimes } from './wall-time.ts';
import { createWorks, type Works } from './works.ts';

/** What every feature of the core works with. */
export type Services = {
  readonly ports: CorePorts;
  readonly store: Store;
  readonly clock: TillClock;
  readonly wallTimes: WallTimes;
  readonly sessions: Sessions;
  readonly lanes: Lanes;
  readonly pushes: Pushes;
  readonly faults: Faults;
  readonly anchor: Anchor;
  readonly custody: Custody;
  readonly upkeep: Upkeep;
  readonly works: Works;
  /** Undefined until the first run is done. */
  location(): Location | undefined;
  /** After the location was written. */
  reloadLocation(): void;
  /** Where a phone number without its country belongs: the shop's own. */
  phoneRegion(): ReturnType<typeof phoneRegion>;
  newId(): string;
  /** The till where it happens: a lane's own name, or the name of the one that holds the ledger. */
  tillName(at?: { readonly lane?: Lane | undefined }): string;
  /** Now, at the till of this person, by them. */
  stamp(by?: SignedIn): EventStamp;
  storageFault(error: unknown): Refusal | undefined;
  close(): void;
};

/** Which key the ledger is under. The key itself stays in the key store, and is asked for where it is needed. */
type Custody = {
  fingerprint(): string;
  key(): Promise<Outcome<Uint8Array>>;
  changed(fingerprint: string): void;
};

/** In one call: a hash object for each event would cost as much as the hash. */
const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

const ID_RANDOM_BYTES = 10;
const IDS_PER_DRAW = 400;

export async function openServices(ports: CorePorts): Promise<Result<Services, Refusal>> {
  try {
    return await openEverything(ports);
  } catch (error) {
    const fault = storageFaultOf(error);
    if (!fault) throw error;
    return err(refusalOf(fault));
  }
}

async function openEverything(ports: CorePorts): Promise<Result<Services, Refusal>> {
  eraseIfAsked(ports.dataDir);
  await restoreIfAsked(ports);
  const chosen = await chooseKey(ports);
  if (!chosen.ok) return chosen;
  const { key } = chosen.value;
  const anchor = createAnchor(ports.anchor);
  if (!ledgerExists(ports.dataDir)) anchor.begin();
  const opened = openLedger(ports.dataDir, key);
  let fingerprint = keyFingerprint(key);
  key.fill(0);
  if (!opened.ok) return err(refusalOf(opened.error));

  const draw = pooled(ports.random);
  const newId = (now = ports.clock.now()) => uuidV7(now, draw());
  const store = createStore(opened.value, { sha256, newId });
  const anchored = readAnchor(ports.anchor)?.seq ?? 0;
  if (store.head().seq === 0 && anchored > 0) {
    // Taken for a first run, it would be founded anew over what may still be saved.
    store.close();
    const reason = `the ledger is empty, but its anchor remembers ${anchored} events: its log is missing or damaged`;
    return err(refusal('ledger_corrupt', { reason }));
  }
  const clock = createTillClock(ports.clock, store);
  const faults = createFaults({
    store,
    clock,
    anchorStore: ports.anchor,
    anchor,
    logger: ports.logger,
    guards: ports.guards,
  });
  const pushes = createPushes();
  const lanes = createLanes(store, ports.clock);
  let location = readLocation(store.read);

  let incarnation = store.identity()?.incarnation;
  store.onCommit((head) => {
    const identity = store.identity();
    if (identity?.incarnation !== incarnation) {
      // It begins without lanes.
      incarnation = identity?.incarnation;
      lanes.reload();
      pushes.send({ topic: 'hub.changed' });
    }
    try {
      if (identity) anchor.write(head, identity);
    } catch (error) {
      // The commit is on the disk: an anchor that lags behind must not make its answer a failure.
      ports.logger.error('the anchor cannot be written', {
        error: error instanceof Error ? error.message : String(error),
      });
    }
  });
  try {
    faults.inspectAtStart();
  } catch (error) {
    store.close();
    throw error;
  }

  const stamp: Services['stamp'] = (by) => ({
    at: clock.now(),
    operatorId: by?.operatorId,
    till: by?.lane?.name ?? location?.tillName,
  });
  const settled = await settleKey(ports, store, fingerprint, stamp());
  if (!settled.ok) ports.logger.warn('the key store cannot be settled', { code: settled.error.code });

  return ok({
    ports,
    store,
    clock,
    custody: {
      fingerprint: () => fingerprint,
      key: () => keyInUse(ports, fingerprint),
      changed(to) {
        fingerprint = to;
      },
    },
    upkeep: createUpkeep(),
    works: createWorks(pushes, ports.clock),
    wallTimes: createWallTimes(),
    sessions: createSessions(ports.clock, ports.random),
    lanes,
    pushes,
    faults,
    anchor,
    location: () => location,
    reloadLocation() {
      location = readLocation(store.read);
    },
    phoneRegion: () => location && phoneRegion(location.timeZone),
    newId: () => newId(),
    tillName: (at) => at?.lane?.name ?? location?.tillName ?? '',
    stamp,
    storageFault(error) {
      const fault = storageFaultOf(error);
      return fault && refusalOf(fault);
    },
    close() {
      try {
        anchor.flush();
        ports.anchor.close();
      } finally {
        store.close();
      }
    },
  });
}

/** Random bytes for ids, fetched for many at once: asking for ten costs as much as asking for thousands. */
function pooled(random: Random): () => Uint8Array {
  let pool: Uint8Array = new Uint8Array();
  let at = 0;
  return () => {
    if (at === pool.length) {
      pool = random.bytes(IDS_PER_DRAW * ID_RANDOM_BYTES);
      at = 0;
    }
    at += ID_RANDOM_BYTES;
    return pool.subarray(at - ID_RANDOM_BYTES, at);
  };
}

function refusalOf(fault: StorageFault): Refusal {
  return refusal(fault.code, { reason: fault.detail });
}
