import { createHash, createPublicKey, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { FastifyRequest } from 'fastify';
import {
  parseByteSequence,
  parseSignatureInput,
  type SignatureInput,
  signatureBase,
} from '../../shared/contracts/http-signature.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { SIGNATURE_TAG, SIGNATURE_WINDOW_S, signedComponents } from '../../shared/contracts/sync.ts';
import { assert } from '../../shared/kernel/assert.ts';
import type { Centre } from '../centre.ts';
import { RefusedError } from '../problem.ts';
import { devices, ledgers } from '../store/schema.ts';

/** The ledger behind a request whose signature was verified. */
export type Device = {
  readonly id: string;
  readonly ledgerId: string;
  readonly locationId: string;
};

/** An `onRequest` hook: only devices that are known here get on, and before a byte of their body is read. */
export function requireDevice(centre: Centre) {
  return async (request: FastifyRequest): Promise<void> => {
    request.device = await verifyDevice(centre, request);
  };
}

/** The device of a request whose route has the hook. */
export function deviceOf({ device }: FastifyRequest): Device {
  assert(device !== undefined, 'its route requires a device');
  return device;
}

/**
 * Verifies a device's signature (RFC 9421, Ed25519) over method, path, query and, where there is a body, the digest that
 * it must have (RFC 9530). A request that is sent again within the window is taken again: every message of the protocol
 * may be repeated without effect.
 */
async function verifyDevice(centre: Centre, request: FastifyRequest): Promise<Device> {
  const input = readInput(request);
  const signature = headerOf(request, 'signature');
  const bytes = signature && input && parseByteSequence(signature, input.label);
  if (!input || !bytes) throw invalid(centre, 'the request is not signed');
  const { created, keyid, tag, alg } = input.params;
  const now = Math.floor(centre.ports.now() / 1_000);
  if (tag !== SIGNATURE_TAG || (alg !== undefined && alg !== 'ed25519') || created === undefined)
    throw invalid(centre, 'the signature is of another kind');
  if (Math.abs(now - created) > SIGNATURE_WINDOW_S || (input.params.expires ?? now) < now)
    throw invalid(centre, 'the signature is not of now');

  const needed = signedComponents(request.method, announcesBody(request));
  if (!needed.every((name) => input.components.includes(name)))
    throw invalid(centre, 'the signature covers too little');

  const device = keyid !== undefined && isUuid(keyid) ? await findDevice(centre, keyid) : undefined;
  const base = signatureBase(
    { method: request.method, target: request.url, headers: plainHeaders(request) },
    input.components,
    input.paramsText,
  );
  const fits =
    device !== undefined &&
    base !== undefined &&
    verify(null, Buffer.from(base, 'latin1'), device.key, Buffer.from(bytes, 'base64'));
  if (!fits) throw invalid(centre, 'the signature does not fit');
  return device.device;
}

function announcesBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/**
 * The other half of a signature, as soon as the body is there as it came, and before it is unpacked or read.
 * @throws RefusedError when a device signed another one
 */
export function requireSignedBody(centre: Centre, request: FastifyRequest, body: Buffer): void {
  if (request.device !== undefined && !digestFits(request, body))
    throw invalid(centre, 'the body is not the signed one');
}

/** The centre's time tells a till with a wrong clock how to sign so that it is understood. */
function invalid(centre: Centre, why: string): RefusedError {
  return new RefusedError(refusal('signature_invalid', { why, serverTime: centre.ports.now() }));
}

function readInput(request: FastifyRequest): SignatureInput | undefined {
  const header = headerOf(request, 'signature-input');
  return header === undefined ? undefined : parseSignatureInput(header);
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function plainHeaders(request: FastifyRequest): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}

function digestFits(request: FastifyRequest, body: Buffer): boolean {
  const header = headerOf(request, 'content-digest');
  const text = header === undefined ? undefined : parseByteSequence(header, 'sha-256');
  if (text === undefined) return false;
  const claimed = Buffer.from(text, 'base64');
  const actual = createHash('sha256').update(body).digest();
  return claimed.length === actual.length && timingSafeEqual(claimed, actual);
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

async function findDevice(
  centre: Centre,
  id: string,
): Promise<{ device: Device; key: KeyObject } | undefined> {
  const [row] = await centre.db
    .select({
      id: devices.id,
      ledgerId: devices.ledgerId,
      publicKey: devices.publicKey,
      status: devices.status,
      locationId: ledgers.locationId,
    })
    .from(devices)
    .innerJoin(ledgers, eq(ledgers.id, devices.ledgerId))
    .where(eq(devices.id, id));
  if (row === undefined || row.status !== 'active') return undefined;
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: row.publicKey }, format: 'jwk' });
  return { device: { id: row.id, ledgerId: row.ledgerId, locationId: row.locationId }, key };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `requireDevice`. */
    device?: Device;
  }
}
