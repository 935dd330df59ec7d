import { assert } from '../kernel/assert.ts';

/**
 * HTTP message signatures (RFC 9421) as text: what is signed, and how its two headers are written and read. Hashing,
 * signing and verifying are the caller's. Covers plain header fields and the derived components of a request or a
 * response; component parameters (`;sf`, `;key`, `;req` …) are not read and therefore never accepted.
 */
export type SignableMessage = {
  /** Upper case; absent for a response. */
  readonly method?: string;
  /** Path with query as sent, e.g. `/sync/v1/push?x=1`. */
  readonly target?: string;
  readonly scheme?: 'http' | 'https';
  readonly status?: number;
  /** Names in any case; repeated fields joined with `, ` in order. */
  readonly headers: Readonly<Record<string, string>>;
};

export type SignatureParams = {
  /** Unix seconds. */
  readonly created?: number;
  readonly expires?: number;
  readonly nonce?: string;
  readonly alg?: string;
  readonly keyid?: string;
  readonly tag?: string;
};

/** The order in which parameters are written; the RFC leaves it to the signer. */
const paramNames = ['created', 'expires', 'nonce', 'alg', 'keyid', 'tag'] as const;
const wholeParams: ReadonlySet<string> = new Set(['created', 'expires']);

/** Longest text of either header that is read at all. */
const MAX_HEADER_LENGTH = 4_096;
const MAX_COMPONENTS = 32;

/** The value of `@signature-params` and of the `Signature-Input` member: RFC 9421 §2.3. */
export function signatureParamsText(components: readonly string[], params: SignatureParams): string {
  let text = `(${components.map(quoted).join(' ')})`;
  for (const name of paramNames) {
    const value = params[name];
    if (value !== undefined) text += `;${name}=${typeof value === 'number' ? value : quoted(value)}`;
  }
  return text;
}

/**
 * The text that is signed: RFC 9421 §2.5.
 * @param paramsText from `signatureParamsText`, or as it was received
 * @returns `undefined` when the message lacks a component, or names one twice
 */
export function signatureBase(
  message: SignableMessage,
  components: readonly string[],
  paramsText: string,
): string | undefined {
  const fields = new Map(Object.entries(message.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const lines: string[] = [];
  for (const [i, name] of components.entries()) {
    if (components.indexOf(name) !== i) return undefined;
    const value = name.startsWith('@') ? derived(message, fields, name) : fields.get(name);
    if (value === undefined) return undefined;
    lines.push(`${quoted(name)}: ${name.startsWith('@') ? value : fieldValue(value)}`);
  }
  lines.push(`"@signature-params": ${paramsText}`);
  return lines.join('\n');
}

/** RFC 9421 §2.1: leading, trailing and folded white space does not count. */
function fieldValue(value: string): string {
  return value.trim().replace(/\s*\r?\n\s+/g, ' ');
}

function derived(
  message: SignableMessage,
  fields: ReadonlyMap<string, string>,
  name: string,
): string | undefined {
  const { method, target, scheme, status } = message;
  const at = target?.indexOf('?') ?? -1;
  switch (name) {
    case '@method':
      return method;
    case '@authority':
      return authority(fields.get('host'), scheme);
    case '@scheme':
      return scheme;
    case '@request-target':
      return target;
    case '@path':
      return target === undefined ? undefined : at < 0 ? target : target.slice(0, at);
    case '@query':
      return target === undefined ? undefined : at < 0 ? '?' : target.slice(at);
    case '@target-uri': {
      const host = fields.get('host');
      if (scheme === undefined || host === undefined || target === undefined) return undefined;
      return `${scheme}://${host}${target}`;
    }
    case '@status':
      return status === undefined ? undefined : String(status);
    default:
      return undefined;
  }
}

/** RFC 9421 §2.2.3: lower case, without the scheme's default port. */
function authority(host: string | undefined, scheme: string | undefined): string | undefined {
  if (host === undefined) return undefined;
  const port = scheme === 'http' ? ':80' : scheme === 'https' ? ':443' : undefined;
  const name = host.trim().toLowerCase();
  return port !== undefined && name.endsWith(port) ? name.slice(0, -port.length) : name;
}

function quoted(text: string): string {
  assert(/^[\x20-\x7e]*$/.test(text), 'structured fields hold printable ASCII only');
  return `"${text.replace(/["\\]/g, (c) => `\\${c}`)}"`;
}

export type SignatureInput = {
  readonly label: string;
  readonly components: readonly string[];
  readonly params: SignatureParams;
  /** Exactly as received: what the signature covers. */
  readonly paramsText: string;
};

/** Reads a `Signature-Input` header with exactly one member. `undefined`: not one, or beyond what is supported. */
export function parseSignatureInput(header: string): SignatureInput | undefined {
  if (header.length > MAX_HEADER_LENGTH) return undefined;
  const member = /^\s*([a-z*][a-z0-9_.*-]*)=(\(([^()]*)\)(.*?))\s*$/s.exec(header);
  if (!member) return undefined;
  const [, label = '', paramsText = '', list = '', tail = ''] = member;
  const components: string[] = [];
  const inner = list.trim();
  for (const item of inner === '' ? [] : inner.split(/ +/)) {
    const name = /^"([a-z0-9@_.-]+)"$/.exec(item)?.[1];
    if (name === undefined || components.length >= MAX_COMPONENTS) return undefined;
    components.push(name);
  }
  const params = parseParams(tail);
  return params && { label, components, params, paramsText };
}

function parseParams(tail: string): SignatureParams | undefined {
  const params: Record<string, string | number> = {};
  const one = /;\s*([a-z]+)=(?:(-?\d{1,15})|"((?:[^"\\]|\\["\\])*)")/y;
  let at = 0;
  while (at < tail.length) {
    one.lastIndex = at;
    const match = one.exec(tail);
    if (!match) return undefined;
    const [whole, name = '', number, text] = match;
    if (!paramNames.some((known) => known === name) || Object.hasOwn(params, name)) return undefined;
    if (wholeParams.has(name) !== (number !== undefined)) return undefined;
    params[name] = number === undefined ? (text ?? '').replace(/\\(["\\])/g, '$1') : Number(number);
    at += whole.length;
  }
  return params;
}

/** The value of the `Signature` header with one member: RFC 9421 §4.2. */
export function signatureText(label: string, signatureBase64: string): string {
  return `${label}=:${signatureBase64}:`;
}

/** The base64 text of a labelled byte sequence in a `Signature` or `Content-Digest` header (RFC 8941 §3.3.5). */
export function parseByteSequence(header: string, label: string): string | undefined {
  if (header.length > MAX_HEADER_LENGTH) return undefined;
  for (const member of header.split(',')) {
    const match = /^\s*([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):\s*$/.exec(member);
    if (match?.[1] === label) return match[2];
  }
  return undefined;
}

/** RFC 9530: `Content-Digest: sha-256=:…:`. */
export function contentDigestText(algorithm: 'sha-256' | 'sha-512', digestBase64: string): string {
  return `${algorithm}=:${digestBase64}:`;
}
