import { parseArgs } from 'node:util';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { openLedgerReadOnly, opensUnder } from '../db/open.ts';
import { loadIdentity, prepareReads } from '../db/store.ts';
import { readAnchor } from './anchor/anchor.ts';
import { auditLedger } from './audit/audit-ledger.ts';
import { everyKeyOf, openKeyFile } from './keys/command-line.ts';
import { fileAnchorStore } from './system-ports.ts';

/**
 * `npm run audit -- --data DIR [--anchor FILE] [--key FILE] [--passphrase-file FILE]`: verifies a ledger's chain, escrow
 * and anchor.
 * Exits 1 at the first break, 2 when it could not look.
 */
const USAGE = 'npm run audit -- --data DIR [--anchor FILE] [--key FILE] [--passphrase-file FILE]';

const FOUND_BREAK = 1;
const COULD_NOT_LOOK = 2;

async function main(): Promise<number> {
  const { data, anchor, key, 'passphrase-file': passphraseFile } = options();
  if (data === undefined) return complain(USAGE);
  const { keys } = await openKeyFile(key ?? `${data}.key`, passphraseFile);
  const candidates = await everyKeyOf(keys);
  // A change of the key that was cut off left two.
  const inUse = candidates.find((one) => opensUnder(data, one)) ?? candidates[0];
  const opened = openLedgerReadOnly(data, inUse);
  if (!opened.ok) return complain(`${data}: ${opened.error.code}: ${opened.error.detail}`);
  try {
    const read = prepareReads(drizzle({ client: opened.value.database }));
    // Either slot, or what both have in common, names the anchor.
    const slots = fileAnchorStore((anchor ?? data).replace(/\.anchor-[ab]$/, ''));
    const result = auditLedger({ read, identity: loadIdentity(read) }, readAnchor(slots));
    if (!result.ok) {
      const { seq, what } = result.error;
      console.log(`BREAK${seq === undefined ? '' : ` at event ${seq}`}: ${what}`);
      return FOUND_BREAK;
    }
    const { head, redemptions, voided, leases, anchoredSeq } = result.value;
    console.log(`chain whole: ${head.seq} events, head ${head.hash}`);
    console.log(`escrow adds up: ${redemptions} redemptions, ${voided} of them voided, ${leases} leases`);
    console.log(`anchor fits: event ${anchoredSeq ?? 0}`);
    return 0;
  } finally {
    opened.value.close();
  }
}

function options() {
  const text = { type: 'string' } as const;
  return parseArgs({ options: { data: text, anchor: text, key: text, 'passphrase-file': text } }).values;
}

function complain(text: string): number {
  console.error(text);
  return COULD_NOT_LOOK;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.exitCode = complain(error instanceof Error ? error.message : String(error));
}
