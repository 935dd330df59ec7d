import type { Reads, Tx } from '../db/store.ts';

/** What sync remembers in `meta`, and other rooms of the till may read. Numbers are texts. */
export const syncKeys = {
  /** The device's id at the centre; present exactly when this ledger is enrolled. */
  deviceId: 'sync.deviceId',
  /** The newest event that the centre has acknowledged. */
  ackedSeq: 'sync.ackedSeq',
  /** UTC milliseconds: when push and pull last ended well. */
  lastSyncAt: 'sync.lastSyncAt',
  centreUrl: 'sync.centreUrl',
  /** Where the change feed was read to; opaque. */
  cursor: 'sync.cursor',
  /** Another one than before: the centre was restored and may have lost what it had acknowledged. */
  serverEpoch: 'sync.serverEpoch',
} as const;

export function isEnrolled(read: Reads): boolean {
  return read.meta.get(syncKeys.deviceId) !== undefined;
}

export function ackedSeq(read: Reads): number {
  return Number(read.meta.get(syncKeys.ackedSeq) ?? 0);
}

export function lastSyncAt(read: Reads): number | undefined {
  const text = read.meta.get(syncKeys.lastSyncAt);
  return text === undefined ? undefined : Number(text);
}

/** A sync that is said to have ended after `now` says nothing about how old the knowledge of the centre is. */
export function forgetSyncTime(tx: Tx, now: number): void {
  if ((lastSyncAt(tx.read) ?? 0) > now) tx.write.meta.remove(syncKeys.lastSyncAt);
}
