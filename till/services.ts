import { createHash } from 'node:crypto';
import { KEY_BYTES, ledgerExists, openLedger } from '../db/open.ts';
import { type StorageFault, storageFaultOf } from '../db/storage-fault.ts';
import { createStore, type EventStamp, type Store } from '../db/store.ts';
import { type Refusal, refusal } from '../shared/contracts/refusal.ts';
import { uuidV7 } from '../shared/kernel/ids.ts';
import { err, ok, type Result } from '../shared/kernel/result.ts';
import { type Anchor, createAnchor, readAnchor } from './anchor/anchor.ts';
import { createTillClock, type TillClock } from './clock.ts';
import { createFaults, type Faults } from './faults.ts';
import type { Lane, SignedIn } from './handlers.ts';
import { createLanes, type Lanes } from './lanes/lanes.ts';
import { type Location, readLocation } from './location.ts';
import type { CorePorts, Random } from './ports.ts';
import { createPushes, type Pushes } from './pushes.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createWallTimes, type WallTimes } from './wall-time.ts';

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
  /** Undefined until the first run is done. */
  location(): Location | undefined;
  /** After the location was written. */
  reloadLocation(): void;
  newId(): string;
  /** The till where it happens: a lane's own name, or the name of the one that holds the ledger. */
  tillName(at?: { readonly lane?: Lane | undefined }): string;
  /** Now, at the till of this person, by them. */
  stamp(by?: SignedIn): EventStamp;
  storageFault(error: unknown): Refusal | undefined;
  close(): void;
};

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

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
  const key = await ledgerKey(ports);
  if (!key.ok) return key;
  const anchor = createAnchor(ports.anchor);
  if (!ledgerExists(ports.dataDir)) anchor.begin();
  const opened = openLedger(ports.dataDir, key.value);
  key.value.fill(0);
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
  let location = readLocation(store.read);

  store.onCommit((head) => {
    const identity = store.identity();
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

  return ok({
    ports,
    store,
    clock,
    wallTimes: createWallTimes(),
    sessions: createSessions(ports.clock, ports.random),
    lanes: createLanes(store, ports.clock),
    pushes,
    faults,
    anchor,
    location: () => location,
    reloadLocation() {
      location = readLocation(store.read);
    },
    newId: () => newId(),
    tillName: (at) => at?.lane?.name ?? location?.tillName ?? '',
    stamp: (by) => ({
      at: clock.now(),
      operatorId: by?.operatorId,
      till: by?.lane?.name ?? location?.tillName,
    }),
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

/** The key that opens this ledger; a new one only where there is no ledger that another key would open. */
async function ledgerKey(ports: CorePorts): Promise<Result<Uint8Array, Refusal>> {
  const unusable = (reason: string) => err(refusal('ledger_key_wrong', { reason }));
  const loaded = await ports.keys.load('ledger');
  if (!loaded.ok) return unusable(loaded.error.reason);
  if (loaded.value) {
    return loaded.value.length === KEY_BYTES
      ? ok(Uint8Array.from(loaded.value))
      : unusable(`the key has ${loaded.value.length} bytes, not ${KEY_BYTES}`);
  }
  if (ledgerExists(ports.dataDir)) return unusable('there is a ledger, but no key for it');
  const key = ports.random.bytes(KEY_BYTES);
  const saved = await ports.keys.save('ledger', key);
  return saved.ok ? ok(Uint8Array.from(key)) : unusable(saved.error.reason);
}
