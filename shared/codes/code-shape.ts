import { symbolValue } from './alphabet.ts';
import { CHECK_SYMBOLS } from './check-symbols.ts';
import { MAX_CROCKFORD_LENGTH, MIN_CROCKFORD_LENGTH } from './format.ts';

const MIN_GENERATED_LENGTH = MIN_CROCKFORD_LENGTH + CHECK_SYMBOLS;
const MAX_GENERATED_LENGTH = MAX_CROCKFORD_LENGTH + CHECK_SYMBOLS;

const classic = /^[A-Z][0-9]{5}$/;
/** RFC 9562 §4: version 1 to 8 and the variant bits, without dashes, upper case. */
const uuid = /^[0-9A-F]{12}[1-8][0-9A-F]{3}[89AB][0-9A-F]{15}$/;

export function isClassicShape(canonical: string): boolean {
  return classic.test(canonical);
}

export function isUuidShape(canonical: string): boolean {
  return uuid.test(canonical);
}

export function hasGeneratedLength(canonical: string): boolean {
  return canonical.length >= MIN_GENERATED_LENGTH && canonical.length <= MAX_GENERATED_LENGTH;
}

/** How many characters the base32 alphabet does not have. */
export function countForeign(text: string): number {
  let foreign = 0;
  for (let i = 0; i < text.length; i++) if (symbolValue(text.charCodeAt(i)) < 0) foreign++;
  return foreign;
}

/** Could have been generated as base32 with check symbols; says nothing about whether they fit. */
export function isGeneratedShape(canonical: string): boolean {
  return hasGeneratedLength(canonical) && countForeign(canonical) === 0;
}
