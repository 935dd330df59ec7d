import i18next from 'i18next';
import { beforeAll, expect, it } from 'vitest';
import { errorCodes, isErrorCode } from '../../shared/contracts/error-codes.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { startI18n } from './i18n.ts';
import { refusalSentence } from './sentence.ts';
import { createFormat } from './use-format.ts';

const format = createFormat({ locale: 'en-GB', currency: 'EUR', timeZone: 'Europe/Berlin' });
const say = (...parts: Parameters<typeof refusal>) => refusalSentence(i18next.t, format, refusal(...parts));

beforeAll(() => startI18n());

it('fills amounts, days, channels and waits as people read them', () => {
  expect(say('min_spend', { missingMinor: 420, requiredMinor: 3000 }).text).toBe(
    '€4.20 missing to the minimum of €30.00.',
  );
  expect(say('expired', { lastDay: '2026-01-31' }).text).toBe('Its last day was 31 Jan 2026.');
  expect(say('wrong_channel', { channel: 'pos', allowed: 'web, phone' }).text).toBe(
    'Only valid by Web shop, Phone, not by Counter.',
  );
  expect(say('throttled', { waitSeconds: 30 }).text).toBe('Too many attempts. Wait 30 secs.');
  expect(say('outside_hours', { opensWeekday: 2, opensMinute: 540 }).text).toContain('Tuesday');
});

it('never shows a placeholder, whatever a refusal carries or lacks', () => {
  for (const code of Object.keys(errorCodes).filter(isErrorCode)) {
    for (const params of [{}, { limit: 3 }, { at: 1_700_000_000_000 }]) {
      const { text, next } = say(code, params);
      expect(text, code).not.toBe('');
      expect(next, code).not.toBe('');
      expect(text + next, code).not.toContain('{{');
    }
  }
});

it('takes the currency of the refusal before that of the location', () => {
  expect(say('max_spend', { allowedMinor: 500, currency: 'JPY' }).text).toBe(
    'Only for baskets up to JP¥500.',
  );
});
