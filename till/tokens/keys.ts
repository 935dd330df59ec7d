import type { Reads, Tx } from '../../db/store.ts';
import { issueKeyList, type KeyList, readKeyList } from '../../shared/codes/signed/key-list.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Outcome } from '../handlers.ts';
import type { Random } from '../ports.ts';
import { type KeyPair, keyPairOf, verifyEd25519 } from './ed25519.ts';

/** The seed of this ledger's root key, and how often its list of keys changed. Both are encrypted with the ledger. */
const ROOT_SEED = 'tokens.root';
const LIST_VERSION = 'tokens.version';

const SEED_BYTES = 32;
const KEY_ID_BYTES = 6;
/** As a list of keys can hold; every signed batch has a key of its own, so that it can be revoked alone. */
export const MAX_SIGNED_BATCHES = 100;

/** What another till needs in order to tell this ledger's tokens from forgeries: a text to carry over once. */
const TRUST_PREFIX = 'CFKEYS1';

export function addBatchKey(tx: Tx, random: Random, batchId: string): Outcome<void> {
  const { length } = tx.read.tokens.batches();
  if (length >= MAX_SIGNED_BATCHES)
    return err(refusal('conflict', { why: 'too many signed batches', max: MAX_SIGNED_BATCHES }, 'signed'));
  if (tx.read.meta.get(ROOT_SEED) === undefined)
    tx.write.meta.set(ROOT_SEED, Buffer.from(random.bytes(SEED_BYTES)).toString('base64'));
  tx.write.tokens.insert({
    batchId,
    keyId: random.bytes(KEY_ID_BYTES),
    seed: random.bytes(SEED_BYTES),
  });
  nextVersion(tx);
  return ok(undefined);
}

export function revokeBatchKey(tx: Tx, batchId: string, at: number): void {
  tx.write.tokens.revoke(batchId, at);
  nextVersion(tx);
}

function nextVersion(tx: Tx): void {
  tx.write.meta.set(LIST_VERSION, String(versionOf(tx.read) + 1));
}

const versionOf = (read: Reads): number => Number(read.meta.get(LIST_VERSION) ?? 0);

function ownList(read: Reads): KeyList {
  const keys = read.tokens.batches().map(({ keyId, seed, revokedAt }) => ({
    keyId: Uint8Array.from(keyId),
    publicKey: keyPairOf(seed).publicKey,
    revoked: revokedAt !== null,
  }));
  return { version: versionOf(read), keys };
}

/** Keys of this ledger and of those whose root an admin has pinned. */
export function trustedKeys(read: Reads): KeyList {
  const pinned = read.tokens.roots().flatMap((root) => {
    const list = readKeyList(root.list, root.publicKey, root.version, verifyEd25519);
    return list.ok ? list.value.keys : [];
  });
  return { version: 1, keys: [...ownList(read).keys, ...pinned] };
}

/** `undefined`: nothing was ever signed here. */
export function exportTrust(read: Reads): string | undefined {
  const seed = read.meta.get(ROOT_SEED);
  if (seed === undefined) return undefined;
  const root = keyPairOf(Buffer.from(seed, 'base64'));
  const list = issueKeyList(ownList(read), root.sign);
  return [
    TRUST_PREFIX,
    ...[root.publicKey, list].map((part) => Buffer.from(part).toString('base64url')),
  ].join('.');
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

export function batchKey(
  read: Reads,
  batchId: string,
): (KeyPair & { readonly keyId: Uint8Array }) | undefined {
  const row = read.tokens.ofBatch(batchId);
  if (!row) return undefined;
  assert(row.seed.length === SEED_BYTES, 'a batch key has its seed');
  return { ...keyPairOf(row.seed), keyId: Uint8Array.from(row.keyId) };
}
