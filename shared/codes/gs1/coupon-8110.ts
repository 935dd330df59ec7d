import type { Result } from '../../kernel/result.ts';
import { err } from '../../kernel/result.ts';
import { isYymmdd } from './dates.ts';
import { type DigitReader, readDigits } from './digit-reader.ts';

/**
 * The North American coupon code, AI (8110): "North American Coupon Application Guideline Using GS1 DataBar Expanded
 * Symbols", R2.0. Every field is digits; a variable field is led by a digit that gives its length (VLI).
 */
export type Coupon8110 = {
  /** GS1 company prefix of the issuer. */
  readonly companyPrefix: string;
  readonly offerCode: string;
  /** What it means is said by `misc.saveValueCode`; without one, cents off. */
  readonly saveValue: string;
  readonly purchase: PurchaseRequirement;
  readonly secondPurchase?: OtherPurchase & { readonly additionalPurchaseRules: string };
  readonly thirdPurchase?: OtherPurchase;
  /** YYMMDD, the last day. */
  readonly expiresOn?: string;
  /** YYMMDD, the first day. */
  readonly startsOn?: string;
  readonly serial?: string;
  /** GS1 company prefix, or GLN, of the retailer whose coupon it is. */
  readonly retailer?: string;
  readonly misc?: {
    readonly saveValueCode: string;
    readonly appliesToItem: string;
    readonly storeCoupon: string;
    readonly dontMultiply: string;
  };
};

export type PurchaseRequirement = {
  readonly requirement: string;
  /** 0 units, 1 cents, 2 cents of the whole basket, 3 and 4 weight in pounds or kilograms, 9 none but see the family. */
  readonly requirementCode: string;
  readonly familyCode: string;
};

export type OtherPurchase = PurchaseRequirement & { readonly companyPrefix: string | 'same_as_primary' };

type Purchase = '1st' | '2nd' | '3rd';
export type Coupon8110Fault =
  | 'non_digit'
  | 'missing_gcp_vli'
  | 'invalid_gcp_length'
  | 'truncated_gcp'
  | 'truncated_offer_code'
  | 'missing_save_value_vli'
  | 'invalid_save_value_length'
  | 'truncated_save_value'
  | `missing_${Purchase}_purchase_requirement_vli`
  | `invalid_${Purchase}_purchase_requirement_length`
  | `truncated_${Purchase}_purchase_requirement`
  | `missing_${Purchase}_purchase_requirement_code`
  | `invalid_${Purchase}_purchase_requirement_code`
  | `truncated_${Purchase}_purchase_family_code`
  | `missing_${Purchase}_purchase_gcp_vli`
  | `invalid_${Purchase}_purchase_gcp_length`
  | `truncated_${Purchase}_purchase_gcp`
  | 'missing_additional_purchase_rules_code'
  | 'invalid_additional_purchase_rules_code'
  | 'too_short_for_expiration_date'
  | 'invalid_expiration_date'
  | 'too_short_for_start_date'
  | 'invalid_start_date'
  | 'expiration_before_start'
  | 'missing_serial_number_vli'
  | 'truncated_serial_number'
  | 'missing_retailer_gcp_or_gln_vli'
  | 'invalid_retailer_gcp_or_gln_length'
  | 'truncated_retailer_gcp_or_gln'
  | 'missing_save_value_code'
  | 'invalid_save_value_code'
  | 'missing_save_value_applies_to_item'
  | 'invalid_save_value_applies_to_item'
  | 'missing_store_coupon_flag'
  | 'missing_dont_multiply_flag'
  | 'invalid_dont_multiply_flag'
  | 'excess_data';

type Reader = DigitReader<Coupon8110Fault>;

/** Prefixes and serials have at least this many digits: their VLI counts from here. */
const VLI_BASE = 6;
const DATE_DIGITS = 6;
const ANY_DIGIT = '0123456789';
const SAME_AS_PRIMARY = '9';

