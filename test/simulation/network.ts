import { syncPaths } from '../../shared/contracts/sync.ts';
import type { CentreRequest, CentreResponse, CentreTransport } from '../../till/ports.ts';
import type { FaultRates, NetworkFault } from './faults.ts';
import type { Prng } from './prng.ts';

/** The lines between the tills and the centre, and everything that happens to messages on them. */
export type Network = {
  /** Of one process: what comes late for it comes to no other one. */
  transportFor(name: string): CentreTransport;
  setPartitioned(name: string, partitioned: boolean): void;
  isPartitioned(name: string): boolean;
  /** The centre's side of this till speaks another version until it is cleared. */
  setSkewed(name: string, skewed: boolean): void;
  isSkewed(name: string): boolean;
  /** Requests that were thought lost arrive now, in any order. */
  deliverDelayed(most: number): Promise<number>;
  readonly delayedCount: number;
  /** From now on messages arrive, once and whole. */
  heal(): void;
};

export type Deliver = (request: CentreRequest) => Promise<CentreResponse>;

export type NetworkParts = {
  readonly prng: Prng;
  readonly rates: FaultRates;
  readonly deliver: Deliver;
  readonly happened: (fault: NetworkFault | 'partition' | 'version_skew', name: string) => void;
  /** Between the answer of the centre and its arrival: whatever may happen in a moment like that. True: it did. */
  readonly meanwhile: () => Promise<boolean>;
};

const MAX_DELAYED = 50;
/** Answers on their way to one till that it does not wait for any more. */
const MAX_LATE = 3;

export function createNetwork({ prng, rates, deliver, happened, meanwhile }: NetworkParts): Network {
  const partitioned = new Set<string>();
  const skewed = new Set<string>();
  const delayed: CentreRequest[] = [];
  let healed = false;

  async function request(name: string, late: CentreResponse[], sent: CentreRequest): Promise<CentreResponse> {
    if (partitioned.has(name)) {
      happened('partition', name);
      throw new Error('no route to the centre');
    }
    if (skewed.has(name)) {
      happened('version_skew', name);
      return refusal(426, 'incompatible_version');
    }
    const strikes = (fault: NetworkFault) => {
      if (healed || !prng.chance(rates[fault])) return false;
      happened(fault, name);
      return true;
    };
    // A proxy that mixes up its connections: what was answered long ago arrives now.
    const old = isPull(sent) && !healed && prng.chance(LATE_ARRIVES) ? late.shift() : undefined;
    if (old) return old;
    if (strikes('request_lost')) throw new Error('the request was lost');
    if (strikes('request_delayed')) {
      if (delayed.length < MAX_DELAYED) delayed.push(sent);
      throw new Error('the request takes too long');
    }
    if (strikes('request_truncated')) {
      await deliver({ ...sent, ...(sent.body ? { body: cut(sent.body, prng) } : {}) });
      throw new Error('the connection broke while sending');
    }
    const answer = await deliver(sent);
    if (strikes('request_duplicated')) await deliver(sent);
    const hasHappened = await meanwhile();
    if (isPull(sent) && (strikes('answer_late') || (hasHappened && prng.chance(0.5)))) {
      if (late.length < MAX_LATE) late.push(answer);
      throw new Error('the answer takes too long');
    }
    if (strikes('answer_lost')) throw new Error('the answer was lost');
    if (strikes('answer_truncated')) {
      // Some proxies end a broken answer as if it were whole.
      if (prng.chance(0.5)) throw new Error('the connection broke while reading');
      return { ...answer, body: cut(answer.body, prng) };
    }
    return answer;
  }

  return {
    transportFor(name) {
      const late: CentreResponse[] = [];
      return { request: (sent) => request(name, late, sent) };
    },
    setPartitioned: (name, on) => void (on ? partitioned.add(name) : partitioned.delete(name)),
    isPartitioned: (name) => partitioned.has(name),
    setSkewed: (name, on) => void (on ? skewed.add(name) : skewed.delete(name)),
    isSkewed: (name) => skewed.has(name),
    async deliverDelayed(most) {
      let delivered = 0;
      while (delayed.length > 0 && delivered < most) {
        const [next] = delayed.splice(prng.below(delayed.length), 1);
        if (next) await deliver(next);
        delivered++;
      }
      return delivered;
    },
    get delayedCount() {
      return delayed.length;
    },
    heal() {
      healed = true;
      partitioned.clear();
      skewed.clear();
    },
  };
}

const isPull = ({ url }: CentreRequest) => url.includes(syncPaths.pull);
/** The chance that a till's next question gets an answer that was given to an earlier one. */
const LATE_ARRIVES = 0.4;

function cut(body: Uint8Array, prng: Prng): Uint8Array {
  return body.slice(0, prng.below(Math.max(1, body.length)));
}

function refusal(status: number, code: string): CentreResponse {
  return {
    status,
    headers: { 'content-type': 'application/problem+json' },
    body: Buffer.from(JSON.stringify({ type: 'about:blank', title: code, status, code, params: {} })),
  };
}
