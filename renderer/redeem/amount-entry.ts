/**
 * An amount as a till takes it: digits shift in from the right (`1250` is 12.50), and whoever types a point means
 * whole units before it (`12.` is 12.00, `12.5` is 12.50). The text is what was typed; the value is exact.
 */
export type AmountEntry = string;

export const EMPTY_ENTRY: AmountEntry = '';
/** Nine digits: a basket beyond it is a typing error. */
const MAX_DIGITS = 9;

export function enterKey(entry: AmountEntry, key: string, fractionDigits: number): AmountEntry {
  if (key === 'Backspace') return entry.slice(0, -1);
  if (key === '.' || key === ',') {
    return entry.includes('.') || fractionDigits === 0 ? entry : `${entry === '' ? '0' : entry}.`;
  }
  if (!/^[0-9]+$/.test(key)) return entry;
  const next = entry + key;
  const [whole = '', fraction] = next.split('.');
  if (fraction !== undefined) return fraction.length > fractionDigits ? entry : next;
  return whole.length > MAX_DIGITS ? entry : next.replace(/^0+/, '');
}

export function entryMinor(entry: AmountEntry, fractionDigits: number): number {
  const [whole = '', fraction] = entry.split('.');
  if (fraction === undefined) return Number(whole);
  return Number(whole + fraction.padEnd(fractionDigits, '0'));
}
