import { HOUR_MS } from '../shared/kernel/instant.ts';
import type { SignedIn } from './handlers.ts';
import type { Clock, Random } from './ports.ts';

/** A session that nobody used for this long is over. */
const IDLE_MS = 12 * HOUR_MS;
/** More than any shop has tills; the longest unused one goes first. */
const MAX_SESSIONS = 200;
const TOKEN_BYTES = 32;

/** Who is signed in. Only in memory: after a restart everybody enters their PIN again. */
export type Sessions = {
  begin(operator: Omit<SignedIn, 'session'>): SignedIn;
  find(token: string): SignedIn | undefined;
  end(token: string): void;
  /** Every other session of that person. */
  endOfOperator(operatorId: string, except: string): void;
  /** Everybody who signed in at that lane. */
  endOfLane(laneId: string): void;
};

export function createSessions(clock: Clock, random: Random): Sessions {
  // In order of last use, because a Map keeps the order of insertion.
  const live = new Map<string, { readonly by: SignedIn; readonly usedAtMs: number }>();

  return {
    begin(operator) {
      const session = Buffer.from(random.bytes(TOKEN_BYTES)).toString('base64url');
      const by: SignedIn = { ...operator, session };
      live.set(session, { by, usedAtMs: clock.monotonicMs() });
      for (const oldest of live.keys()) {
        if (live.size <= MAX_SESSIONS) break;
        live.delete(oldest);
      }
      return by;
    },
    find(token) {
      const found = live.get(token);
      if (!found) return undefined;
      live.delete(token);
      const nowMs = clock.monotonicMs();
      if (nowMs - found.usedAtMs > IDLE_MS) return undefined;
      live.set(token, { by: found.by, usedAtMs: nowMs });
      return found.by;
    },
    end: (token) => void live.delete(token),
    endOfOperator(operatorId, except) {
      for (const [token, { by }] of live) {
        if (by.operatorId === operatorId && token !== except) live.delete(token);
      }
    },
    endOfLane(laneId) {
      for (const [token, { by }] of live) if (by.lane?.id === laneId) live.delete(token);
    },
  };
}
