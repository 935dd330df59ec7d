import { defaultOptions } from '../../shared/engine/options.ts';
import type { CombineMode, EngineOptions } from '../../shared/engine/types.ts';
import { type Profile, Untranslatable } from './case-file.ts';
import { roundingOf, splitOf } from './kinds/money.ts';

/** What a source does, as options of the engine. */
/** Item offers before order offers, as the engine stages them by itself. */
export function ordersByStage(order: string | undefined): boolean {
  return order === 'items_then_order';
}

export function translateOptions(profile: Profile): EngineOptions {
  const [remainder, shareRounding] = splitOf(profile);
  const rounding = profile.rounding;
  return {
    ...defaultOptions,
    rounding: rounding === undefined || rounding === 'none' ? defaultOptions.rounding : roundingOf(rounding),
    ...roundingPlaces(profile.round_at),
    remainder,
    shareRounding,
    ...combining(profile.combine),
    order: ordersByStage(profile.order) ? 'staged' : 'priority',
    unitUse: 'per_role',
    explainAutomatic: 'all',
  };
}

function roundingPlaces(roundAt: string | undefined): Pick<EngineOptions, 'roundAt' | 'taxRoundAt'> {
  switch (roundAt) {
    case undefined:
    case 'line':
      return { roundAt: 'line', taxRoundAt: 'line' };
    case 'unit':
      return { roundAt: 'unit', taxRoundAt: 'line' };
    case 'unit_price':
      return { roundAt: 'unit_price', taxRoundAt: 'line' };
    case 'total':
      return { roundAt: 'total', taxRoundAt: 'rate' };
    case 'tax_group':
      return { roundAt: 'line', taxRoundAt: 'rate' };
    default:
      throw new Untranslatable(`nothing is rounded at ${roundAt}`);
  }
}

/** Lanes of a source in the order in which they are settled; price cuts of the catalogue come before all. */
export const CATALOGUE_LANE = 0;
const NAMED_LANES: Readonly<Record<string, number | undefined>> = { pre: 1, default: 2, post: 3 };
const DEFAULT_LANE = 2;
const VOUCHER_LANE = 4;

export function laneOf(
  combine: string | undefined,
  trigger: string,
  onOrder: boolean,
  lane: string | undefined,
): number {
  if (trigger === 'catalogue') return CATALOGUE_LANE;
  if (combine === 'best_catalogue_then_one_voucher') {
    return trigger === 'code' ? VOUCHER_LANE : onOrder ? DEFAULT_LANE : CATALOGUE_LANE;
  }
  return lane === undefined ? DEFAULT_LANE : (NAMED_LANES[lane] ?? DEFAULT_LANE);
}

function combining(combine: string | undefined): Pick<EngineOptions, 'combine' | 'laneModes'> {
  const all = (mode: CombineMode) => ({ combine: mode });
  switch (combine) {
    case undefined:
    case 'stack':
      return all('stack');
    case 'best_per_line':
    case 'best_per_line_in_lane':
      return all('best_per_line');
    case 'best_single':
    case 'best':
      return all('best_single');
    case 'best_order_wide':
    case 'best_combination':
      return all('best_combination');
    case 'best_catalogue_then_one_voucher':
      return {
        combine: 'stack',
        laneModes: { [CATALOGUE_LANE]: 'best_per_line', [VOUCHER_LANE]: 'best_single' },
      };
    default:
      throw new Untranslatable(`offers are not combined by ${combine}`);
  }
}
