import { assert } from '../kernel/assert.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { symbolAt, symbolFromByte } from './alphabet.ts';
import { checkSymbols } from './check-symbols.ts';
import { type CodeFormat, MAX_CROCKFORD_LENGTH, MIN_CROCKFORD_LENGTH, type RandomBytes } from './format.ts';
import { codeSpace, usableSpace } from './guessability.ts';
import { readsOffensive } from './offensive-words.ts';
import { fillPattern, parsePattern, UNMISTAKABLE_LETTERS } from './pattern.ts';

const CLASSIC_NUMBERS = 100_000;

/** A pattern whose own fixed text trips the filter would give no code at all: what the shop writes itself is its affair. */
function isFiltered(format: CodeFormat): boolean {
  if (format.kind !== 'pattern') return true;
  const parts = parsePattern(format.pattern);
  return parts.ok && !parts.value.some((part) => 'text' in part && readsOffensive(part.text));
}

/** The share of codes that read rudely is a fiftieth, so 1,000 in a row mean that the source is broken. */
const MAX_RUDE = 1_000;

/** Draws codes of a format that nobody reads a rude word in. */
export function codeSource(format: CodeFormat, random: RandomBytes): () => string {
  const filtered = isFiltered(format);
  return () => {
    for (let draw = 0; draw < MAX_RUDE; draw++) {
      const code = generateCode(format, random);
      if (!filtered || !readsOffensive(code)) return code;
    }
    throw new Error('the random source repeats itself');
  };
}

/** One new code in canonical form. Uniqueness is the caller's: see `generateCodes`. */
export function generateCode(format: CodeFormat, random: RandomBytes): string {
  switch (format.kind) {
    case 'crockford':
      return crockford(format.length, random);
    case 'uuid':
      return uuid(random);
    case 'classic':
      return classic(random);
    case 'pattern':
      return fromPattern(format.pattern, random);
  }
}

function crockford(length: number, random: RandomBytes): string {
  assert(length >= MIN_CROCKFORD_LENGTH && length <= MAX_CROCKFORD_LENGTH, `bad code length: ${length}`);
  const bytes = random(length);
  let body = '';
  for (let i = 0; i < length; i++) body += symbolAt(symbolFromByte(bytes[i] as number));
  return body + checkSymbols(body);
}

/** RFC 9562 §5.4. */
function uuid(random: RandomBytes): string {
  const bytes = Uint8Array.from(random(16));
  bytes[6] = 0x40 | ((bytes[6] as number) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f);
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text.toUpperCase();
}

function classic(random: RandomBytes): string {
  const value = uniformBelow(UNMISTAKABLE_LETTERS.length * CLASSIC_NUMBERS, random);
  const digits = String(value % CLASSIC_NUMBERS).padStart(5, '0');
  return UNMISTAKABLE_LETTERS.charAt(Math.floor(value / CLASSIC_NUMBERS)) + digits;
}

function fromPattern(pattern: string, random: RandomBytes): string {
  const parts = parsePattern(pattern);
  assert(parts.ok, 'patterns are checked where they come in');
  return fillPattern(parts.value, (limit) => uniformBelow(limit, random));
}

/** A rejected draw has a chance below one half, so 100 in a row mean that the random source is broken. */
const MAX_DRAWS = 100;

/** Uniform in 0 … limit-1 by rejection: a plain remainder would favour small values. */
function uniformBelow(limit: number, random: RandomBytes): number {
  const range = 2 ** 32;
  const fair = range - (range % limit);
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const [a = 0, b = 0, c = 0, d = 0] = random(4);
    const value = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
    if (value < fair) return value % limit;
  }
  throw new Error('the random source repeats itself');
}

const POOL_BYTES = 4_096;

/** Asks the source for many bytes at a time: one call per code costs more than making the code. */
export function pool(random: RandomBytes): RandomBytes {
  let bytes = random(0);
  let used = 0;
  return (count) => {
    if (used + count > bytes.length) {
      bytes = random(Math.max(count, POOL_BYTES));
      used = 0;
    }
    used += count;
    return bytes.subarray(used - count, used);
  };
}

export type CodeSpaceTooSmall = { readonly count: number; readonly space: number; readonly usable: number };

/** With at most half of the space taken, drawing 64 times and finding nothing new has a chance of 2^-64. */
const MAX_MISSES = 64;

/**
 * `count` different codes. `whichTaken` tells which of some codes exist already (in other batches): those are drawn
 * again. Refused before the first draw when the space is too small, counting `taken` codes of the same format.
 */
export function generateCodes(
  format: CodeFormat,
  count: number,
  random: RandomBytes,
  whichTaken: (codes: readonly string[]) => readonly string[] = () => [],
  taken = 0,
): Result<string[], CodeSpaceTooSmall> {
  assert(Number.isSafeInteger(count) && count >= 0, `bad count: ${count}`);
  const space = codeSpace(format);
  const usable = usableSpace(space, taken);
  if (count > usable) return err({ count, space, usable });
  const next = codeSource(format, pool(random));
  const codes = new Set<string>();
  for (let round = 0; round < MAX_MISSES; round++) {
    const drawn = drawDifferent(count - codes.size, next, codes);
    if (!drawn) break;
    const known = new Set(whichTaken(drawn));
    for (const code of drawn) if (!known.has(code)) codes.add(code);
    if (codes.size === count) return ok([...codes]);
  }
  return err({ count, space, usable: codes.size });
}

/** Codes that differ from one another and from those `before`. `undefined`: there seem to be no more. */
function drawDifferent(count: number, next: () => string, before: ReadonlySet<string>): string[] | undefined {
  const drawn = new Set<string>();
  let misses = 0;
  while (drawn.size < count) {
    const code = next();
    if (before.has(code) || drawn.has(code)) {
      if (++misses >= MAX_MISSES) return undefined;
      continue;
    }
    misses = 0;
    drawn.add(code);
  }
  return [...drawn];
}
