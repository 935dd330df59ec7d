import { createCipheriv } from 'node:crypto';
import type { CodeFormat } from '../../shared/codes/format.ts';
import { codeSource, pool } from '../../shared/codes/generate-code.ts';

/** Serials that are drawn together. */
export const BLOCK = 512;

const CIPHER = 'aes-256-ctr';
const IV_BYTES = 16;

/**
 * The codes of a batch, as far as chance decides them: for the serials `block * BLOCK + 1` and following, at the given
 * attempt. They follow from the seed alone, so that a job that was cut off draws the same ones again.
 */
export function drawBlock(format: CodeFormat, seed: Uint8Array, attempt: number, block: number): string[] {
  const iv = Buffer.alloc(IV_BYTES);
  iv.writeUInt32BE(attempt, 0);
  iv.writeUInt32BE(block, 4);
  const stream = createCipheriv(CIPHER, seed, iv);
  const next = codeSource(
    format,
    pool((count) => stream.update(Buffer.alloc(count))),
  );
  return Array.from({ length: BLOCK }, next);
}
