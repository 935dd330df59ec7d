/** Numbers that must be read from their text: a JSON parser would make floats of them. */
const decimalFields: ReadonlySet<string> = new Set(['discount_value']);

/** Bytes that are not UTF-8 are an error, not question marks. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** A NUL or half a surrogate pair: only an escape can write it, and PostgreSQL stores neither. */
const suspicious = /"(?:__proto__|constructor|discount_value|\\u)|\\u(?:0000|[dD][89a-fA-F])/;

/**
 * Parses a body. Decimal fields come out as the text of the number; keys that could reach an object's prototype and
 * texts that no database holds are refused.
 * @throws SyntaxError or TypeError when it is no JSON in UTF-8
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = utf8.decode(bytes);
  if (!suspicious.test(text)) return JSON.parse(text);
  return JSON.parse(text, reviver as Reviver);
}

type Reviver = (this: unknown, key: string, value: unknown) => unknown;

// The third argument is ECMA-262's source text access, which TypeScript's library does not know yet.
function reviver(key: string, value: unknown, context?: { source?: string }): unknown {
  if (key === '__proto__' || key === 'constructor') throw new SyntaxError(`the key ${key} is not allowed`);
  if (isUnstorable(key) || (typeof value === 'string' && isUnstorable(value)))
    throw new SyntaxError('a text holds a character that cannot be stored');
  return decimalFields.has(key) && typeof value === 'number' ? (context?.source ?? String(value)) : value;
}

function isUnstorable(text: string): boolean {
  return text.includes('\u0000') || !text.isWellFormed();
}
