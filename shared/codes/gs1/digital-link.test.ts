import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { associationFaults } from './associations.ts';
import { fullYear, isoDate, isYymmdd, isYyyymmdd } from './dates.ts';
import { decimalValue } from './decimal-values.ts';
import { canonicalDigitalLink, parseDigitalLink } from './digital-link.ts';

const gcn = '5412345000150';

describe('Digital Link', () => {
  it('reads a coupon number with its serial and other parameters around it', () => {
    expect(parseDigitalLink(`https://shop.example/promo/255/${gcn}42?utm=x&3902=500&99=A%2FB#top`)).toEqual({
      ok: true,
      value: {
        elements: [
          { ai: '255', value: `${gcn}42` },
          { ai: '3902', value: '500' },
          { ai: '99', value: 'A/B' },
        ],
        inPath: 1,
      },
    });
  });

  it('is the same after it was made canonical', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...`ABC012!"%&'()*+,-./:;<=>?_`), minLength: 1, maxLength: 20 }),
        (lot) => {
          const uri = `https://a.example/x/01/09521234543213/10/${encodeURIComponent(lot)}?17=261124`;
          const read = parseDigitalLink(uri);
          if (!read.ok) return false;
          const again = parseDigitalLink(canonicalDigitalLink(read.value));
          expect(again).toEqual(read);
          return true;
        },
      ),
    );
  });

  it('never crashes on any text', () => {
    fc.assert(fc.property(fc.webUrl({ withQueryParameters: true }), (uri) => void parseDigitalLink(uri)));
    fc.assert(fc.property(fc.string(), (text) => void parseDigitalLink(`https://a/01/${text}`)));
  });

  it.each([
    ['https://a/01/09521234543213/%zz/1', 'no_key'],
    ['https://a/01/%zz', 'not_a_uri'],
    ['https://a/01/09521234543213?10=%f', 'not_a_uri'],
    ['https://a/01/09521234543213?17=261124&17=261125', 'repeated_ai'],
    [`https://a/01/09521234543213?99=${'A'.repeat(2_000)}`, 'not_a_uri'],
    ['javascript://a/01/09521234543213', 'not_a_uri'],
  ])('refuses %.60s: %s', (uri, error) => {
    expect(parseDigitalLink(uri)).toEqual({ ok: false, error });
  });
});

describe('associations', () => {
  it('name what excludes, what misses and what repeats', () => {
    const faults = associationFaults([
      { ai: '01', value: '09521234543213' },
      { ai: '255', value: gcn },
      { ai: '3902', value: '1' },
      { ai: '3941', value: '0100' },
      { ai: '3902', value: '2' },
      { ai: '7022', value: 'A' },
    ]);
    expect(faults).toContainEqual({ code: 'excluded', ai: '01', by: '255' });
    expect(faults).toContainEqual({ code: 'excluded', ai: '3902', by: '3941' });
    expect(faults).toContainEqual({ code: 'missing', ai: '7022', oneOf: ['7021'] });
    expect(faults).toContainEqual({ code: 'repeated', ai: '3902' });
  });

  it('let a coupon number stand with its value and end', () => {
    expect(
      associationFaults([
        { ai: '255', value: gcn },
        { ai: '3902', value: '500' },
        { ai: '17', value: '261231' },
      ]),
    ).toEqual([]);
  });
});

describe('dates', () => {
  it('find the year nearest to now', () => {
    expect([fullYear(26, 2026), fullYear(76, 2026), fullYear(77, 2026), fullYear(0, 2060)]).toEqual([
      2026, 2076, 1977, 2100,
    ]);
  });

  it('know the calendar', () => {
    expect(isYymmdd('000229')).toBe(true);
    expect(isYymmdd('260229')).toBe(false);
    expect(isYyyymmdd('19000229')).toBe(false);
    expect(isYyyymmdd('20000229')).toBe(true);
    expect(isoDate('280200', 2026)).toBe('2028-02-29');
    expect(isoDate('261301', 2026)).toBeUndefined();
  });
});

it('decimal values are exact text', () => {
  expect(decimalValue({ ai: '3909', value: '1' })).toEqual({ value: '0.000000001' });
  expect(decimalValue({ ai: '3912', value: '978000' })).toEqual({ value: '0.00', currency: 'EUR' });
  expect(decimalValue({ ai: '3900', value: '007' })).toEqual({ value: '7' });
  expect(decimalValue({ ai: '10', value: '7' })).toBeUndefined();
});
