/**
 * Damm's algorithm (H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004): one decimal digit catches every single
 * error and every adjacent swap. The table is the quasigroup of order 10 of that thesis, p. 111.
 */
const quasigroup = [
  '0317598642',
  '7092154863',
  '4206871359',
  '1750983426',
  '6123045978',
  '3674209581',
  '5869720134',
  '8945362017',
  '9438617205',
  '2581436790',
];

/** `undefined`: not all digits, or none. */
export function dammCheckDigit(body: string): string | undefined {
  if (!/^[0-9]+$/.test(body)) return undefined;
  let interim = 0;
  for (const digit of body) interim = Number(quasigroup[interim]?.charAt(Number(digit)));
  return String(interim);
}

export function dammFits(number: string): boolean {
  return number.length >= 2 && dammCheckDigit(number) === '0';
}
