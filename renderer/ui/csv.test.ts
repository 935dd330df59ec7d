import { expect, it } from 'vitest';
import { base64Of, csvText } from './csv.ts';

it('quotes what would break a row, and disarms what a spreadsheet would run', () => {
  const text = csvText([
    ['name', 'amount'],
    ['Tea, "green"', '-4.20'],
    ['=1+1', 3],
  ]);
  expect(text).toBe('\uFEFFname,amount\r\n"Tea, ""green""",-4.20\r\n\'=1+1,3\r\n');
});

it('carries accents', () => {
  expect(Buffer.from(base64Of('café €'), 'base64').toString('utf8')).toBe('café €');
});
