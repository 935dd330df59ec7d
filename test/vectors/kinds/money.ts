import { allocate, allocateCapped } from '../../../shared/kernel/allocation.ts';
import { allocateExact, type ExactRule } from '../../../shared/kernel/allocation-exact.ts';
import { divideBig, mulDiv, type RoundingMode } from '../../../shared/kernel/rounding.ts';
import {
  type Fields,
  type Kind,
  type Outcome,
  type Profile,
  same,
  Untranslatable,
  unsupported,
} from '../case-file.ts';
import { fraction, list, objects, optionalWhole, text, whole } from '../read.ts';

const RULES: Readonly<Record<string, ExactRule | undefined>> = {
  first: 'first',
  largest_remainder: 'largest_remainder',
  last: 'last',
  largest_ratio: 'largest_weight',
  cascade_from_last: 'from_last',
  separate: 'apart',
  block_separate: 'blocks_apart',
};

const ROUNDING: Readonly<Record<string, RoundingMode | undefined>> = {
  half_up: 'half_up',
  half_down: 'half_down',
  half_even: 'half_even',
  half_odd: 'half_odd',
  half_away_from_zero: 'half_up',
  half_toward_zero: 'half_down',
  away_from_zero: 'up',
  toward_zero: 'down',
  positive: 'ceil',
  negative: 'floor',
  half_positive: 'half_ceil',
  half_negative: 'half_floor',
  down: 'down',
  up: 'up',
  floor: 'floor',
  ceil: 'ceil',
  truncate: 'down',
};

export function roundingOf(name: unknown): RoundingMode {
  const mode = ROUNDING[String(name)];
  if (mode === undefined) throw new Untranslatable(`no rounding mode is called ${String(name)}`);
  return mode;
}

function ruleOf(name: unknown): ExactRule {
  const rule = RULES[String(name ?? 'largest_remainder')];
  if (rule === undefined) throw new Untranslatable(`no rule of split is called ${String(name)}`);
  return rule;
}

/** Fractions brought to one denominator. */
function wholeWeights(weights: readonly unknown[]): bigint[] {
  const fractions = weights.map((weight) => fraction(weight, 'weight'));
  const common = fractions.reduce((product, { denominator }) => product * denominator, 1n);
  return fractions.map(({ numerator, denominator }) => (numerator * common) / denominator);
}

function bigOf(value: unknown, what: string): bigint {
  const { numerator, denominator } = fraction(value, what);
  if (numerator % denominator !== 0n) throw new Untranslatable(`${what} is not whole`);
  return numerator / denominator;
}

export const allocateKind: Kind = ({ input, expect }) =>
  allocation(input, expect, wholeWeights(list(input.weights, 'weights')));

export const splitKind: Kind = ({ input, expect }) => {
  const n = whole(input.n, 'n');
  if (n <= 0) return same('error', expect.error, 'n_must_be_positive');
  return allocation(
    { mode: 'first', ...input },
    expect,
    Array.from({ length: n }, () => 1n),
  );
};

function allocation(input: Fields, expect: Fields, weights: readonly bigint[]): Outcome {
  if (weights.length === 0) return same('error', expect.error, 'no_weights');
  const amount = bigOf(input.amount, 'amount');
  if (amount !== 0n && weights.every((weight) => weight === 0n)) {
    return unsupported('a split over nothing but zero weights is refused');
  }
  // Cash with a step of 5 is split in steps.
  const step = BigInt(optionalWhole(input.cash_step, 'cash_step') ?? 1);
  if (amount % step !== 0n) return unsupported('the amount is not a multiple of the cash step');
  const parts = allocateExact(amount / step, weights, ruleOf(input.mode)).map((part) => Number(part * step));
  return same('parts', expect.parts, parts);
}

/** A proportional split as the engine makes it when it spreads a discount. */
export const distributeKind: Kind = ({ input, expect }, profile) => {
  const weights = list(input.weights, 'weights').map((weight) => whole(weight, 'weight'));
  if (weights.every((weight) => weight === 0))
    return unsupported('a split over nothing but zero weights is refused');
  const parts = mirrored(whole(input.amount, 'amount'), (amount) =>
    allocate(amount, weights, ...splitOf(profile)),
  );
  if (expect.parts_any_order !== undefined) {
    return same('parts in any order', sorted(list(expect.parts_any_order, 'parts')), sorted(parts));
  }
  return same('parts', expect.parts, parts);
};

export const distributeWithFloorKind: Kind = ({ input, expect }, profile) => {
  const items = objects(input.items, 'items');
  const rooms = items.map((item) => {
    if (item.already_discounted === true) return 0;
    const floor = optionalWhole(item.min_unit_price, 'min_unit_price') ?? 0;
    return Math.max(0, whole(item.total, 'total') - floor * whole(item.qty, 'qty'));
  });
  const weights = items.map((item) => (item.already_discounted === true ? 0 : whole(item.total, 'total')));
  const room = rooms.reduce((sum, cap) => sum + cap, 0);
  const parts = mirrored(whole(input.amount, 'amount'), (amount) =>
    allocateCapped(Math.min(amount, room), weights, rooms, ...splitOf(profile)),
  );
  return same('parts', expect.parts, parts);
};

function mirrored(amount: number, split: (amount: number) => number[]): number[] {
  // Adding zero keeps a mirrored zero from being written as -0.
  return amount < 0 ? split(-amount).map((part) => 0 - part) : split(amount);
}

function sorted(values: readonly unknown[]): unknown[] {
  return [...values].sort((a, b) => Number(a) - Number(b));
}

export function splitOf(profile: Profile): ['largest_remainder' | 'first' | 'last', RoundingMode] {
  const shares = text(profile.share_rounding);
  switch (profile.remainder) {
    case 'first':
      return ['first', shares === undefined ? 'down' : roundingOf(shares)];
    case 'last_line':
    case 'last':
      return ['last', shares === undefined ? defaultLastRounding(profile) : roundingOf(shares)];
    default:
      return ['largest_remainder', 'down'];
  }
}

/** The last one takes the rest of shares that are rounded as everything else of the source is. */
function defaultLastRounding(profile: Profile): RoundingMode {
  const rounding = profile.rounding;
  return rounding === undefined || rounding === 'none' ? 'half_up' : roundingOf(rounding);
}

export const shareKind: Kind = ({ input, expect }) => {
  const value = mulDiv(
    whole(input.amount, 'amount'),
    whole(input.ratio, 'ratio'),
    whole(input.total, 'total'),
    'down',
  );
  return same('value', expect.value, value);
};

export const roundKind: Kind = ({ input, expect }) => {
  const { numerator, denominator } = fraction(input.value, 'value');
  return same('value', expect.value, divideBig(numerator, denominator, roundingOf(input.mode)));
};

export const divideRoundKind: Kind = ({ input, expect }) => {
  const value = divideBig(bigOf(input.num, 'num'), bigOf(input.den, 'den'), roundingOf(input.mode));
  return same('value', expect.value, value);
};
