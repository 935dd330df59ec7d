import { type Fields, Untranslatable } from './case-file.ts';

/** Readers of the case format's fields: a wrong type is said, never guessed. */

export function object(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Untranslatable(`${what} is not an object`);
  }
  return value as Fields;
}

export function objects(value: unknown, what: string): Fields[] {
  return list(value, what).map((item, i) => object(item, `${what}[${i}]`));
}

export function list(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Untranslatable(`${what} is not a list`);
  return value;
}

export function texts(value: unknown, what: string): string[] {
  return list(value, what).map((item) => String(item));
}

export function text(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

/** A whole number, given as one or as decimal text of one. */
export function whole(value: unknown, what: string): number {
  const number = typeof value === 'string' && /^-?\d+(\.0+)?$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) {
    throw new Untranslatable(`${what} is not a whole number of minor units: ${JSON.stringify(value)}`);
  }
  return number;
}

/** At least one of something: units, times. */
export function count(value: unknown, what: string): number {
  const number = whole(value, what);
  if (number < 1) throw new Untranslatable(`${what} is not a count: ${number}`);
  return number;
}

export function optionalCount(value: unknown, what: string): number | undefined {
  return value === undefined || value === null ? undefined : count(value, what);
}

export function optionalWhole(value: unknown, what: string): number | undefined {
  return value === undefined || value === null ? undefined : whole(value, what);
}

/** A decimal text or integer as an exact fraction; also `1/3`. */
export function fraction(value: unknown, what: string): { numerator: bigint; denominator: bigint } {
  const written = String(value).trim();
  const ratio = /^(-?\d+)\/(\d+)$/.exec(written);
  if (ratio !== null)
    return { numerator: BigInt(ratio[1] as string), denominator: BigInt(ratio[2] as string) };
  const decimal = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(typeof value === 'number' ? exactText(value) : written);
  const digits = `${decimal?.[2] ?? ''}${decimal?.[3] ?? ''}`;
  if (decimal === null || digits === '') throw new Untranslatable(`${what} is not a number: ${written}`);
  const sign = decimal[1] === '-' ? -1n : 1n;
  return { numerator: sign * BigInt(digits), denominator: 10n ** BigInt((decimal[3] ?? '').length) };
}

/** JSON numbers past 2^53 are written out without an exponent. */
function exactText(value: number): string {
  return Number.isInteger(value) ? BigInt(value).toString() : String(value);
}

/** A percentage as whole basis points. */
export function basisPoints(value: unknown, what: string): number {
  return scaled(value, 100n, what, 'a whole number of basis points');
}

/** A tax rate in per cent as parts per million. */
export function partsPerMillion(value: unknown, what: string): number {
  return scaled(value, 10_000n, what, 'a whole number of parts per million');
}

function scaled(value: unknown, factor: bigint, what: string, unit: string): number {
  const { numerator, denominator } = fraction(value, what);
  const product = numerator * factor;
  if (product % denominator !== 0n) throw new Untranslatable(`${what} is not ${unit}: ${String(value)}`);
  return Number(product / denominator);
}
