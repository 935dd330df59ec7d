import type { Store, Tx } from '../db/store.ts';
import type { Fault } from '../shared/contracts/operations/setup.ts';
import { type Guards, isOn } from '../shared/redemption/guards.ts';
import { type Anchor, type AnchorFault, compareAnchor, readAnchor } from './anchor/anchor.ts';
import type { TillClock } from './clock.ts';
import type { AnchorStore, Logger } from './ports.ts';

/** What is wrong with the clock or the ledger itself, until somebody answers for it. */
export type Faults = {
  /** Compares the ledger with its anchor, once, before the first commit of this process. */
  inspectAtStart(): void;
  /** The centre has events of this ledger that the ledger itself has not: it is an old copy. */
  behindCentre(centreSeq: number): void;
  /** What staff must see now. */
  list(): Fault[];
  /** Looks at the clock, and puts on record when it was set back. True: nobody may redeem. */
  clockBlocks(): boolean;
  /** The ledger may be an old copy whose rights were spent since: limited offers wait. */
  rightsSuspended(): boolean;
  find(kind: Fault['kind']): Fault | undefined;
  /** A manager answered for it, in the transaction that puts that on record. */
  forget(tx: Tx, kind: Fault['kind']): void;
};

type Parts = {
  readonly store: Store;
  readonly clock: TillClock;
  readonly anchorStore: AnchorStore;
  readonly anchor: Anchor;
  readonly logger: Logger;
  readonly guards?: Guards | undefined;
};

type Kind = Fault['kind'];
const kinds: readonly Kind[] = ['clock_set_back', 'ledger_unanchored'];
const keyOf = (kind: Kind) => `fault.${kind}`;

export function createFaults({ store, clock, anchorStore, anchor, logger, guards }: Parts): Faults {
  const since = (kind: Kind): number | undefined => {
    const text = store.read.meta.get(keyOf(kind));
    return text === undefined ? undefined : Number(text);
  };
  const founded = () => store.identity() !== undefined;

  function recordAnchorFault(fault: AnchorFault): void {
    logger.error('the ledger is not the one that its anchor remembers', { ...fault });
    store.transact((tx) => {
      const at = clock.now();
      tx.write.meta.set(keyOf('ledger_unanchored'), String(at));
      tx.append('ledger.unanchored', fault, { at });
    });
  }

  function recordClockFault(): void {
    const behindMs = clock.behindMs();
    logger.error('the clock was set back', { behindMs });
    store.transact((tx) => {
      const at = clock.now();
      tx.write.meta.set(keyOf('clock_set_back'), String(at));
      tx.append('clock.setBack', { behindMs }, { at });
    });
  }

  function clockBlocks(): boolean {
    if (!founded() || !clock.isFaulty()) return false;
    if (since('clock_set_back') === undefined) recordClockFault();
    return true;
  }

  function find(kind: Kind): Fault | undefined {
    const at = since(kind);
    if (at === undefined) return undefined;
    if (kind === 'ledger_unanchored') return { kind, since: at, blocks: 'limited_offers' };
    return { kind, since: at, blocks: clock.isFaulty() ? 'everything' : 'nothing' };
  }

  return {
    inspectAtStart() {
      const fault = compareAnchor(readAnchor(anchorStore), store);
      const identity = store.identity();
      if (fault && isOn(guards, 'anchor_suspends_old_copy')) recordAnchorFault(fault);
      else if (identity) anchor.write(store.head(), identity);
      clockBlocks();
    },
    behindCentre(centreSeq) {
      if (since('ledger_unanchored') !== undefined) return;
      recordAnchorFault({ why: 'behind', anchoredSeq: centreSeq, ledgerSeq: store.head().seq });
    },
    list() {
      clockBlocks();
      return kinds.flatMap((kind) => find(kind) ?? []);
    },
    clockBlocks,
    rightsSuspended: () => since('ledger_unanchored') !== undefined,
    find,
    forget: (tx, kind) => tx.write.meta.remove(keyOf(kind)),
  };
}
