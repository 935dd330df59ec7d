import { parseArgs } from 'node:util';
import { readLedgerKey } from './audit/read-ledger-key.ts';
import { restoreBackup } from './backup/restore.ts';

/**
 * `npm run restore -- --data DIR --backup FILE [--key FILE]`: puts a backup in the place of a ledger whose till is not
 * running. The replaced ledger is kept beside it.
 */
const USAGE = 'npm run restore -- --data DIR --backup FILE [--key FILE]';
const FAILED = 1;

function main(): number {
  const text = { type: 'string' } as const;
  const { data, backup, key } = parseArgs({ options: { data: text, backup: text, key: text } }).values;
  if (data === undefined || backup === undefined) return complain(USAGE);
  const restored = restoreBackup(backup, data, readLedgerKey(key ?? `${data}.key`), Date.now());
  if (!restored.ok) return complain(`${restored.error.code}: ${restored.error.detail}`);
  if (restored.value !== undefined) console.log(`the ledger that was there is now ${restored.value}`);
  console.log('restored. At the next start a manager confirms by PIN that this ledger is to go on.');
  return 0;
}

function complain(text: string): number {
  console.error(text);
  return FAILED;
}

try {
  process.exitCode = main();
} catch (error) {
  process.exitCode = complain(error instanceof Error ? error.message : String(error));
}
