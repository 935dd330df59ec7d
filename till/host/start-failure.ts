import type { Refusal } from '../../shared/contracts/refusal.ts';

/** One sentence, and what to do, for the person who started a till that cannot open its ledger. */
export function startFailureText(
  why: Refusal,
  { dataDir, keyPlace }: { dataDir: string; keyPlace: string },
): string {
  const ledger = `the ledger in ${dataDir}`;
  const reason = why.params.reason ?? why.params.why;
  const because = reason === undefined ? '' : ` (${reason})`;
  switch (why.code) {
    case 'ledger_locked':
      return `Another Counterfoil is already using ${ledger}. Close it first, or choose another folder with --data DIR.`;
    case 'ledger_key_wrong':
      return `The key does not open ${ledger}${because}. Nothing was changed. It is kept in ${keyPlace}.`;
    case 'key_unavailable':
      return `The key of ${ledger} cannot be had${because}. Nothing was changed.`;
    case 'passphrase_wrong':
      return `The passphrase does not open ${keyPlace}. Nothing was changed.`;
    case 'ledger_corrupt':
      return `${upperFirst(ledger)} is damaged. Nothing was changed. Restore a backup, or keep the folder and ask for help.`;
    case 'ledger_newer':
      return `${upperFirst(ledger)} was written by a newer Counterfoil. Nothing was changed. Install the newer version.`;
    case 'storage_full':
      return `The disk of ${ledger} is full. Nothing was lost. Make room and start again.`;
    case 'storage_readonly':
      return `${upperFirst(ledger)} cannot be written. Check the rights of the folder and its files, or choose another with --data DIR.`;
    default:
      return `${upperFirst(ledger)} could not be opened: ${why.code}${because}. Nothing was changed.`;
  }
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
