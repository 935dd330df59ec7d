import { parseArgs } from 'node:util';
import { restoreBackup } from './backup/restore.ts';
import { everyKeyOf, openKeyFile } from './keys/command-line.ts';

/**
 * `npm run restore -- --data DIR --backup FILE [--key FILE] [--passphrase-file FILE]`: puts a backup in the place of a ledger whose till is not
 * running. The replaced ledger is kept beside it.
 */
const USAGE = 'npm run restore -- --data DIR --backup FILE [--key FILE] [--passphrase-file FILE]';
const FAILED = 1;

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const options = { data: text, backup: text, key: text, 'passphrase-file': text };
  const { data, backup, key, ...values } = parseArgs({ options }).values;
  if (data === undefined || backup === undefined) return complain(USAGE);
  const { keys } = await openKeyFile(key ?? `${data}.key`, values['passphrase-file']);
  const restored = restoreBackup(backup, data, await everyKeyOf(keys), Date.now());
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
  process.exitCode = await main();
} catch (error) {
  process.exitCode = complain(error instanceof Error ? error.message : String(error));
}
