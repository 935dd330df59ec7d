import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeFormatSchema } from '../contracts/operations/batches.ts';
import { canonicalCode } from './canonical-code.ts';
import { checkSymbolsFit } from './check-symbols.ts';
import { fillPattern, parsePattern, patternSpace } from './pattern.ts';

function parts(pattern: string) {
  const parsed = parsePattern(pattern);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

describe('patterns', () => {
  it('count what they can give', () => {
    expect(patternSpace(parts('X%d%d'))).toBe(100);
    expect(patternSpace(parts('%s%x'))).toBe(23 * 32);
  });

  it('end in check symbols that fit, where they ask for them', () => {
    const code = fillPattern(parts('XMAS%x%s%d%d%x%c'), (limit) => limit - 1);
    expect(code).toHaveLength(11);
    expect(checkSymbolsFit(code)).toBe(true);
    expect(patternSpace(parts('XMAS%x%s%d%d%x%c'))).toBe(32 * 22 * 10 * 10 * 32);
  });

  it('give canonical codes', () => {
    for (const pick of [() => 0, (limit: number) => limit - 1]) {
      const code = fillPattern(parts('summer_%s%d%x_2026'), pick);
      expect(canonicalCode(code)).toBe(code);
    }
  });

  it.each([
    ['', 'empty'],
    ['SUMMER', 'nothing_random'],
    ['A%q', 'unknown_place'],
    ['A%d%', 'unknown_place'],
    ['A-%d', 'invalid_text'],
    ['A %d', 'invalid_text'],
    ['Ä%d', 'invalid_text'],
    [`${'A'.repeat(64)}%d`, 'too_long'],
    ['%d'.repeat(200), 'too_long'],
    ['SUMMER%d%d%d%c', 'check_unfit'],
    ['X%d%c', 'check_unfit'],
    ['%c%d', 'unknown_place'],
  ])('are refused: %j, %s', (pattern, error) => {
    expect(parsePattern(pattern)).toEqual({ ok: false, error });
  });

  it('are accepted at the boundary exactly when they can be read', () => {
    const piece = fc.constantFrom(
      '%d',
      '%s',
      '%x',
      '%q',
      '%',
      'A',
      'z',
      '9',
      '_',
      '-',
      ' ',
      'É',
      '#',
      'SUMMER',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 75 }), (pieces) => {
        const pattern = pieces.join('');
        const accepted = codeFormatSchema.safeParse({ kind: 'pattern', pattern }).success;
        expect(accepted).toBe(parsePattern(pattern).ok);
      }),
      { numRuns: 1_000 },
    );
  });
});
