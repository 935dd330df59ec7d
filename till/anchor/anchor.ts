import { hash } from 'node:crypto';
import type { LedgerIdentity, Store } from '../../db/store.ts';
import { type ChainHead, EMPTY_CHAIN } from '../../shared/chain/chain.ts';
import type { AnchorSlot, AnchorStore } from '../ports.ts';

/**
 * The newest event, remembered outside the database: an old copy put back passes every check inside it, but not this
 * one. Two slots are written in turn, so that a write cut off by a crash leaves the one before.
 */
export type AnchorRecord = ChainHead & LedgerIdentity & { readonly written: number };

/** Every record has this length, so that a shorter one never leaves a tail of the one before. */
const RECORD_BYTES = 384;
const CHECKSUM_DIGITS = 64;

export function encodeAnchor(record: AnchorRecord): Uint8Array {
  const { ledgerId, incarnation, seq, hash, written } = record;
  const text = JSON.stringify({ v: 1, written, ledgerId, incarnation, seq, hash });
  return Buffer.from(`${checksum(text)} ${text}`.padEnd(RECORD_BYTES - 1).concat('\n'));
}

/** `undefined`: empty, cut off or damaged. */
export function decodeAnchor(bytes: Uint8Array | undefined): AnchorRecord | undefined {
  if (!bytes || bytes.length < RECORD_BYTES) return undefined;
  const line = Buffer.from(bytes).toString('utf8').trimEnd();
  const text = line.slice(CHECKSUM_DIGITS + 1);
  if (line.slice(0, CHECKSUM_DIGITS) !== checksum(text)) return undefined;
  // The checksum proves that `encodeAnchor` wrote it.
  return JSON.parse(text) as AnchorRecord;
}

function checksum(text: string): string {
  return hash('sha256', text, 'hex');
}

/** The newer of both slots that can be read. */
export function readAnchor(slots: AnchorStore): (AnchorRecord & { readonly slot: AnchorSlot }) | undefined {
  const both = (['a', 'b'] as const).flatMap((slot) => {
    const record = decodeAnchor(slots.read(slot));
    return record ? [{ ...record, slot }] : [];
  });
  return both.sort((x, y) => y.written - x.written)[0];
}

/** What the transaction that founds a ledger ends with. */
const FOUNDING: ReadonlySet<string> = new Set(['ledger.created', 'operator.added']);

/** No ledger has been founded yet: whatever an earlier one left outside is over. */
const NO_LEDGER: LedgerIdentity = { ledgerId: '', incarnation: 1 };

export type AnchorFault = {
  /** `missing`: no anchor where there must be one. `behind`: the ledger is older than it. `forked`: another history. */
  readonly why: 'missing' | 'behind' | 'forked';
  readonly anchoredSeq: number;
  readonly ledgerSeq: number;
};

/** Whether the ledger still holds the event that the anchor remembers. */
export function compareAnchor(
  record: AnchorRecord | undefined,
  store: Pick<Store, 'head' | 'identity' | 'read'>,
): AnchorFault | undefined {
  const ledgerSeq = store.head().seq;
  if (ledgerSeq === 0) return undefined;
  // Cut off between founding the ledger and anchoring it.
  if (record?.seq === 0 && FOUNDING.has(store.read.events.at(ledgerSeq)?.type ?? '')) return undefined;
  if (!record || record.ledgerId !== store.identity()?.ledgerId) {
    return { why: 'missing', anchoredSeq: 0, ledgerSeq };
  }
  const fault = (why: AnchorFault['why']) => ({ why, anchoredSeq: record.seq, ledgerSeq });
  if (record.seq > ledgerSeq) return fault('behind');
  if (record.seq === 0) return undefined;
  return store.read.events.at(record.seq)?.hash === record.hash ? undefined : fault('forked');
}

export type Anchor = {
  /** Before the database of a new ledger is made. */
  begin(): void;
  /** After every commit. */
  write(head: ChainHead, identity: LedgerIdentity): void;
  /** Each second, and before the centre is told: the records are on the disk. */
  flush(): void;
};

export function createAnchor(slots: AnchorStore): Anchor {
  const last = readAnchor(slots);
  let slot: AnchorSlot = last?.slot === 'a' ? 'b' : 'a';
  let written = last?.written ?? 0;
  let flushed = true;
  function write(head: ChainHead, identity: LedgerIdentity): void {
    written += 1;
    slots.write(slot, encodeAnchor({ ...head, ...identity, written }));
    slot = slot === 'a' ? 'b' : 'a';
    flushed = false;
  }
  function flush(): void {
    if (flushed) return;
    slots.flush();
    flushed = true;
  }
  return {
    begin() {
      write(EMPTY_CHAIN, NO_LEDGER);
      flush();
    },
    write,
    flush,
  };
}
