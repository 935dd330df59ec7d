import { expect, it } from 'vitest';
import { labelTemplates } from '../../shared/contracts/operations/batches.ts';
import { templates } from './sheets.ts';

it('offers every template that the core can print', () => {
  expect([...templates].sort()).toEqual([...labelTemplates].sort());
});
