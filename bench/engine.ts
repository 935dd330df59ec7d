import { evaluateWith } from '../shared/engine/evaluate.ts';
import { type OfferBook, prepareOffers } from '../shared/engine/offer-book.ts';
import type { Basket, Evaluation, Facts, Offer, PresentedCoupon } from '../shared/engine/types.ts';
import type { BenchOptions, Report } from './run.ts';

/**
 * Evaluation of whole baskets, explanation included, offers prepared in memory. Carts and offers follow fixed formulas
 * and their total discount is checked, so that the figures compare with those of other engines on the same work.
 */

const NAME = 'engine';
const CATEGORIES = 5;
const NS_PER_US = 1_000;

/** Total discount that sequential percentages give, unrounded; each matched pair may differ by one minor unit. */
const CELLS = [
  { lines: 1, codes: 1, subtotalMinor: 1000, pairs: 1, expectedMinor: 50 },
  { lines: 1, codes: 5, subtotalMinor: 1000, pairs: 1, expectedMinor: 50 },
  { lines: 1, codes: 20, subtotalMinor: 1000, pairs: 4, expectedMinor: 268.975 },
  { lines: 20, codes: 1, subtotalMinor: 90238, pairs: 4, expectedMinor: 692.5 },
  { lines: 20, codes: 5, subtotalMinor: 90238, pairs: 20, expectedMinor: 6452.7 },
  { lines: 20, codes: 20, subtotalMinor: 90238, pairs: 80, expectedMinor: 30115.6451 },
  { lines: 100, codes: 1, subtotalMinor: 570779, pairs: 20, expectedMinor: 5654.75 },
  { lines: 100, codes: 5, subtotalMinor: 570779, pairs: 100, expectedMinor: 39905.94 },
  { lines: 100, codes: 20, subtotalMinor: 570779, pairs: 400, expectedMinor: 187788.7401 },
] as const;

const AUTOMATIC_OFFERS = [10, 100, 1_000, 10_000] as const;
const AUTOMATIC_LINES = 20;

function basketOf(lines: number): Basket {
  return {
    currency: 'USD',
    taxMode: 'exclusive',
    lines: Array.from({ length: lines }, (_, i) => ({
      id: `line-${i}`,
      sku: `SKU-${String(i).padStart(5, '0')}`,
      categories: [`cat-${i % CATEGORIES}`],
      unitPriceMinor: 1_000 + ((i * 137) % 4_000),
      qty: 1 + (i % 3),
    })),
  };
}

function percentOf(k: number): number {
  return 5 + (k % 10);
}

function offerOf(k: number, trigger: Offer['trigger']): Offer {
  const select = { include: { categories: [`cat-${k % CATEGORIES}`] } };
  return {
    id: `offer-${String(k).padStart(5, '0')}`,
    version: 1,
    name: `SAVE${String(k).padStart(5, '0')}`,
    status: 'active',
    currency: 'USD',
    trigger,
    benefits: [
      {
        type: 'percent',
        percentBp: percentOf(k) * 100,
        target: { scope: 'items', select },
        base: 'sequential',
      },
    ],
    conditions: [{ type: 'min_spend', amountMinor: 500, measure: 'before_discounts' }],
    validity: {},
    limits: {},
    stacking: { mode: 'stackable', priority: 0 },
    fundedBy: { type: 'merchant' },
    taxTreatment: 'before_tax',
    refundPolicy: { brokenThreshold: 'keep', giveUseBack: 'full_return' },
    offlinePolicy: { type: 'strict' },
  };
}

function offersOf(count: number, trigger: Offer['trigger']): Offer[] {
  return Array.from({ length: count }, (_, k) => offerOf(k, trigger));
}

const FACTS: Facts = { now: 1_700_000_000_000, wallTimes: {}, channel: 'pos' };

/** The same work as a loop that explains, checks and allocates nothing: the floor under every engine. */
function plainLoop(basket: Basket, codes: number): number {
  let total = 0;
  for (const line of basket.lines) {
    let left = line.qty * line.unitPriceMinor;
    const category = line.categories?.[0];
    for (let k = 0; k < codes; k++) {
      if (category !== `cat-${k % CATEGORIES}`) continue;
      const off = Math.round((left * percentOf(k)) / 100);
      left -= off;
      total += off;
    }
  }
  return total;
}

/** The largest percentage of each line's category, taken once. */
function bestPerLine(basket: Basket, offers: number): number {
  let total = 0;
  basket.lines.forEach((line, i) => {
    let best = 0;
    for (let k = i % CATEGORIES; k < offers; k += CATEGORIES) best = Math.max(best, percentOf(k));
    total += Math.round((line.qty * line.unitPriceMinor * best) / 100);
  });
  return total;
}

type Sample = { readonly p50: number; readonly p99: number; readonly n: number };

const RUNS = 3;
const SAMPLES = 3_000;
const WARM_UP = 1_000;
const QUICK_SAMPLES = 50;

