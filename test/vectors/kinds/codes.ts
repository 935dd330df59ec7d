import { randomBytes } from 'node:crypto';
import { decodeBase45, encodeBase45 } from '../../../shared/codes/base45.ts';
import { dammCheckDigit, dammFits } from '../../../shared/codes/check-digits/damm.ts';
import {
  type Iso7064System,
  iso7064Check,
  iso7064Fits,
  iso7064Systems,
} from '../../../shared/codes/check-digits/iso7064.ts';
import { luhnCheckSymbol, luhnFits } from '../../../shared/codes/check-digits/luhn.ts';
import { verhoeffCheckDigit, verhoeffFits } from '../../../shared/codes/check-digits/verhoeff.ts';
import { decodeCrockfordBytes, encodeCrockfordBytes } from '../../../shared/codes/crockford-bytes.ts';
import {
  crockfordCheckSymbol,
  decodeCrockfordNumber,
  encodeCrockfordNumber,
  groupSymbols,
  normaliseCrockford,
} from '../../../shared/codes/crockford-number.ts';
import { generateCodes } from '../../../shared/codes/generate-code.ts';
import { MAX_SPACE_FILL, usableSpace } from '../../../shared/codes/guessability.ts';
import { fillPattern, type PatternPart, parsePattern } from '../../../shared/codes/pattern.ts';
import { type Fields, failed, type Kind, type Outcome, passed, same, Untranslatable } from '../case-file.ts';
import { sameFields } from '../compare-fields.ts';
import { optionalWhole, text, whole } from '../read.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Bytes as whichever form the case asks for. */
function bytesFields(bytes: Uint8Array, expect: Fields): Fields {
  if (Object.hasOwn(expect, 'utf8')) return { utf8: utf8.decode(bytes) };
  return { hex: Buffer.from(bytes).toString('hex') };
}

function givenBytes(input: Fields): Uint8Array {
  return typeof input.hex === 'string'
    ? Buffer.from(input.hex, 'hex')
    : Buffer.from(String(input.utf8 ?? ''));
}

const crockfordInt: Kind = ({ input, expect }) => {
  const value = BigInt(String(input.value));
  if (value < 0n) return same('error', expect.error, 'negative');
  const plain = encodeCrockfordNumber(value);
  const check = crockfordCheckSymbol(value);
  const size = optionalWhole(input.group, 'group');
  const grouped = size === undefined ? plain : groupSymbols(plain, size);
  return sameFields(expect, { text: grouped, check, with_check: plain + check });
};

const crockfordDecode: Kind = ({ input, expect }) => {
  const reading = { strict: input.strict === true, check: input.check === true };
  const read = decodeCrockfordNumber(String(input.text), reading);
  if (!read.ok) return same('error', expect.error, read.error);
  // As the case writes it: a number, or text where it is past 2^53.
  const value = typeof expect.value === 'string' ? String(read.value) : Number(read.value);
  return sameFields(expect, { value });
};

const crockfordNormalize: Kind = ({ input, expect }) => {
  const normal = normaliseCrockford(String(input.text), input.strict === true);
  return normal.ok ? sameFields(expect, { text: normal.value }) : same('error', expect.error, normal.error);
};

const crockfordBytes: Kind = ({ input, expect }) =>
  sameFields(expect, { text: encodeCrockfordBytes(givenBytes(input)) });

const crockfordBytesDecode: Kind = ({ input, expect }) => {
  const read = decodeCrockfordBytes(String(input.text));
  if (!read.ok) return same('error', expect.error, read.error);
  return sameFields(expect, bytesFields(read.value, expect));
};

const base45: Kind = ({ input, expect }) => sameFields(expect, { text: encodeBase45(givenBytes(input)) });

const base45Decode: Kind = ({ input, expect }) => {
  const read = decodeBase45(String(input.text));
  return read.ok
    ? sameFields(expect, bytesFields(read.value, expect))
    : same('error', expect.error, read.error);
};

type Scheme = { check(body: string): string | undefined; fits(whole: string): boolean };

