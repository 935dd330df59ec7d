import { err, ok, type Result } from '../kernel/result.ts';
import { CROCKFORD } from './alphabet.ts';
import { MAX_CODE_LENGTH } from './canonical-code.ts';
import { checkSymbols } from './check-symbols.ts';
import { MAX_CROCKFORD_LENGTH, MIN_CROCKFORD_LENGTH } from './format.ts';

/**
 * A merchant's own way to write codes: fixed text with places to fill. `%d` is a digit, `%s` a letter, `%x` a base32
 * symbol. Letters come without I, L and O, which a reader takes for digits. `%c` at the end stands for two check symbols,
 * by which a typing error is told from an unknown code; before it only base32 symbols may stand, 8 to 24 of them.
 */
export type PatternPart =
  | { readonly text: string }
  | { readonly alphabet: string }
  | { readonly check: true };

export type PatternFault =
  | 'empty'
  | 'too_long'
  | 'unknown_place'
  | 'invalid_text'
  | 'nothing_random'
  | 'check_unfit';

export const UNMISTAKABLE_LETTERS = 'ABCDEFGHJKMNPQRSTUVWXYZ';
/** U is no base32 symbol: codes with check symbols do without. */
const CHECKABLE_LETTERS = UNMISTAKABLE_LETTERS.replace('U', '');
const CHECK_PLACE = '%c';
const checkable = new RegExp(`^[${CROCKFORD}]*$`);
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
  const hasCheck = pattern.endsWith(CHECK_PLACE);
  const filled = hasCheck ? pattern.slice(0, -CHECK_PLACE.length) : pattern;
  for (const piece of filled.match(/%.?|[^%]+/gsu) ?? []) {
    if (piece.startsWith('%')) {
      const alphabet = places[piece.slice(1)];
      if (alphabet === undefined) return err('unknown_place');
      parts.push({ alphabet: hasCheck && piece === '%s' ? CHECKABLE_LETTERS : alphabet });
    } else {
      const text = piece.toUpperCase();
      if (!fixedText.test(text)) return err('invalid_text');
      parts.push({ text });
    }
  }
  if (!parts.some((part) => 'alphabet' in part)) return err('nothing_random');
  const length = parts.reduce((sum, part) => sum + ('text' in part ? part.text.length : 1), 0);
  if (length > MAX_CODE_LENGTH) return err('too_long');
  if (!hasCheck) return ok(parts);
  const isCheckable = parts.every((part) => !('text' in part) || checkable.test(part.text));
  if (!isCheckable || length < MIN_CROCKFORD_LENGTH || length > MAX_CROCKFORD_LENGTH)
    return err('check_unfit');
  return ok([...parts, { check: true }]);
}

/** How many different codes a pattern gives. */
export function patternSpace(parts: readonly PatternPart[]): number {
  return parts.reduce((space, part) => ('alphabet' in part ? space * part.alphabet.length : space), 1);
}

/** @param pick uniform in 0 … limit-1 */
export function fillPattern(parts: readonly PatternPart[], pick: (limit: number) => number): string {
  let code = '';
  for (const part of parts) {
    if ('text' in part) code += part.text;
    else if ('alphabet' in part) code += part.alphabet.charAt(pick(part.alphabet.length));
    else code += checkSymbols(code);
  }
  return code;
}
