import { err, ok, type Result } from '../kernel/result.ts';
import { CROCKFORD } from './alphabet.ts';
import { MAX_CODE_LENGTH } from './canonical-code.ts';

/**
 * A merchant's own way to write codes: fixed text with places to fill. `%d` is a digit, `%s` a letter, `%x` a base32
 * symbol. Letters come without I, L and O, which a reader takes for digits.
 */
export type PatternPart = { readonly text: string } | { readonly alphabet: string };

export type PatternFault = 'empty' | 'too_long' | 'unknown_place' | 'invalid_text' | 'nothing_random';

export const UNMISTAKABLE_LETTERS = 'ABCDEFGHJKMNPQRSTUVWXYZ';
const places: Readonly<Record<string, string>> = {
  d: '0123456789',
  s: UNMISTAKABLE_LETTERS,
  x: CROCKFORD,
};

/** As the ledger stores codes: capital letters and digits, and signs that are no separators. */
const fixedText = /^[A-Z0-9_.+*=#]+$/;

/** The parts of a pattern; fixed text in capitals, because case never counts in a code. */
export function parsePattern(pattern: string): Result<readonly PatternPart[], PatternFault> {
  if (pattern === '') return err('empty');
  if (pattern.length > 2 * MAX_CODE_LENGTH) return err('too_long');
  const parts: PatternPart[] = [];
  for (const piece of pattern.match(/%.?|[^%]+/gsu) ?? []) {
    if (piece.startsWith('%')) {
      const alphabet = places[piece.slice(1)];
      if (alphabet === undefined) return err('unknown_place');
      parts.push({ alphabet });
    } else {
      const text = piece.toUpperCase();
      if (!fixedText.test(text)) return err('invalid_text');
      parts.push({ text });
    }
  }
  if (!parts.some((part) => 'alphabet' in part)) return err('nothing_random');
  const length = parts.reduce((sum, part) => sum + ('text' in part ? part.text.length : 1), 0);
  return length > MAX_CODE_LENGTH ? err('too_long') : ok(parts);
}

/** How many different codes a pattern gives. */
export function patternSpace(parts: readonly PatternPart[]): number {
  return parts.reduce((space, part) => ('text' in part ? space : space * part.alphabet.length), 1);
}

/** @param pick uniform in 0 … limit-1 */
export function fillPattern(parts: readonly PatternPart[], pick: (limit: number) => number): string {
  return parts
    .map((part) => ('text' in part ? part.text : part.alphabet.charAt(pick(part.alphabet.length))))
    .join('');
}
