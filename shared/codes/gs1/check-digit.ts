import { err, ok, type Result } from '../../kernel/result.ts';

/** The check digit of GS1's numeric keys: weights 3 and 1 from the right (GS1 General Specifications §7.9.1). */

export type CheckDigitFault = 'non_digit' | 'incorrect_check_digit';

/** `undefined`: not all digits, or none. */
export function gs1CheckDigit(body: string): string | undefined {
  if (!/^[0-9]+$/.test(body)) return undefined;
  let sum = 0;
  for (let i = 0; i < body.length; i++) {
    sum += Number(body.charAt(body.length - 1 - i)) * (i % 2 === 0 ? 3 : 1);
  }
  return String((10 - (sum % 10)) % 10);
}

export function verifyGs1CheckDigit(number: string): Result<string, CheckDigitFault> {
  const expected = gs1CheckDigit(number.slice(0, -1));
  if (expected === undefined || !/^[0-9]$/.test(number.slice(-1))) return err('non_digit');
  return number.endsWith(expected) ? ok(number) : err('incorrect_check_digit');
}
