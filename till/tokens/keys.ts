import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { TokenKeyRow, TrustedRootRow } from '../../db/queries/tokens.ts';
import type { Reads, Tx } from '../../db/store.ts';
import {
  issueKeyList,
  type KeyList,
  MAX_KEYS,
  MAX_VOID_COUPONS,
  readKeyList,
} from '../../shared/codes/signed/key-list.ts';
import type { tokenOperations } from '../../shared/contracts/operations/tokens.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { isVoid } from '../batches/is-void.ts';
import type { Outcome } from '../handlers.ts';
import type { Random } from '../ports.ts';
import { type KeyPair, keyPairOf, verifyEd25519 } from './ed25519.ts';

type ShownKeys = z.output<(typeof tokenOperations)['tokens.list']['output']>;

/** The seed of this ledger's root key, and how often its list of keys changed. Both are encrypted with the ledger. */
const ROOT_SEED = 'tokens.root';
const LIST_VERSION = 'tokens.version';

const SEED_BYTES = 32;
const KEY_ID_BYTES = 6;
const FINGERPRINT_BYTES = 8;

/** What another till needs in order to tell this ledger's tokens from forgeries: a text to carry over once. */
const TRUST_PREFIX = 'CFKEYS1';

/** From now on it signs what is printed of the batch; every signed batch has keys of its own, to be revoked alone. */
export function addBatchKey(tx: Tx, random: Random, batchId: string, at: number): Outcome<void> {
  if (tx.read.tokens.all().length >= MAX_KEYS)
    return err(refusal('conflict', { why: 'too many keys of signed batches', max: MAX_KEYS }, 'signed'));
  const newest = tx.read.tokens.ofBatch(batchId).at(-1)?.madeAt;
  if (tx.read.meta.get(ROOT_SEED) === undefined)
    tx.write.meta.set(ROOT_SEED, Buffer.from(random.bytes(SEED_BYTES)).toString('base64'));
  tx.write.tokens.insert({
    batchId,
    keyId: random.bytes(KEY_ID_BYTES),
    seed: random.bytes(SEED_BYTES),
    // The newest signs: it is that also within one millisecond, and after the clock was set back.
    madeAt: newest === undefined ? at : Math.max(at, newest + 1),
  });
  nextVersion(tx);
  return ok(undefined);
}

export function revokeKey(tx: Tx, keyId: Uint8Array, at: number): void {
  tx.write.tokens.revoke(keyId, at);
  nextVersion(tx);
}

/** After codes of a batch were voided or made valid again: its list, if it has one, names others. */
export function voidCodesChanged(tx: Tx, batchId: string): void {
  if (tx.read.tokens.ofBatch(batchId).length > 0) nextVersion(tx);
}

function nextVersion(tx: Tx): void {
  tx.write.meta.set(LIST_VERSION, String(versionOf(tx.read) + 1));
}

const versionOf = (read: Reads): number => Number(read.meta.get(LIST_VERSION) ?? 0);

/** Its own voided codes a ledger knows without a list. */
function ownList(read: Reads, voidCoupons: readonly string[]): KeyList {
  const keys = read.tokens.all().map(({ keyId, seed, revokedAt }) => ({
    keyId: Uint8Array.from(keyId),
    publicKey: keyPairOf(seed).publicKey,
    revoked: revokedAt !== null,
  }));
  return { version: versionOf(read), keys, voidCoupons };
}

/** Keys of this ledger and of those whose root an admin has pinned. */
export function trustedKeys(read: Reads): KeyList {
  const pinned = read.tokens.roots().map(listOf);
  return {
    version: 1,
    keys: [...ownList(read, []).keys, ...pinned.flatMap((list) => list.keys)],
    voidCoupons: pinned.flatMap((list) => list.voidCoupons),
  };
}

function listOf(root: TrustedRootRow): KeyList {
  const list = readKeyList(root.list, root.publicKey, root.version, verifyEd25519);
  return list.ok ? list.value : { version: root.version, keys: [], voidCoupons: [] };
}

export function trustedRoots(read: Reads): ShownKeys['trusted'] {
  return read.tokens.roots().map((root) => {
    const { keys, voidCoupons } = listOf(root);
    return {
      name: root.name,
      fingerprint: fingerprintOf(root.publicKey),
      version: root.version,
      trustedAt: root.trustedAt,
      keys: keys.length,
      revokedKeys: keys.filter(({ revoked }) => revoked).length,
      voidCodes: voidCoupons.length,
    };
  });
}

