import { expect, it } from 'vitest';
import type { ErrorCode } from '../../shared/contracts/error-codes.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { startFailureText } from './start-failure.ts';

const place = { dataDir: '/shop/till', keyPlace: '/shop/till.key' };

it.each<ErrorCode>([
  'ledger_locked',
  'ledger_key_wrong',
  'ledger_corrupt',
  'ledger_newer',
  'storage_full',
  'storage_readonly',
  'internal',
])('says in one line which ledger it is about: %s', (code) => {
  const text = startFailureText(refusal(code, { reason: 'seen so' }), place);
  expect(text).toContain('/shop/till');
  expect(text).not.toContain('\n');
  expect(text).toMatch(/^[A-Z].*\.$/);
});

it('gives the reason of a key that could not be had, and where the key is kept', () => {
  const text = startFailureText(refusal('ledger_key_wrong', { reason: 'the system has no keychain' }), place);
  expect(text).toContain('(the system has no keychain)');
  expect(text).toContain('/shop/till.key');
});
