import { err, type Result } from '../../kernel/result.ts';
import { readDigits } from './digit-reader.ts';

/**
 * The coupon of the positive offer file, AI (8112): "GS1 AI (8112) Coupon Data Specification". It names an offer and
 * carries a serial; the terms are looked up.
 */
export type Coupon8112 = {
  readonly format: string;
  readonly funder: string;
  readonly offerCode: string;
  readonly serial: string;
};

export type Coupon8112Fault =
  | 'non_digit'
  | 'missing_format_code'
  | 'invalid_format_code'
  | 'missing_funder_vli'
  | 'invalid_funder_length'
  | 'truncated_funder'
  | 'truncated_offer_code'
  | 'missing_serial_number_vli'
  | 'truncated_serial_number'
  | 'excess_data';

const VLI_BASE = 6;

export function parseCoupon8112(data: string): Result<Coupon8112, Coupon8112Fault> {
  if (!/^[0-9]*$/.test(data)) return err('non_digit');
  return readDigits<Coupon8112Fault, Coupon8112>(data, (digits) => {
    const format = digits.one('01', 'missing_format_code', 'invalid_format_code');
    const funderLength = digits.one('0123456', 'missing_funder_vli', 'invalid_funder_length');
    const funder = digits.take(Number(funderLength) + VLI_BASE, 'truncated_funder');
    const offerCode = digits.take(6, 'truncated_offer_code');
    const serialLength = digits.one('0123456789', 'missing_serial_number_vli', 'truncated_serial_number');
    const serial = digits.take(Number(serialLength) + VLI_BASE, 'truncated_serial_number');
    if (!digits.atEnd()) digits.fail('excess_data');
    return { format, funder, offerCode, serial };
  });
}