export function parseCoupon8110(data: string): Result<Coupon8110, Coupon8110Fault> {
  if (!/^[0-9]*$/.test(data)) return err('non_digit');
  return readDigits<Coupon8110Fault, Coupon8110>(data, (digits) => {
    const companyPrefixLength = digits.one('0123456', 'missing_gcp_vli', 'invalid_gcp_length');
    const companyPrefix = digits.take(Number(companyPrefixLength) + VLI_BASE, 'truncated_gcp');
    const offerCode = digits.take(6, 'truncated_offer_code');
    const saveValueLength = digits.one('12345', 'missing_save_value_vli', 'invalid_save_value_length');
    const saveValue = digits.take(Number(saveValueLength), 'truncated_save_value');
    const purchase = purchaseRequirement(digits, '1st');
    const optional = {
      ...(digits.announces('1') && { secondPurchase: secondPurchase(digits) }),
      ...(digits.announces('2') && { thirdPurchase: otherPurchase(digits, '3rd') }),
      ...validity(digits),
      ...(digits.announces('5') && { serial: serialNumber(digits) }),
      ...(digits.announces('6') && { retailer: retailer(digits) }),
      ...(digits.announces('9') && { misc: miscellaneous(digits) }),
    };
    if (!digits.atEnd()) digits.fail('excess_data');
    return { companyPrefix, offerCode, saveValue, purchase, ...optional };
  });
}

function purchaseRequirement(digits: Reader, which: Purchase): PurchaseRequirement {
  const length = digits.one(
    '12345',
    `missing_${which}_purchase_requirement_vli`,
    `invalid_${which}_purchase_requirement_length`,
  );
  return {
    requirement: digits.take(Number(length), `truncated_${which}_purchase_requirement`),
    requirementCode: digits.one(
      '012349',
      `missing_${which}_purchase_requirement_code`,
      `invalid_${which}_purchase_requirement_code`,
    ),
    familyCode: digits.take(3, `truncated_${which}_purchase_family_code`),
  };
}

function otherPurchase(digits: Reader, which: Purchase): OtherPurchase {
  const purchase = purchaseRequirement(digits, which);
  const length = digits.one(
    `0123456${SAME_AS_PRIMARY}`,
    `missing_${which}_purchase_gcp_vli`,
    `invalid_${which}_purchase_gcp_length`,
  );
  if (length === SAME_AS_PRIMARY) return { ...purchase, companyPrefix: 'same_as_primary' };
  return {
    ...purchase,
    companyPrefix: digits.take(Number(length) + VLI_BASE, `truncated_${which}_purchase_gcp`),
  };
}

function secondPurchase(digits: Reader): Coupon8110['secondPurchase'] & object {
  const additionalPurchaseRules = digits.one(
    '0123',
    'missing_additional_purchase_rules_code',
    'invalid_additional_purchase_rules_code',
  );
  return { additionalPurchaseRules, ...otherPurchase(digits, '2nd') };
}

function validity(digits: Reader): Pick<Coupon8110, 'expiresOn' | 'startsOn'> {
  let expiresOn: string | undefined;
  let startsOn: string | undefined;
  if (digits.announces('3')) {
    expiresOn = digits.take(DATE_DIGITS, 'too_short_for_expiration_date');
    if (!isYymmdd(expiresOn)) digits.fail('invalid_expiration_date');
  }
  if (digits.announces('4')) {
    startsOn = digits.take(DATE_DIGITS, 'too_short_for_start_date');
    if (!isYymmdd(startsOn)) digits.fail('invalid_start_date');
    if (expiresOn !== undefined && startsOn > expiresOn) digits.fail('expiration_before_start');
  }
  return { ...(expiresOn !== undefined && { expiresOn }), ...(startsOn !== undefined && { startsOn }) };
}

function serialNumber(digits: Reader): string {
  const length = digits.one(ANY_DIGIT, 'missing_serial_number_vli', 'truncated_serial_number');
  return digits.take(Number(length) + VLI_BASE, 'truncated_serial_number');
}

function retailer(digits: Reader): string {
  const length = digits.one(
    '1234567',
    'missing_retailer_gcp_or_gln_vli',
    'invalid_retailer_gcp_or_gln_length',
  );
  return digits.take(Number(length) + VLI_BASE, 'truncated_retailer_gcp_or_gln');
}

function miscellaneous(digits: Reader): Coupon8110['misc'] & object {
  return {
    saveValueCode: digits.one('01256', 'missing_save_value_code', 'invalid_save_value_code'),
    appliesToItem: digits.one(
      '012',
      'missing_save_value_applies_to_item',
      'invalid_save_value_applies_to_item',
    ),
    storeCoupon: digits.one(ANY_DIGIT, 'missing_store_coupon_flag', 'missing_store_coupon_flag'),
    dontMultiply: digits.one('01', 'missing_dont_multiply_flag', 'invalid_dont_multiply_flag'),
  };
}
