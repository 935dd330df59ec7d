/**
 * Verhoeff's algorithm (J. Verhoeff, "Error Detecting Decimal Codes", 1969): one decimal digit over the dihedral group
 * of order 10 catches every single error and every adjacent swap.
 */
const ORDER = 10;
const HALF = 5;

/** The product of two elements of D5: 0–4 are rotations, 5–9 reflections. */
function multiply(a: number, b: number): number {
  const [rotationA, rotationB] = [a % HALF, b % HALF];
  const rotation = a < HALF ? rotationA + rotationB : rotationA - rotationB + HALF;
  return (rotation % HALF) + (a < HALF === b < HALF ? 0 : HALF);
}

/** Verhoeff's permutation, applied as often as the digit's place from the right; its order is 8. */
const permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
const PERMUTATION_ORDER = 8;

function permute(digit: number, times: number): number {
  let permuted = digit;
  for (let i = 0; i < times % PERMUTATION_ORDER; i++) permuted = permutation[permuted] as number;
  return permuted;
}

function checksum(digits: string, firstPlace: number): number {
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits.charAt(digits.length - 1 - place));
    sum = multiply(sum, permute(digit, place + firstPlace));
  }
  return sum;
}

function inverse(element: number): number {
  for (let other = 0; other < ORDER; other++) if (multiply(element, other) === 0) return other;
  return element;
}

/** `undefined`: not all digits, or none. */
export function verhoeffCheckDigit(body: string): string | undefined {
  return /^[0-9]+$/.test(body) ? String(inverse(checksum(body, 1))) : undefined;
}

export function verhoeffFits(number: string): boolean {
  return /^[0-9]{2,}$/.test(number) && checksum(number, 0) === 0;
}
