import { parseDigitalLink } from './gs1/digital-link.ts';
import { type Element, GROUP_SEPARATOR, parseBracketed, parseElements } from './gs1/elements.ts';

/**
 * What a text that was typed or scanned may mean: scanners add identifiers and control characters, a QR may hold a web
 * address, a coupon may come as GS1 data. The likeliest first; which reading holds is for the ledger to say, because it
 * knows the codes.
 */
export function entryTexts(entered: string): readonly [string, ...string[]] {
  const { data, isGs1 } = withoutScannerMarks(entered);
  const inside = insideAddress(data) ?? insideElements(data, isGs1) ?? [];
  const [first = data, ...others] = inside;
  return first === data ? [data] : [first, ...others, data];
}

/** AIM identifiers (ISO/IEC 15424) that say: GS1 data follows. GS1-128, DataBar, DataMatrix, QR, DotCode. */
const gs1Identifiers = /^\](C1|e0|d2|Q3|J1)/;
const aimIdentifier = /^\][A-Za-z][0-9A-Za-z]/;
/** What scanners frame their data with: all control characters but the group separator, which stands for FNC1. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const frame = /^[\u0000-\u001C\u001E-\u0020\u007F]+|[\u0000-\u0020\u007F]+$/g;

function withoutScannerMarks(entered: string): { data: string; isGs1: boolean } {
  const text = entered.replace(frame, '');
  const isGs1 = gs1Identifiers.test(text);
  const data = text.replace(aimIdentifier, '');
  const led = data.startsWith(GROUP_SEPARATOR);
  return { data: led ? data.slice(1) : data, isGs1: isGs1 || led };
}

/** Names under which a web address may carry a code. */
const CODE_PARAMETERS = ['code', 'coupon', 'voucher', 'c'];
const address = /^https?:\/\/[^/?#]+(\/[^?#]*)?(?:\?([^#]*))?/i;

function insideAddress(text: string): string[] | undefined {
  const parts = address.exec(text);
  if (!parts) return undefined;
  const link = parseDigitalLink(text);
  if (link.ok) return couponTexts(link.value.elements);
  const [, path = '', query = ''] = parts;
  const parameters = new Map(query.split('&').map((pair) => splitOnce(pair, '=')));
  const named = CODE_PARAMETERS.map((name) => parameters.get(name)).find((value) => value);
  const found = decode(named ?? path.split('/').findLast((segment) => segment !== '') ?? '');
  return found === undefined || found === '' ? [] : [found];
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // The only thing that it throws: a malformed percent sequence.
    return undefined;
  }
}

function insideElements(text: string, isGs1: boolean): string[] | undefined {
  const written = text.startsWith('(') ? parseBracketed(text) : undefined;
  const read = written?.ok ? written : isGs1 ? parseElements(text) : undefined;
  return read?.ok ? couponTexts(read.value) : undefined;
}

/** Coupon number, North American coupon, coupon of the positive offer file: GS1 General Specifications §2.6.3. */
const COUPON_IDENTIFIERS = ['255', '8112', '8110'];

/** The value of a coupon's element is its code; of a coupon number also the part without the serial. */
function couponTexts(elements: readonly Element[]): string[] {
  return elements
    .filter(({ ai }) => COUPON_IDENTIFIERS.includes(ai))
    .flatMap(({ ai, value }) => (ai === '255' && value.length > 13 ? [value, value.slice(0, 13)] : [value]));
}
