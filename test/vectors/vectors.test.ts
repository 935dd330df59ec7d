import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fields, VectorCase } from './case-file.ts';
import { judgeFile } from './judge-file.ts';

const line = { id: 'l', qty: 3, unit_price: 1000, subtotal: 3000 };
const promotion = {
  id: 'p',
  trigger: 'automatic',
  effect: { type: 'percent', percent: '10', target: 'items' },
};
const vector = (expect: Fields, more: Partial<VectorCase> = {}): VectorCase => ({
  id: 'case',
  kind: 'discount',
  currency: 'EUR',
  input: { lines: [line], promotions: [promotion] },
  expect,
  ...more,
});

describe('the runner of case files', () => {
  it('passes what the engine computes, and shows the difference otherwise', () => {
    const report = judgeFile({ cases: [vector({ discount_total: 300 }), vector({ discount_total: 299 })] });
    expect(report.passed).toBe(1);
    expect(report.failed).toEqual([{ id: 'case', difference: 'discount_total: expected 299, got 300' }]);
  });

  it('skips a habit that is not taken over, by its name and with the reason', () => {
    const report = judgeFile({
      cases: [vector({ discount_total: 1 }, { convention: ['unrounded: fractions'] })],
    });
    expect([...report.skipped.keys()]).toEqual([
      '"unrounded: fractions": discounts are whole minor units: a till cannot take a third of a cent',
    ]);
    expect(report).toMatchObject({ passed: 0, withConvention: 1, conventionPassed: 0, failed: [] });
  });

  it('excuses nothing by a habit that is taken over', () => {
    const report = judgeFile({ cases: [vector({ discount_total: 1 }, { convention: ['threshold is >='] })] });
    expect(report.failed).toHaveLength(1);
  });

  it('runs a case of a habit that nobody has decided on, and names it when it makes a difference', () => {
    const convention = ['only on full moon'];
    const report = judgeFile({
      cases: [vector({ discount_total: 300 }, { convention }), vector({ discount_total: 1 }, { convention })],
    });
    expect(report).toMatchObject({ passed: 1, withConvention: 2, conventionPassed: 1, failed: [] });
    expect([...report.skipped.keys()]).toEqual(['"only on full moon": not among the options']);
  });

  it.each([
    ['no object', null],
    ['no input', { id: 'x', kind: 'discount', expect: {} }],
    [
      'a count of none',
      vector(
        { discount_total: 0 },
        {
          input: {
            lines: [line],
            promotions: [{ ...promotion, effect: { type: 'buy_get', buy_qty: 0, get_qty: 0 } }],
          },
        },
      ),
    ],
    [
      'a negative quantity',
      vector({ discount_total: 0 }, { input: { lines: [{ ...line, qty: -1 }], promotions: [promotion] } }),
    ],
  ])('fails a case with %s, and goes on', (_what, broken) => {
    const report = judgeFile({ cases: [broken as VectorCase, vector({ discount_total: 300 })] });
    expect(report).toMatchObject({ passed: 1, failed: [expect.anything()] });
  });

  it('lists kinds that nothing judges yet apart', () => {
    const report = judgeFile({ cases: [{ id: 'k', kind: 'horoscope', input: {}, expect: {} }] });
    expect(report).toMatchObject({ passed: 0, failed: [] });
    expect([...report.notYet]).toEqual([['horoscope', ['k']]]);
  });

  it('fails a case without a convention that it cannot translate, and one that asserts nothing it knows', () => {
    const strange = { lines: [line], promotions: [{ ...promotion, effect: { type: 'magic' } }] };
    const report = judgeFile({
      cases: [vector({ discount_total: 1 }, { input: strange }), vector({ mood: 'good' })],
    });
    expect(report.failed.map((failure) => failure.difference)).toEqual([
      'no effect is a magic',
      'nothing to compare among mood',
    ]);
  });

  it.each([
    [{ rounding: 'half_down', round_at: 'line' }, '5', 2],
    [{ rounding: 'half_up', round_at: 'line' }, '5', 3],
    [{ rounding: 'down', round_at: 'total' }, '7', 3],
  ])('lets the profile of a file choose the options: %j', (profile, percent, taken) => {
    const input = {
      lines: [{ id: 'l', qty: 1, subtotal: 50 }],
      promotions: [{ ...promotion, effect: { type: 'percent', percent, target: 'items' } }],
    };
    expect(judgeFile({ profile, cases: [vector({ discount_total: taken }, { input })] }).failed).toEqual([]);
  });

  it('says what a profile asks for that there is no option for', () => {
    const report = judgeFile({ profile: { combine: 'by_lot' }, cases: [vector({ discount_total: 300 })] });
    expect(report.failed[0]?.difference).toBe('offers are not combined by by_lot');
  });
});

const PUBLISHED = path.resolve(import.meta.dirname, '../../../shared/vectors');

describe.skipIf(!existsSync(PUBLISHED))('the published cases of discounts and money', () => {
  it('all pass where no convention is named, and nearly all where one is', () => {
    let withConvention = 0;
    let conventionPassed = 0;
    const files = readdirSync(PUBLISHED).filter((name) => /^[AB].*\.json$/.test(name));
    for (const name of files) {
      const report = judgeFile(JSON.parse(readFileSync(path.join(PUBLISHED, name), 'utf8')));
      expect(report.failed, name).toEqual([]);
      withConvention += report.withConvention;
      conventionPassed += report.conventionPassed;
    }
    expect(conventionPassed / withConvention).toBeGreaterThan(0.9);
  });
});
