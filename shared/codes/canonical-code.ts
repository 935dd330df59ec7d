/** The longest text that counts as a code; signed tokens are read before this applies. */
export const MAX_CODE_LENGTH = 64;
/** What people and printers put between groups: spaces, dashes of every kind, and characters without a width. */
const separators = /[\s\p{Z}\p{Pd}\p{Cf}\u2043\u2212]/gu;
/** Letters, marks and digits of any script, and the printable characters of ASCII. */
const codeText = /^[\p{L}\p{M}\p{N}!-~]+$/u;

/**
 * The one text that the ledger stores and looks up: compatibility forms resolved (full-width digits from an Asian
 * keyboard), upper case, without separators. `undefined` when nothing is left, or what is left is no code.
 */
export function canonicalCode(entered: string): string | undefined {
  const canonical = entered.normalize('NFKC').toUpperCase().normalize('NFKC').replace(separators, '');
  return canonical.length <= MAX_CODE_LENGTH && codeText.test(canonical) ? canonical : undefined;
}
