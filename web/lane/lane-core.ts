import { createEventReader } from '../../shared/contracts/event-stream.ts';
import type { Answer } from '../../shared/contracts/operation.ts';
import { type InputOf, type OutputOf, operations } from '../../shared/contracts/operations.ts';
import type { Push } from '../../shared/contracts/pushes.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import type { Core } from '../../till/core.ts';
import { fingerprint } from '../../till/lanes/authority.ts';
import { NONCE_BYTES, pairingProofs, readPairingCode, sameSecret } from '../../till/lanes/pairing.ts';
import type { Logger, Random } from '../../till/ports.ts';
import { connectHub, type HubClient, seeAuthority } from './hub-client.ts';
import { readHubUrl } from './hub-url.ts';
import { type Membership, writeMembership } from './lane-file.ts';

const RECONNECT_MS = [250, 500, 1_000, 2_000, 5_000];

export type LaneCore = Core & {
  /** Whether pushes arrive; told once per change. */
  onLink(listener: (up: boolean) => void): void;
};

/** The hub's core as its lane sees it: every call goes over the shop's network, and nothing is kept here. */
export function createLaneCore(parts: {
  readonly folder: string;
  readonly membership: Membership | undefined;
  readonly version: string;
  readonly random: Random;
  readonly logger: Logger;
}): LaneCore {
  const { folder, version, random, logger } = parts;
  let membership = parts.membership;
  let hub: HubClient | undefined;
  let stop = new AbortController();
  const listeners = new Set<(push: Push) => void>();
  const linkListeners = new Set<(up: boolean) => void>();
  let linked = false;
  let closed = false;

  function setLink(up: boolean): void {
    if (linked === up) return;
    linked = up;
    for (const listener of linkListeners) listener(up);
  }

  function attach(to: Membership): void {
    stop.abort();
    hub?.close();
    stop = new AbortController();
    membership = to;
    hub = connectHub(to.hubUrl, to.authorityPem, to.token);
    void listenUntil(stop.signal, hub);
  }

  async function listenUntil(signal: AbortSignal, client: HubClient): Promise<void> {
    for (let failures = 0; !signal.aborted; failures += 1) {
      const events = createEventReader((data) => {
        const push = JSON.parse(data) as Push;
        for (const listener of listeners) listener(push);
      });
      await client
        .listen(
          () => {
            failures = 0;
            setLink(true);
          },
          (text) => events.push(text),
          signal,
        )
        .catch((error: unknown) => logger.info('the hub is not there', { error: String(error) }));
      if (signal.aborted) return;
      setLink(false);
      const wait = RECONNECT_MS[Math.min(failures, RECONNECT_MS.length - 1)];
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  const pairing = (): Answer<OutputOf<'app.status'>> => ({
    ok: true,
    value: {
      phase: 'pairing',
      version,
      host: 'web',
      asksForHub: true,
      ...(membership === undefined ? {} : { hubUrl: membership.hubUrl }),
    },
  });

  async function pair(input: InputOf<'lane.pair'>): Promise<Answer<OutputOf<'lane.pair'>>> {
    const hubUrl = readHubUrl(input.hubUrl ?? '');
    if (hubUrl === undefined) return { ok: false, error: refusal('invalid_input', {}, 'hubUrl') };
    const code = readPairingCode(input.code);
    if (code === undefined) return { ok: false, error: refusal('pairing_code_invalid', {}, 'code') };
    let client: HubClient | undefined;
    try {
      const authorityPem = (await seeAuthority(hubUrl)).toString();
      client = connectHub(hubUrl, authorityPem);
      const nonce = Buffer.from(random.bytes(NONCE_BYTES)).toString('base64url');
      const proofs = await pairingProofs(code, nonce, fingerprint(authorityPem));
      const { tillName } = input;
      const answer = await client.post('/api/lane/join', { tillName, nonce, proof: proofs.ofLane });
      if (!answer.ok) return answer;
      const joined = operations['lanes.join'].output.safeParse(answer.value);
      // Only the hub that showed the code can have made this.
      if (!joined.success || !sameSecret(joined.data.proof, proofs.ofHub)) {
        return { ok: false, error: refusal('hub_not_genuine') };
      }
      const made = { hubUrl, authorityPem, token: joined.data.token, tillName: joined.data.tillName };
      writeMembership(folder, made);
      attach(made);
      for (const listener of listeners) listener({ topic: 'app.changed' });
      return { ok: true, value: { tillName: made.tillName } };
    } catch (error) {
      logger.warn('a hub could not be reached', { hubUrl, error: String(error) });
      return { ok: false, error: refusal('hub_unreachable') };
    } finally {
      client?.close();
    }
  }

  if (membership) attach(membership);

  return {
    async call(name, input, { session }) {
      if (closed) return { ok: false, error: refusal('busy') };
      if (name === 'lane.pair') {
        const parsed = operations['lane.pair'].input.safeParse(input);
        return parsed.success ? pair(parsed.data) : { ok: false, error: refusal('invalid_input') };
      }
      if (!hub) return name === 'app.status' ? pairing() : { ok: false, error: refusal('lane_unknown') };
      try {
        const headers: Record<string, string> =
          session === undefined ? {} : { 'x-counterfoil-session': session };
        const answer = await hub.post(`/api/op/${encodeURIComponent(name)}`, input ?? {}, headers);
        if (name !== 'app.status' || !answer.ok) return answer;
        // To a lane that was revoked the hub speaks as to a stranger.
        const status = answer.value as OutputOf<'app.status'>;
        return status.phase === 'pairing' ? pairing() : answer;
      } catch (error) {
        logger.warn('the hub did not answer', { operation: name, error: String(error) });
        return { ok: false, error: refusal('hub_unreachable') };
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onLink(listener) {
      linkListeners.add(listener);
      // Before it is attached there is no hub to miss.
      listener(linked || membership === undefined);
    },
    async close() {
      closed = true;
      stop.abort();
      hub?.close();
    },
  };
}
