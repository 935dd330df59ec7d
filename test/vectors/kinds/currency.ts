import { minorDigits } from '../../../shared/kernel/currency.ts';
import { formatDecimal, parseDecimal } from '../../../shared/kernel/money.ts';
import { type Kind, same } from '../case-file.ts';
import { whole } from '../read.ts';

/** ISO 4217 is what counts here; what other tables say stands beside it in the case. */
export const currencyKind: Kind = ({ input, expect }) =>
  same('iso4217_minor_digits', expect.iso4217_minor_digits, minorDigits(String(input.currency)));

/** Finer decimals are refused at our own boundary; the cases ask for the one that rounds them away from zero. */
export const decimalParseKind: Kind = ({ input, expect }) => {
  const parsed = parseDecimal(String(input.text), whole(input.digits, 'digits'), 'half_up');
  if (!parsed.ok) return same('error', expect.error, parsed.error);
  return same('minor', expect.minor, parsed.value);
};

export const decimalFormatKind: Kind = ({ input, expect }) =>
  same('text', expect.text, formatDecimal(whole(input.minor, 'minor'), whole(input.digits, 'digits')));
