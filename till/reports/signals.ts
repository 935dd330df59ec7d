import type { OutputOf } from '../../shared/contracts/operations.ts';

type OperatorFigures = OutputOf<'reports.summary'>['operators'][number];
type Figures = Omit<OperatorFigures, 'signals'>;

/** Below these nothing is unusual yet. */
const MIN_UNKNOWN = 5;
const MIN_VOIDED = 3;
const MIN_REDEMPTIONS = 10;
/** One entry of four that no code answers to is more than typing. */
const UNKNOWN_SHARE = 0.25;
const VOID_SHARE = 0.1;
/** So many times what the others do. */
const FACTOR = 2;

/** Marks whoever differs much from the others. A sign to look, not a verdict. */
export function withSignals(people: readonly Figures[]): OperatorFigures[] {
  return people.map((person) => {
    const others = people.filter((one) => one !== person);
    const signals: OperatorFigures['signals'] = [];
    const { redemptions, voided, unknownCodes, averageDiscountMinor } = person;
    if (unknownCodes >= MIN_UNKNOWN && unknownCodes > UNKNOWN_SHARE * (unknownCodes + redemptions)) {
      signals.push('guessing');
    }
    const rate = voided / Math.max(1, voided + redemptions);
    if (voided >= MIN_VOIDED && rate > VOID_SHARE && rate > FACTOR * voidRate(others)) signals.push('voids');
    const usual = averageDiscount(others);
    if (redemptions >= MIN_REDEMPTIONS && usual !== undefined && averageDiscountMinor > FACTOR * usual) {
      signals.push('discounts');
    }
    return { ...person, signals };
  });
}

function voidRate(people: readonly Figures[]): number {
  const voided = people.reduce((sum, one) => sum + one.voided, 0);
  const all = people.reduce((sum, one) => sum + one.voided + one.redemptions, 0);
  return all === 0 ? 0 : voided / all;
}

function averageDiscount(people: readonly Figures[]): number | undefined {
  const redemptions = people.reduce((sum, one) => sum + one.redemptions, 0);
  if (redemptions < MIN_REDEMPTIONS) return undefined;
  return people.reduce((sum, one) => sum + one.averageDiscountMinor * one.redemptions, 0) / redemptions;
}
