import { expect, it } from 'vitest';
import { generateCode } from '../../shared/codes/generate-code.ts';
import { findingsOf } from './scanner-findings.ts';

const keysOf = (text: string, gapMs: number, end?: string) =>
  [...text, ...(end === undefined ? [] : [end])].map((key, i) => ({ key, at: 1_000 + i * gapMs }));

const code = (() => {
  for (let seed = 0; seed < 500; seed++) {
    const made = generateCode({ kind: 'crockford', length: 10 }, (count) =>
      Uint8Array.from({ length: count }, (_, i) => (seed * 31 + i * 57) % 256),
    );
    if (made.includes('Y') && made.includes('Z')) return made;
  }
  throw new Error('no code with Y and Z');
})();

it('measures pace, suffix and layout', () => {
  expect(findingsOf(keysOf(code, 12, 'Enter'), code)).toEqual({
    text: code,
    msPerChar: 12,
    suffix: 'enter',
    layout: 'as_printed',
    capsLock: false,
  });
  expect(findingsOf(keysOf(code, 80, 'Tab'), code)).toMatchObject({ msPerChar: 80, suffix: 'tab' });
  expect(findingsOf(keysOf(code, 200), code)).toMatchObject({ msPerChar: 200, suffix: 'none' });
});

it('knows a scanner set to another keyboard than the computer', () => {
  const swapped = code.replace(/[YZ]/g, (char) => (char === 'Y' ? 'Z' : 'Y'));
  expect(findingsOf(keysOf(swapped, 10, 'Enter'), code)).toMatchObject({ layout: 'corrected' });
  expect(findingsOf(keysOf('4006381333931', 10, 'Enter'), code)).toMatchObject({ layout: 'unknown' });
  expect(findingsOf(keysOf('AB', 10, 'Enter'), code)).toBeUndefined();
});
