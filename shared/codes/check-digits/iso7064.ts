/** The check character systems of ISO/IEC 7064:2003. */

const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

type System = {
  /** The characters of the data, in the order of their values. */
  readonly alphabet: string;
  /** Those of the check characters: some systems have one more. */
  readonly checkAlphabet: string;
  readonly modulus: number;
  readonly kind: 'pure' | 'hybrid';
  readonly radix: number;
  readonly checkCharacters: 1 | 2;
};

const pure = (
  modulus: number,
  radix: number,
  alphabet: string,
  checkCharacters: 1 | 2,
  extra = '',
): System => ({
  alphabet,
  checkAlphabet: alphabet + extra,
  modulus,
  kind: 'pure',
  radix,
  checkCharacters,
});

const hybrid = (alphabet: string): System => ({
  alphabet,
  checkAlphabet: alphabet,
  modulus: alphabet.length,
  kind: 'hybrid',
  radix: alphabet.length,
  checkCharacters: 1,
});

export const iso7064Systems = {
  mod11_2: pure(11, 2, DIGITS, 1, 'X'),
  mod37_2: pure(37, 2, DIGITS + LETTERS, 1, '*'),
  mod97_10: pure(97, 10, DIGITS, 2),
  mod661_26: pure(661, 26, LETTERS, 2),
  mod1271_36: pure(1271, 36, DIGITS + LETTERS, 2),
  mod11_10: hybrid(DIGITS),
  mod27_26: hybrid(LETTERS),
  mod37_36: hybrid(DIGITS + LETTERS),
} as const satisfies Record<string, System>;

export type Iso7064System = keyof typeof iso7064Systems;

/** The check characters for `body`; `undefined` when it has none, or a character that the system lacks. */
export function iso7064Check(name: Iso7064System, body: string): string | undefined {
  const system: System = iso7064Systems[name];
  const values = [...body].map((character) => system.alphabet.indexOf(character));
  if (values.length === 0 || values.includes(-1)) return undefined;
  const check = system.kind === 'pure' ? pureCheck(system, values) : hybridCheck(system, values);
  if (system.checkCharacters === 1) return system.checkAlphabet.charAt(check);
  const first = Math.floor(check / system.radix);
  return system.checkAlphabet.charAt(first) + system.checkAlphabet.charAt(check % system.radix);
}

/** The check is regenerated, so a second pair that is congruent to it (MOD 97-10 has `00` and `97`) is refused. */
export function iso7064Fits(name: Iso7064System, text: string): boolean {
  const { checkCharacters } = iso7064Systems[name];
  const check = iso7064Check(name, text.slice(0, -checkCharacters));
  return check !== undefined && text.endsWith(check);
}

/** §7: with its check characters the whole is 1 modulo the modulus. */
function pureCheck({ modulus, radix, checkCharacters }: System, values: readonly number[]): number {
  let rest = 0;
  for (const value of values) rest = ((rest + value) * radix) % modulus;
  if (checkCharacters === 2) rest = (rest * radix) % modulus;
  const check = (modulus + 1 - rest) % modulus;
  // MOD 97-10 writes 02 … 98 (98 less the remainder) where a plain residue would give 00 and 01.
  return modulus === 97 && check < 2 ? check + modulus : check;
}

/** §9: addition modulo M, doubling modulo M + 1. */
function hybridCheck({ modulus }: System, values: readonly number[]): number {
  let product = modulus;
  for (const value of values) {
    const sum = (product + value) % modulus;
    product = ((sum === 0 ? modulus : sum) * 2) % (modulus + 1);
  }
  return (modulus + 1 - product) % modulus;
}
