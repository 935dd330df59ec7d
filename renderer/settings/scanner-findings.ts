import { correctLayout } from '../../shared/codes/keyboard-layouts.ts';

export type ScannedKey = { readonly key: string; readonly at: number };

export type Findings = {
  readonly text: string;
  readonly msPerChar: number;
  readonly suffix: 'enter' | 'tab' | 'none';
  /** `as_printed`; `corrected`: another keyboard layout, which the till reads all the same; `unknown`: not the test code. */
  readonly layout: 'as_printed' | 'corrected' | 'unknown';
  readonly capsLock: boolean;
};

const MIN_CHARS = 4;

/** What a scanner sent, looked at key by key. Undefined while it is too little to say anything. */
export function findingsOf(keys: readonly ScannedKey[], expected: string): Findings | undefined {
  const last = keys.at(-1);
  const suffix = last?.key === 'Enter' ? 'enter' : last?.key === 'Tab' ? 'tab' : 'none';
  const chars = keys.filter(({ key }) => [...key].length === 1);
  if (chars.length < MIN_CHARS) return undefined;
  const text = chars.map(({ key }) => key).join('');
  const gaps = chars.slice(1).map(({ at }, i) => at - (chars[i]?.at ?? at));
  const sorted = gaps.sort((a, b) => a - b);
  const corrected = correctLayout(text).toUpperCase();
  return {
    text,
    msPerChar: Math.round(sorted[sorted.length >> 1] ?? 0),
    suffix,
    layout: text.toUpperCase() === expected ? 'as_printed' : corrected === expected ? 'corrected' : 'unknown',
    capsLock: text !== text.toUpperCase() && text === text.toLowerCase(),
  };
}
