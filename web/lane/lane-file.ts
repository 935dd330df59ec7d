import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { err, ok, type Result } from '../../shared/kernel/result.ts';

const FILE = 'lane.json';
const OWNER_ONLY = 0o600;

const membershipSchema = z.object({
  hubUrl: z.string(),
  /** The one authority whose hub this lane talks to. */
  authorityPem: z.string(),
  token: z.string(),
  tillName: z.string(),
});

/** What a lane keeps: nothing of the ledger, only how it reaches its hub. */
export type Membership = z.output<typeof membershipSchema>;

/** @returns undefined before the lane was attached; the error is a sentence for whoever started it */
export function readMembership(folder: string): Result<Membership | undefined, string> {
  const file = path.join(folder, FILE);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ok(undefined);
    return err(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return ok(membershipSchema.parse(JSON.parse(text)));
  } catch {
    return err(`${file} is damaged. Remove it and attach this till to its hub again.`);
  }
}

/** Durable when it returns; a crash leaves the one before. */
export function writeMembership(folder: string, membership: Membership): void {
  const file = path.join(folder, FILE);
  const next = `${file}.next`;
  const handle = openSync(next, 'w', OWNER_ONLY);
  try {
    writeSync(handle, JSON.stringify(membership));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(next, file);
}
