import { err, ok, type Result } from '../../kernel/result.ts';
import { applicationIdentifier } from './application-identifiers.ts';
import { type Element, isValidElement } from './elements.ts';

/**
 * GS1 Digital Link URIs: Uncompressed (GS1 Digital Link Standard: URI Syntax, §4). A key and its qualifiers stand in the
 * path, in a fixed order, after any stem; other elements are parameters of the query.
 */
export type DigitalLink = {
  /** The key, its qualifiers, then the attributes as they stand in the query. */
  readonly elements: readonly Element[];
  /** How many of them stand in the path. */
  readonly inPath: number;
};

export type DigitalLinkFault =
  | 'not_a_uri'
  | 'no_key'
  | 'qualifier_order'
  | 'unknown_ai'
  | 'invalid_value'
  | 'repeated_ai';

export type DigitalLinkReading = {
  /** Take a GTIN of 8, 12 or 13 digits, as older links have it, for the one with zeros in front. Default true. */
  readonly zeroSuppressedGtin?: boolean;
  /** Take the words of older versions of the standard, `gtin`, `ser` …, for their identifiers. Default false. */
  readonly convenienceAlphas?: boolean;
};

/** RFC 3986 §2; anything else has to be percent-encoded. */
const uriCharacters = /^[-A-Za-z0-9._~:/?#[\]@!$&'()*+,;=%]+$/;
/** Schemes are written in one case throughout: mixed case is what a broken keyboard layout makes. */
const uriParts = /^(?:https?|HTTPS?):\/\/([^/?#]+)(\/[^?#]*)(?:\?([^#]*))?(?:#.*)?$/;

export const MAX_URI_LENGTH = 2_000;

const alphas: Readonly<Record<string, string>> = {
  sscc: '00',
  gtin: '01',
  cpv: '22',
  lot: '10',
  ser: '21',
  gdti: '253',
  gcn: '255',
  ginc: '401',
  gsin: '402',
  shipTo: '410',
  billTo: '411',
  purchasedFrom: '412',
  shipFor: '413',
  gln: '414',
  glnx: '254',
  payTo: '415',
  glnProd: '416',
  refno: '8020',
  grai: '8003',
  giai: '8004',
  itip: '8006',
  cpid: '8010',
  cpsn: '8011',
  gmn: '8013',
  gsrnp: '8017',
  gsrn: '8018',
  srin: '8019',
};

export function parseDigitalLink(
  uri: string,
  reading: DigitalLinkReading = {},
): Result<DigitalLink, DigitalLinkFault> {
  if (uri.length > MAX_URI_LENGTH || !uriCharacters.test(uri)) return err('not_a_uri');
  const parts = uriParts.exec(uri);
  if (!parts) return err('not_a_uri');
  const [, , path = '', query = ''] = parts;
  const inPath = readPath(path.slice(1).split('/'), reading);
  if (!inPath.ok) return inPath;
  const attributes = readQuery(query, reading);
  if (!attributes.ok) return attributes;
  const elements = [...inPath.value, ...attributes.value];
  if (new Set(elements.map(({ ai }) => ai)).size < elements.length) return err('repeated_ai');
  if (!elements.every(isValidElement)) return err('invalid_value');
  return ok({ elements, inPath: inPath.value.length });
}

/** Pairs of identifier and value from the right, back to the first that is a key; what stands before is the stem. */
function readPath(
  segments: readonly string[],
  reading: DigitalLinkReading,
): Result<Element[], DigitalLinkFault> {
  const elements: Element[] = [];
  for (let i = segments.length - 2; i >= 0; i -= 2) {
    const ai = identifierOf(segments[i] ?? '', reading);
    const identifier = ai === undefined ? undefined : applicationIdentifier(ai);
    if (!identifier) return err('no_key');
    const value = decode(segments[i + 1] ?? '');
    if (value === undefined) return err('not_a_uri');
    elements.unshift(withFullGtin({ ai: identifier.ai, value }, reading));
    if (!identifier.keyQualifiers) continue;
    const qualifiers = elements.slice(1).map((element) => element.ai);
    return followsOne(qualifiers, identifier.keyQualifiers) ? ok(elements) : err('qualifier_order');
  }
  return err('no_key');
}

/** Whether the qualifiers come in the order of one of the sequences; each may be left out. */
function followsOne(qualifiers: readonly string[], sequences: readonly (readonly string[])[]): boolean {
  if (qualifiers.length === 0) return true;
  return sequences.some((sequence) => {
    const places = qualifiers.map((ai) => sequence.indexOf(ai));
    return places.every((place, i) => place >= 0 && (i === 0 || place > (places[i - 1] ?? -1)));
  });
}

function readQuery(query: string, reading: DigitalLinkReading): Result<Element[], DigitalLinkFault> {
  const elements: Element[] = [];
  for (const parameter of query.split(/[&;]/)) {
    const equals = parameter.indexOf('=');
    // A lone word, or a name that is no identifier, belongs to somebody else.
    if (equals < 0) continue;
    const name = parameter.slice(0, equals);
    const ai = identifierOf(name, reading);
    if (ai === undefined) continue;
    if (!applicationIdentifier(ai)) return err('unknown_ai');
    const value = decode(parameter.slice(equals + 1).replaceAll('+', ' '));
    if (value === undefined) return err('not_a_uri');
    elements.push(withFullGtin({ ai, value }, reading));
  }
  return ok(elements);
}

function identifierOf(name: string, { convenienceAlphas = false }: DigitalLinkReading): string | undefined {
  if (/^[0-9]+$/.test(name)) return name;
  return convenienceAlphas && Object.hasOwn(alphas, name) ? alphas[name] : undefined;
}

const GTIN = '01';
const GTIN_DIGITS = 14;

function withFullGtin(element: Element, { zeroSuppressedGtin = true }: DigitalLinkReading): Element {
  if (element.ai !== GTIN || !zeroSuppressedGtin || !/^(\d{8}|\d{12}|\d{13})$/.test(element.value))
    return element;
  return { ...element, value: element.value.padStart(GTIN_DIGITS, '0') };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // The only thing that it throws: a malformed percent sequence.
    return undefined;
  }
}

const CANONICAL_HOST = 'https://id.gs1.org';

/** §4.12: GS1's own domain, no stem, attributes by identifier, nothing else. */
export function canonicalDigitalLink({ elements, inPath }: DigitalLink): string {
  const path = elements.slice(0, inPath).map(({ ai, value }) => `/${ai}/${encodeURIComponent(value)}`);
  const query = elements
    .slice(inPath)
    .toSorted((a, b) => (a.ai < b.ai ? -1 : 1))
    .map(({ ai, value }) => `${ai}=${encodeURIComponent(value)}`);
  return CANONICAL_HOST + path.join('') + (query.length > 0 ? `?${query.join('&')}` : '');
}
