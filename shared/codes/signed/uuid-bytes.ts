import { assert } from '../../kernel/assert.ts';
import { isBytes } from './cbor.ts';

export const UUID_BYTES = 16;

export function uuidBytes(uuid: string): Uint8Array {
  const hex = uuid.replaceAll('-', '');
  assert(/^[0-9a-f]{32}$/i.test(hex), 'not a UUID');
  return Uint8Array.from({ length: UUID_BYTES }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

/** `undefined`: these are not the bytes of a UUID. */
export function uuidText(bytes: unknown): string | undefined {
  if (!isBytes(bytes) || bytes.length !== UUID_BYTES) return undefined;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
