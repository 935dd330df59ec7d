const PAIR = 2;
const TRIPLE = 3;

/** Six digits that somebody tries first: `111111`, `123456`, `654321`, `121212`, `123123`. */
export function isSimplePin(pin: string): boolean {
  const digits = [...pin].map(Number);
  const steps = digits.slice(1).map((digit, i) => digit - (digits[i] ?? 0));
  const isRun = [0, 1, -1].some((step) => steps.every((one) => one === step));
  return isRun || [PAIR, TRIPLE].some((size) => pin === pin.slice(0, size).repeat(pin.length / size));
}
