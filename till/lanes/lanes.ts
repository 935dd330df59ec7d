import { createHash } from 'node:crypto';
import type { Store } from '../../db/store.ts';
import type { Lane } from '../handlers.ts';
import type { Clock } from '../ports.ts';

/** The lanes of this hub, found by their token at every call. */
export type Lanes = {
  find(token: string): Lane | undefined;
  /** Since this program started. */
  lastSeenAt(laneId: string): number | undefined;
  /** After lanes were added or revoked. */
  reload(): void;
};

export function createLanes(store: Store, clock: Clock): Lanes {
  let byToken = load();
  const seen = new Map<string, number>();

  function load(): ReadonlyMap<string, Lane> {
    return new Map(store.read.lanes.live().map(({ id, name, tokenHash }) => [tokenHash, { id, name }]));
  }

  return {
    find(token) {
      if (token === '') return undefined;
      const lane = byToken.get(tokenHash(token));
      if (lane) seen.set(lane.id, clock.now());
      return lane;
    },
    lastSeenAt: (laneId) => seen.get(laneId),
    reload() {
      byToken = load();
    },
  };
}

/** What the ledger keeps of a token: it is random, so that no slow hash is needed. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