/** `body`: the check characters and the whole; `number`: whether the whole is valid. */
function checkScheme(scheme: (input: Fields) => Scheme): Kind {
  return ({ input, expect }): Outcome => {
    const { check, fits } = scheme(input);
    if (input.number !== undefined) return sameFields(expect, { valid: fits(String(input.number)) });
    const body = String(input.body);
    const characters = check(body);
    if (characters === undefined) return same('error', expect.error, 'invalid_symbol');
    const whole = body + characters;
    return sameFields(expect, {
      check: characters,
      valid: typeof expect.valid === 'boolean' ? fits(whole) : whole,
    });
  };
}

const iso7064Kinds = Object.fromEntries(
  Object.keys(iso7064Systems).map((name) => [
    `iso7064_${name}`,
    checkScheme(() => {
      // `Object.keys` of the very object whose keys the type names.
      const system = name as Iso7064System;
      return { check: (body) => iso7064Check(system, body), fits: (whole) => iso7064Fits(system, whole) };
    }),
  ]),
);

/** The pattern's own places as a regular expression; the case's has to admit all that the pattern gives. */
const codePattern: Kind = ({ input, expect }) => {
  const parts = parsePattern(String(input.pattern));
  if (!parts.ok) return same('error', expect.error, parts.error);
  const regex = new RegExp(String(expect.regex), 'i');
  const lowest = fillPattern(parts.value, () => 0);
  const highest = fillPattern(parts.value, (limit) => limit - 1);
  return regex.test(lowest) && regex.test(highest) ? passed : failed(`${lowest}, ${highest}`);
};

const codeGenerate: Kind = ({ input, expect }) => {
  const amount = whole(input.amount, 'amount');
  const format = { kind: 'pattern', pattern: String(input.pattern) } as const;
  const made = generateCodes(format, amount, (count) => randomBytes(count));
  if (!made.ok) return failed('refused');
  const codes = made.value;
  const length = (codes[0] ?? fillPattern(partsOf(format.pattern), () => 0)).length;
  return sameFields(expect, { count: codes.length, unique: new Set(codes).size === codes.length, length });
};

function partsOf(pattern: string): readonly PatternPart[] {
  const parts = parsePattern(pattern);
  if (!parts.ok) throw new Untranslatable(`no such pattern here: ${parts.error}`);
  return parts.value;
}

/** Fixed text around the random part adds nothing to the space. */
const codeSpaceKind: Kind = ({ input, expect }) => {
  const space = whole(input.alphabet, 'alphabet') ** whole(input.length, 'length');
  const fill = Number(input.max_fill_ratio ?? MAX_SPACE_FILL);
  const left = usableSpace(space, optionalWhole(input.existing, 'existing') ?? 0, fill);
  const amount = optionalWhole(input.amount, 'amount');
  return sameFields(expect, { max_new: left, ...(amount !== undefined && { possible: amount <= left }) });
};

export const codeKinds: Readonly<Record<string, Kind>> = {
  crockford32_int: crockfordInt,
  crockford32_decode: crockfordDecode,
  crockford32_normalize: crockfordNormalize,
  crockford32_bytes: crockfordBytes,
  crockford32_bytes_decode: crockfordBytesDecode,
  base45,
  base45_decode: base45Decode,
  luhn: checkScheme(() => ({ check: luhnCheckSymbol, fits: luhnFits })),
  luhn_mod_n: checkScheme((input) => {
    const alphabet = text(input.alphabet) ?? '';
    return {
      check: (body) => luhnCheckSymbol(body, alphabet),
      fits: (whole) => luhnFits(whole, alphabet),
    };
  }),
  code_pattern: codePattern,
  code_generate: codeGenerate,
  code_space: codeSpaceKind,
  damm: checkScheme(() => ({ check: dammCheckDigit, fits: dammFits })),
  verhoeff: checkScheme(() => ({ check: verhoeffCheckDigit, fits: verhoeffFits })),
  ...iso7064Kinds,
};
