import { assert } from '../kernel/assert.ts';
import { CROCKFORD } from './alphabet.ts';
import type { CodeFormat } from './format.ts';
import { parsePattern, patternSpace, UNMISTAKABLE_LETTERS } from './pattern.ts';

const UUID_RANDOM_BITS = 122;
/** One letter and five digits. */
const CLASSIC_SPACE = UNMISTAKABLE_LETTERS.length * 100_000;

/** How many different codes a format has. Check symbols follow from the others and add none. */
export function codeSpace(format: CodeFormat): number {
  switch (format.kind) {
    case 'crockford':
      return CROCKFORD.length ** format.length;
    case 'uuid':
      return 2 ** UUID_RANDOM_BITS;
    case 'classic':
      return CLASSIC_SPACE;
    case 'pattern': {
      const parts = parsePattern(format.pattern);
      assert(parts.ok, 'patterns are checked where they come in');
      return patternSpace(parts.value);
    }
  }
}

/** A fuller space would make a random guess succeed too often, and new codes ever harder to find. */
export const MAX_SPACE_FILL = 0.5;

/** How many more codes may be made in a space that holds `taken` already. */
export function usableSpace(space: number, taken: number, maxFill = MAX_SPACE_FILL): number {
  return Math.max(0, Math.floor(space * maxFill) - taken);
}

export type Guessability = {
  /** Different codes that the format has. */
  readonly space: number;
  /** Bits of work to hit some code of the batch, which is what an attacker wants: log2(space / count). */
  readonly bits: number;
  /** The chance that one guess, made with knowledge of the format and its check symbols, is a code of the batch. */
  readonly chancePerGuess: number;
  /** Pairs that would come out alike if repeats were not drawn again: n(n-1)/2 over the space. */
  readonly expectedCollisions: number;
  readonly rating: 'weak' | 'fair' | 'strong';
};

/** Below: found by hand or by a script at a till within days. 2^20 guesses at one a second take 12 days. */
const FAIR_BITS = 20;
/** 2^32 guesses at 100 a second, far above any throttle, take 16 months. */
const STRONG_BITS = 32;

export function guessability(format: CodeFormat, count: number): Guessability {
  assert(count >= 1, 'a batch has at least one code');
  const space = codeSpace(format);
  const chancePerGuess = Math.min(1, count / space);
  const bits = Math.max(0, Math.log2(space) - Math.log2(count));
  const rating = bits >= STRONG_BITS ? 'strong' : bits >= FAIR_BITS ? 'fair' : 'weak';
  return { space, bits, chancePerGuess, expectedCollisions: (count * (count - 1)) / 2 / space, rating };
}
