import { expect, it } from 'vitest';
import { labelTemplates } from '../../shared/contracts/operations/batches.ts';
import { sheetsNeeded, templates } from './sheets.ts';

it('offers every template that the core can print', () => {
  expect([...templates].sort()).toEqual([...labelTemplates].sort());
});

it('counts the sheets, a part-used first one included', () => {
  expect(sheetsNeeded('L7160', 21, 1)).toBe(1);
  expect(sheetsNeeded('L7160', 21, 2)).toBe(2);
  expect(sheetsNeeded('L7160', 100, 1)).toBe(5);
  expect(sheetsNeeded('5163', 1, 10)).toBe(1);
});
