import { err, ok, type Result } from '../../kernel/result.ts';
import { verifyGs1CheckDigit } from './check-digit.ts';

/** Global Coupon Number, AI (255): 13 digits, the last a check digit, then up to 12 digits of serial. */
export type Gcn = { readonly coupon: string; readonly serial?: string };
export type GcnFault = 'non_digit' | 'too_short' | 'too_long' | 'incorrect_check_digit';

export const GCN_BODY_DIGITS = 13;
const MAX_SERIAL_DIGITS = 12;

export function parseGcn(data: string): Result<Gcn, GcnFault> {
  if (!/^[0-9]*$/.test(data)) return err('non_digit');
  if (data.length < GCN_BODY_DIGITS) return err('too_short');
  if (data.length > GCN_BODY_DIGITS + MAX_SERIAL_DIGITS) return err('too_long');
  const coupon = verifyGs1CheckDigit(data.slice(0, GCN_BODY_DIGITS));
  if (!coupon.ok) return coupon;
  const serial = data.slice(GCN_BODY_DIGITS);
  return ok(serial === '' ? { coupon: coupon.value } : { coupon: coupon.value, serial });
}
