import { MINUTE_MS } from '../../shared/kernel/instant.ts';
import type { Clock, Random } from '../ports.ts';
import { pairingCode, pairingProofs, readPairingCode, sameSecret } from './pairing.ts';

const LIFE_MS = 10 * MINUTE_MS;
/** Fewer than anybody guesses in; more than anybody mistypes. */
const MAX_ATTEMPTS = 5;
const CODE_BYTES = 10;

export type JoinProof = { readonly code: string } | { readonly nonce: string; readonly proof: string };

/** The one code with which a till may attach itself now. In memory: a hub that starts again shows another. */
export type Invitation = {
  open(): { readonly code: string; readonly expiresAt: number };
  /** Uses the code up when it is right. @returns the proof for the lane (empty for a code sent as it is) */
  accept(by: JoinProof, authority: string): Promise<string | undefined>;
};

export function createInvitation(clock: Clock, random: Random): Invitation {
  let current: { readonly code: string; readonly untilMs: number; attempts: number } | undefined;

  return {
    open() {
      const code = pairingCode(random.bytes(CODE_BYTES));
      current = { code, untilMs: clock.monotonicMs() + LIFE_MS, attempts: 0 };
      return { code, expiresAt: clock.now() + LIFE_MS };
    },
    async accept(by, authority) {
      const tried = current;
      if (!tried || clock.monotonicMs() >= tried.untilMs || tried.attempts >= MAX_ATTEMPTS) return undefined;
      // Counted before it is looked at: many at once get no more than one after the other.
      tried.attempts += 1;
      const proofOfHub = await judge(by, tried.code, authority);
      // Two that are right at once: the first takes it.
      if (proofOfHub === undefined || current !== tried) return undefined;
      current = undefined;
      return proofOfHub;
    },
  };
}

async function judge(by: JoinProof, code: string, authority: string): Promise<string | undefined> {
  if ('code' in by) return sameSecret(readPairingCode(by.code) ?? '', code) ? '' : undefined;
  const proofs = await pairingProofs(code, by.nonce, authority);
  return sameSecret(by.proof, proofs.ofLane) ? proofs.ofHub : undefined;
}