/** Median over the runs of each run's percentiles, in microseconds. */
function measure(call: () => unknown, options: BenchOptions): Sample {
  const samples = options.quick ? QUICK_SAMPLES : SAMPLES;
  for (let i = 0; i < (options.quick ? QUICK_SAMPLES : WARM_UP); i++) call();
  const runs = Array.from({ length: options.quick ? 1 : RUNS }, () => {
    const times = new Float64Array(samples);
    for (let i = 0; i < samples; i++) {
      const from = process.hrtime.bigint();
      call();
      times[i] = Number(process.hrtime.bigint() - from) / NS_PER_US;
    }
    times.sort();
    return {
      p50: times[Math.floor(samples * 0.5)] as number,
      p99: times[Math.floor(samples * 0.99)] as number,
    };
  });
  return {
    p50: median(runs.map((run) => run.p50)),
    p99: median(runs.map((run) => run.p99)),
    n: samples * runs.length,
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function check(what: string, actual: number, expected: number, tolerance: number): void {
  if (Math.abs(actual - expected) > tolerance) {
    throw new Error(`${what}: the checksum is ${actual}, expected ${expected} within ${tolerance}`);
  }
}

function presented(offers: readonly Offer[]): PresentedCoupon[] {
  return offers.map((offer) => ({ couponId: offer.id, code: offer.name, offerId: offer.id }));
}

export async function run(report: Report, options: BenchOptions): Promise<void> {
  const medians = new Map<string, number>();
  const row = (metric: string, sample: Sample): void => {
    medians.set(metric, sample.p50);
    report({ name: NAME, metric: `${metric}_us`, value: sample.p50, unit: 'us', n: sample.n });
    report({ name: NAME, metric: `${metric}_p99_us`, value: sample.p99, unit: 'us', n: sample.n });
  };
  for (const cell of CELLS) {
    const basket = basketOf(cell.lines);
    const offers = offersOf(cell.codes, 'code');
    const book = prepareOffers(offers);
    const coupons = presented(offers);
    const call = () => evaluateWith({ basket, book, coupons, facts: FACTS });
    const { totals } = call();
    const cellName = `${cell.lines}x${cell.codes}`;
    check(`subtotal of ${cellName}`, totals.subtotalMinor, cell.subtotalMinor, 0);
    check(cellName, totals.discountMinor, cell.expectedMinor, cell.pairs);
    check(`plain loop of ${cellName}`, plainLoop(basket, cell.codes), cell.expectedMinor, cell.pairs);
    row(`evaluate_${cellName}`, measure(call, options));
    row(
      `plain_loop_${cellName}`,
      measure(() => plainLoop(basket, cell.codes), options),
    );
  }
  for (const count of AUTOMATIC_OFFERS) {
    const basket = basketOf(AUTOMATIC_LINES);
    const book = prepareOffers(offersOf(count, 'automatic'));
    const bare = () => judgeAutomatic(basket, book, 'applied');
    check(`automatic ${count}`, bare().totals.discountMinor, bestPerLine(basket, count), 0);
    row(`evaluate_20_auto${count}`, measure(bare, options));
    row(
      `evaluate_20_auto${count}_all_explained`,
      measure(() => judgeAutomatic(basket, book, 'all'), options),
    );
  }
  const elsewhere = prepareOffers(
    offersOf(1_000, 'automatic').map((offer, k) => ({ ...offer, benefits: onOtherGoods(offer, k) })),
  );
  row(
    'evaluate_20_auto1000_on_other_goods',
    measure(() => judgeAutomatic(basketOf(AUTOMATIC_LINES), elsewhere, 'applied'), options),
  );
  growth(medians, report);
}

function judgeAutomatic(basket: Basket, book: OfferBook, explainAutomatic: 'applied' | 'all'): Evaluation {
  return evaluateWith({
    basket,
    book,
    coupons: [],
    facts: FACTS,
    options: { combine: 'best_per_line', explainAutomatic },
  });
}

/** Offers on goods that are not in the basket must cost nothing: they are found by what they need. */
function onOtherGoods(offer: Offer, k: number): Offer['benefits'] {
  const target = { scope: 'items', select: { include: { skus: [`OTHER-${k}`] } } } as const;
  return offer.benefits.map((benefit) => (benefit.type === 'percent' ? { ...benefit, target } : benefit));
}

/** How the median grows when one of lines, coupons and offers grows alone; below the factor is below linear. */
function growth(medians: ReadonlyMap<string, number>, report: Report): void {
  const ratio = (metric: string, from: string, to: string): void => {
    const value = (medians.get(to) as number) / (medians.get(from) as number);
    report({ name: NAME, metric, value, unit: 'ratio', n: 1 });
  };
  ratio('growth_lines_20_to_100_at_5_coupons', 'evaluate_20x5', 'evaluate_100x5');
  ratio('growth_coupons_5_to_20_at_20_lines', 'evaluate_20x5', 'evaluate_20x20');
  ratio('growth_offers_100_to_1000', 'evaluate_20_auto100', 'evaluate_20_auto1000');
  ratio('growth_offers_1000_to_10000', 'evaluate_20_auto1000', 'evaluate_20_auto10000');
}
