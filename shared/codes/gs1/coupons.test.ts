import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCoupon8110 } from './coupon-8110.ts';
import { parseCoupon8112 } from './coupon-8112.ts';
import { parseGcn } from './gcn.ts';

describe('coupon 8110', () => {
  /** Lengths and values, in the order of the layout: 1.00 off one unit of family 123. */
  const plain = ['1', '0614141', '123456', '3', '100', '1', '1', '0', '123'].join('');

  it('reads the mandatory fields', () => {
    expect(parseCoupon8110(plain)).toEqual({
      ok: true,
      value: {
        companyPrefix: '0614141',
        offerCode: '123456',
        saveValue: '100',
        purchase: { requirement: '1', requirementCode: '0', familyCode: '123' },
      },
    });
  });

  it('reads every optional field', () => {
    const second = ['1', '2', '2', '10', '3', '456', '9'].join('');
    const third = ['2', '1', '4', '4', '789', '0', '061414'].join('');
    const dates = ['3', '261231', '4', '260101'].join('');
    const others = ['5', '2', '12345678', '6', '7', '5412345000013', '9', '6', '2', '0', '1'].join('');
    const read = parseCoupon8110(plain + second + third + dates + others);
    expect(read).toMatchObject({
      ok: true,
      value: {
        secondPurchase: {
          additionalPurchaseRules: '2',
          requirement: '10',
          requirementCode: '3',
          familyCode: '456',
          companyPrefix: 'same_as_primary',
        },
        thirdPurchase: { requirement: '4', requirementCode: '4', familyCode: '789', companyPrefix: '061414' },
        expiresOn: '261231',
        startsOn: '260101',
        serial: '12345678',
        retailer: '5412345000013',
        misc: { saveValueCode: '6', appliesToItem: '2', storeCoupon: '0', dontMultiply: '1' },
      },
    });
  });

  it('refuses an end before its start, on any pair of days', () => {
    const at = (end: string, start: string) => parseCoupon8110(`${plain}3${end}4${start}`);
    expect(at('261124', '261124')).toMatchObject({
      ok: true,
      value: { expiresOn: '261124', startsOn: '261124' },
    });
    expect(at('261123', '261124')).toEqual({ ok: false, error: 'expiration_before_start' });
  });

  it('refuses fields out of order', () => {
    expect(parseCoupon8110(`${plain}501234563261124`)).toEqual({ ok: false, error: 'excess_data' });
  });

  it('never crashes, and accepts no beginning of what it accepts as the same coupon', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789x'), maxLength: 70 }), (data) => {
        const read = parseCoupon8110(data);
        return !read.ok || data.length >= plain.length - 4;
      }),
    );
  });
});

describe('coupon 8112', () => {
  it('reads its fields', () => {
    expect(parseCoupon8112('1106141411234562' + '12345678')).toEqual({
      ok: true,
      value: { format: '1', funder: '0614141', offerCode: '123456', serial: '12345678' },
    });
  });

  it.each([
    ['', 'missing_format_code'],
    ['2', 'invalid_format_code'],
    ['0', 'missing_funder_vli'],
    ['07', 'invalid_funder_length'],
    ['00123456123456', 'missing_serial_number_vli'],
    ['0x', 'non_digit'],
  ])('refuses %j: %s', (data, error) => {
    expect(parseCoupon8112(data)).toEqual({ ok: false, error });
  });
});

describe('Global Coupon Number', () => {
  it.each([
    ['5412345000150', { coupon: '5412345000150' }],
    ['5412345000150123456789012', { coupon: '5412345000150', serial: '123456789012' }],
  ])('reads %s', (data, value) => {
    expect(parseGcn(data)).toEqual({ ok: true, value });
  });

  it.each([
    ['541234500015', 'too_short'],
    ['54123450001501234567890123', 'too_long'],
    ['5412345000151', 'incorrect_check_digit'],
    ['541234500015O', 'non_digit'],
  ])('refuses %s: %s', (data, error) => {
    expect(parseGcn(data)).toEqual({ ok: false, error });
  });
});
