import { displayCode } from '../../shared/codes/display-code.ts';
import type { CodeFormat } from '../../shared/codes/format.ts';
import { codeSource, generateCode } from '../../shared/codes/generate-code.ts';
import { type Guessability, guessability, usableSpace } from '../../shared/codes/guessability.ts';
import { readsOffensive } from '../../shared/codes/offensive-words.ts';
import { type PatternFault, parsePattern } from '../../shared/codes/pattern.ts';
import type { TagTone } from '../ui/tag.tsx';

/** What to expect of so many codes of a format, before any is made. */
export type Prospects = Guessability & {
  /** How many the format may give. */
  readonly usable: number;
  /** The share of its codes in which somebody may read a rude word, in basis points. */
  readonly rudeBp: number;
};

export const ratingTones: Record<Guessability['rating'], TagTone> = {
  weak: 'stop',
  fair: 'warn',
  strong: 'go',
};

const SAMPLE = 3_000;
const BASIS_POINTS = 10_000;
const EXAMPLES = 3;

const random = (count: number) => crypto.getRandomValues(new Uint8Array(count));

export function prospects(format: CodeFormat, count: number): Prospects {
  const guess = guessability(format, count);
  return { ...guess, usable: usableSpace(guess.space, 0), rudeBp: rudeShare(format) };
}

const measured = new Map<string, number>();
const MAX_MEASURED = 50;

/** Measured on a sample: it depends on the places of a pattern more than any formula says. */
function rudeShare(format: CodeFormat): number {
  const key = JSON.stringify(format);
  let share = measured.get(key);
  if (share === undefined) {
    let rude = 0;
    for (let i = 0; i < SAMPLE; i++) if (readsOffensive(generateCode(format, random))) rude++;
    share = Math.round((rude / SAMPLE) * BASIS_POINTS);
    if (measured.size >= MAX_MEASURED) measured.clear();
    measured.set(key, share);
  }
  return share;
}

export function patternFault(pattern: string): PatternFault | undefined {
  const parsed = parsePattern(pattern);
  return parsed.ok ? undefined : parsed.error;
}

const fixedExamples: Partial<Record<CodeFormat['kind'], string>> = {
  crockford: '7K3Q-WM9X-TR42',
  uuid: '9f1c2e7a-53b4-4d0e-8a61-0b7f3e5d2c94',
  classic: 'K48213',
};

export function examplesOf(format: CodeFormat | undefined): readonly string[] {
  if (format === undefined) return [];
  const fixed = fixedExamples[format.kind];
  if (fixed !== undefined) return [fixed];
  const next = codeSource(format, random);
  return Array.from({ length: EXAMPLES }, () => displayCode(next()));
}
