import { createHash, generateKeyPairSync, type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto';
import { type ChainHead, chainHash, EMPTY_CHAIN } from '../../shared/chain/chain.ts';
import {
  contentDigestText,
  signatureBase,
  signatureParamsText,
} from '../../shared/contracts/http-signature.ts';
import type { LedgerEventPayload, LedgerEventType } from '../../shared/contracts/ledger-events.ts';
import {
  type PushRequest,
  SIGNATURE_TAG,
  SYNC_PROTOCOL,
  signedComponents,
  syncPaths,
} from '../../shared/contracts/sync.ts';
import type { TestAnswer, TestCentre } from './test-centre.ts';

type Sent = PushRequest['events'][number];

/** A ledger reduced to what the centre sees of it: a chain, a key, and no scruples. */
export type TestDevice = {
  readonly ledgerId: string;
  readonly locationId: string;
  readonly deviceId: string;
  incarnation: number;
  events: Sent[];
  head: ChainHead;
  append<T extends LedgerEventType>(type: T, payload: LedgerEventPayload<T>): Sent;
  /** Any text as the next event of the chain. */
  appendRaw(body: string): Sent;
  push(from?: number, changes?: Partial<PushRequest>): Promise<TestAnswer>;
  pull(cursor?: string): Promise<TestAnswer>;
  /** Signs and sends; `tamper` changes the headers afterwards. */
  send(
    method: 'GET' | 'POST',
    url: string,
    body?: unknown,
    tamper?: (headers: Record<string, string>) => void,
  ): Promise<TestAnswer>;
};

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

export async function enrolDevice(test: TestCentre, name = 'Corner Shop'): Promise<TestDevice> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const ledgerId = randomUUID();
  const locationId = randomUUID();
  const { body: code } = await test.call('POST', '/api/locations/enrolments', {});
  const enrolled = await test.call('POST', syncPaths.enrol, {
    protocol: SYNC_PROTOCOL,
    enrolmentCode: code.enrolment_code,
    ledgerId,
    incarnation: 1,
    locationId,
    locationName: name,
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
    publicKey: publicKey.export({ format: 'jwk' }).x,
  });
  if (enrolled.status !== 200) throw new Error(`not enrolled: ${JSON.stringify(enrolled.body)}`);
  const device: TestDevice = {
    ledgerId,
    locationId,
    deviceId: enrolled.body.deviceId,
    incarnation: 1,
    events: [],
    head: EMPTY_CHAIN,
    append(type, payload) {
      return device.appendRaw(
        JSON.stringify({
          v: 1,
          seq: device.head.seq + 1,
          id: randomUUID(),
          ledgerId,
          incarnation: device.incarnation,
          at: test.ports.now(),
          type,
          payload,
        }),
      );
    },
    appendRaw(body) {
      const sent = { seq: device.head.seq + 1, hash: chainHash(sha256, device.head.hash, body), body };
      device.events.push(sent);
      device.head = { seq: sent.seq, hash: sent.hash };
      return sent;
    },
    push(from = 1, changes = {}) {
      return device.send('POST', syncPaths.push, {
        protocol: SYNC_PROTOCOL,
        ledgerId,
        incarnation: device.incarnation,
        fromSeq: from,
        prevHash: device.events[from - 2]?.hash ?? EMPTY_CHAIN.hash,
        events: device.events.slice(from - 1),
        head: device.head,
        knownServerEpoch: 1,
        leaseWishes: [],
        ...changes,
      });
    },
    pull: (cursor) =>
      device.send(
        'GET',
        syncPaths.pull + (cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`),
      ),
    send(method, url, body, tamper) {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers = signHeaders(privateKey, device.deviceId, method, url, text, test.ports.now());
      tamper?.(headers);
      return test.call(method, url, text, { authorization: '', ...headers });
    },
  };
  return device;
}

function signHeaders(
  key: KeyObject,
  deviceId: string,
  method: 'GET' | 'POST',
  target: string,
  body: string | undefined,
  nowMs: number,
): Record<string, string> {
  const headers: Record<string, string> = {};
  if (body !== undefined)
    headers['content-digest'] = contentDigestText('sha-256', sha256(Buffer.from(body)).toString('base64'));
  const components = signedComponents(method, body !== undefined);
  const params = signatureParamsText(components, {
    created: Math.floor(nowMs / 1_000),
    keyid: deviceId,
    alg: 'ed25519',
    tag: SIGNATURE_TAG,
  });
  const base = signatureBase({ method, target, headers }, components, params) ?? '';
  return {
    ...headers,
    'signature-input': `sig=${params}`,
    signature: `sig=:${sign(null, Buffer.from(base), key).toString('base64')}:`,
  };
}

export function redeemed(
  couponId: string,
  offerId: string,
  changes: Partial<LedgerEventPayload<'redemption.redeemed'>> = {},
): LedgerEventPayload<'redemption.redeemed'> {
  return {
    redemptionId: randomUUID(),
    basketId: randomUUID(),
    couponId,
    offerId,
    offerVersion: 1,
    channel: 'pos',
    currency: 'EUR',
    subtotalMinor: 5_000,
    discountMinor: 500,
    lines: [{ id: '1', sku: 'coffee', units: [{ units: 1, amountMinor: 500 }] }],
    shipping: [],
    atRisk: false,
    ...changes,
  };
}

export function randomKey(): string {
  return randomBytes(32).toString('base64url');
}
