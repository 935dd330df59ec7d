import { createHmac } from 'node:crypto';
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** How a caller names the customer. The first that is given counts; different identifiers are different customers. */
export type CustomerNames = {
  readonly userId?: string | undefined;
  readonly loyalty?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
};

export type Customer = {
  /** HMAC of kind and value under the merchant's key, hex: the only form that is stored with a redemption. */
  readonly pseudonym: string;
  readonly emailDomain: string | undefined;
};

/** `undefined`: no name was given, or the phone number is none. */
export function readCustomer(names: CustomerNames, key: Uint8Array): Customer | undefined {
  const email = names.email === undefined ? undefined : normaliseEmail(names.email);
  const named: [string, string | undefined][] = [
    ['user', names.userId?.trim()],
    ['loyalty', names.loyalty?.trim()],
    ['email', email],
    ['phone', names.phone === undefined ? undefined : normalisePhone(names.phone)],
  ];
  const first = named.find(([, value]) => value !== undefined && value !== '');
  if (first === undefined) return undefined;
  const [kind, value] = first;
  return {
    pseudonym: createHmac('sha256', key).update(`${kind}:${value}`).digest('hex'),
    emailDomain: email?.slice(email.lastIndexOf('@') + 1),
  };
}

function normaliseEmail(email: string): string | undefined {
  const text = email.trim().toLowerCase();
  return /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text) ? text : undefined;
}

/** E.164. A number without its country cannot be told apart from another country's: it is none. */
function normalisePhone(phone: string): string | undefined {
  const parsed = parsePhoneNumberFromString(phone.trim().replace(/^00/, '+'));
  return parsed?.isValid() ? parsed.number : undefined;
}