export function ownKeys(read: Reads): ShownKeys['keys'] {
  return read.tokens.all().map((row) => ({
    keyId: Buffer.from(row.keyId).toString('hex'),
    batchId: row.batchId,
    batchName: read.batches.byId(row.batchId)?.name ?? '',
    madeAt: row.madeAt,
    state:
      row.revokedAt !== null
        ? 'revoked'
        : Buffer.from(row.keyId).equals(signingKey(read, row.batchId)?.keyId ?? new Uint8Array())
          ? 'signs'
          : 'verifies',
  }));
}

/** In groups of four, to be read out. */
function fingerprintOf(publicKey: Uint8Array): string {
  const digest = createHash('sha256')
    .update(publicKey)
    .digest('hex')
    .slice(0, 2 * FINGERPRINT_BYTES);
  return digest.toUpperCase().replace(/(.{4})(?!$)/g, '$1 ');
}

/** `undefined`: nothing was ever signed here. */
export function exportTrust(read: Reads): ShownKeys['own'] {
  const seed = read.meta.get(ROOT_SEED);
  if (seed === undefined) return undefined;
  const root = keyPairOf(Buffer.from(seed, 'base64'));
  const voided = voidCoupons(read);
  const named = voided.slice(0, MAX_VOID_COUPONS);
  const list = issueKeyList(ownList(read, named), root.sign);
  return {
    text: [
      TRUST_PREFIX,
      ...[root.publicKey, list].map((part) => Buffer.from(part).toString('base64url')),
    ].join('.'),
    fingerprint: fingerprintOf(root.publicKey),
    version: versionOf(read),
    voidCodes: named.length,
    voidCodesLeftOut: voided.length - named.length,
  };
}

/** Of the batches that have a key which is not revoked: with the key their codes are void in any case. */
function voidCoupons(read: Reads): string[] {
  const batchIds = new Set(read.tokens.all().flatMap((row) => (row.revokedAt === null ? [row.batchId] : [])));
  const found: string[] = [];
  for (const batchId of batchIds) {
    const seen = new Set<number>();
    for (const { firstSerial, lastSerial, status } of read.codeRanges.ofBatch(batchId)) {
      if (status !== 'void') continue;
      // One more than there is room for is enough to say that some are missing.
      const most = Math.min(lastSerial - firstSerial + 1, MAX_VOID_COUPONS + 1);
      for (const coupon of read.coupons.ofBatch(batchId, firstSerial - 1, most)) {
        if (coupon.serial > lastSerial || seen.has(coupon.serial)) continue;
        seen.add(coupon.serial);
        if (isVoid(read, coupon)) found.push(coupon.id);
      }
    }
  }
  return found;
}

/** Pins a root, or takes a newer list of one that is pinned. An older one is refused: it may bring a revoked key back. */
export function takeTrust(
  tx: Tx,
  text: string,
  name: string,
  at: number,
): Outcome<{ readonly keys: number }> {
  const [prefix, root = '', list = ''] = text.trim().split('.');
  const publicKey = Uint8Array.from(Buffer.from(root, 'base64url'));
  const bytes = Uint8Array.from(Buffer.from(list, 'base64url'));
  const unreadable = err(refusal('invalid_input', { why: 'these are no keys' }, 'text'));
  if (prefix !== TRUST_PREFIX || publicKey.length !== SEED_BYTES) return unreadable;
  const known = tx.read.tokens.roots().find((one) => Buffer.from(one.publicKey).equals(publicKey));
  const taken = readKeyList(bytes, publicKey, known?.version ?? 0, verifyEd25519);
  if (!taken.ok)
    return taken.error === 'older' ? err(refusal('conflict', { why: 'an older list' })) : unreadable;
  tx.write.tokens.trust({ publicKey, name, list: bytes, version: taken.value.version, trustedAt: at });
  return ok({ keys: taken.value.keys.length });
}

/** What signs new prints of a batch: its newest key, as long as that is not revoked. */
function signingKey(read: Reads, batchId: string): TokenKeyRow | undefined {
  return read.tokens.ofBatch(batchId).findLast((row) => row.revokedAt === null);
}

export function batchKey(
  read: Reads,
  batchId: string,
): (KeyPair & { readonly keyId: Uint8Array }) | undefined {
  const row = signingKey(read, batchId);
  if (!row) return undefined;
  assert(row.seed.length === SEED_BYTES, 'a batch key has its seed');
  return { ...keyPairOf(row.seed), keyId: Uint8Array.from(row.keyId) };
}
