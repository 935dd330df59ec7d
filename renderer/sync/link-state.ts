import type { SyncStatus } from '../../shared/contracts/operations/sync.ts';

/**
 * What the pill says, worst first: `hubGone` is a lane whose hub is gone, `unlinked` a till whose own core is, `offline` a till that goes on without
 * the centre, `sending` one with a queue, `alone` a shop that never joined a centre.
 */
export type LinkState = 'hubGone' | 'unlinked' | 'offline' | 'sending' | 'online' | 'alone';

export function linkState(sync: SyncStatus | undefined, linked: boolean, lane: boolean): LinkState {
  if (!linked) return lane ? 'hubGone' : 'unlinked';
  if (sync === undefined || sync.mode === 'standalone') return 'alone';
  // Before the first attempt nothing is known; a till does not claim to be online.
  if (sync.online !== true) return sync.running && sync.online === undefined ? 'sending' : 'offline';
  return sync.queue.count > 0 ? 'sending' : 'online';
}
