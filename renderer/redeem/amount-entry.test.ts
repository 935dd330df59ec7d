import { expect, it } from 'vitest';
import { EMPTY_ENTRY, enterKey, entryMinor } from './amount-entry.ts';

function typed(keys: string, digits = 2): number {
  return entryMinor(
    [...keys].reduce((entry, key) => enterKey(entry, key, digits), EMPTY_ENTRY),
    digits,
  );
}

it('shifts digits in from the right', () => {
  expect(typed('1250')).toBe(1250);
  expect(typed('5')).toBe(5);
  expect(typed('1250', 0)).toBe(1250);
  expect(entryMinor(enterKey('12', '00', 2), 2)).toBe(1200);
});

it('takes a point as the end of whole units', () => {
  expect(typed('12.')).toBe(1200);
  expect(typed('12,5')).toBe(1250);
  expect(typed('12.50')).toBe(1250);
  expect(typed('12.509')).toBe(1250);
  expect(typed('.5')).toBe(50);
  expect(typed('1.5', 3)).toBe(1500);
  expect(typed('12.5', 0)).toBe(125);
});

it('takes back the last key', () => {
  expect(entryMinor(enterKey('1250', 'Backspace', 2), 2)).toBe(125);
  expect(enterKey(EMPTY_ENTRY, 'Backspace', 2)).toBe(EMPTY_ENTRY);
});

it('ignores leading zeros, other keys, and more digits than any basket has', () => {
  expect(typed('00012')).toBe(12);
  expect(typed('1x2')).toBe(12);
  expect(typed('1234567891234')).toBe(123_456_789);
});
