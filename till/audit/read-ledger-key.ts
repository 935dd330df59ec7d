import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** What the web host keeps: the same file, of which only the ledger's key is of interest here. */
const keyFileSchema = z.object({ ledger: z.base64url() });

/** @throws when there is no such file, or no key in it */
export function readLedgerKey(file: string): Uint8Array {
  return Buffer.from(keyFileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).ledger, 'base64url');
}
