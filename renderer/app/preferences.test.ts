import { expect, it } from 'vitest';
import { parsePreferences } from './preferences.ts';

it('keeps what it knows and replaces the rest by defaults', () => {
  expect(parsePreferences('{"scheme":"dark","contrast":"most","language":"fr","sound":false}')).toEqual({
    scheme: 'dark',
    contrast: 'auto',
    language: 'location',
    sound: false,
    lockAfterMinutes: 5,
  });
});

it('survives text that is no preferences at all', () => {
  for (const text of [null, '', '{', 'null', '3', '[]']) expect(parsePreferences(text).scheme).toBe('auto');
});
