/**
 * Habits of other projects that are not taken over, each with its reason. A case that names one is skipped and counted
 * under it. Everything else that a source does differently is an option of the engine, which the file's `profile`
 * chooses. Names are as the cases write them, or their telling beginning.
 */
const NOT_TAKEN_OVER: readonly { readonly name: string; readonly reason: string }[] = [
  {
    name: 'unrounded',
    reason: 'discounts are whole minor units: a till cannot take a third of a cent',
  },
  {
    name: 'adjustment amounts are tax-EXCLUSIVE even when prices include tax',
    reason: 'a discount is in the same terms as the prices that it lowers',
  },
  {
    name: 'sub-cent unit discount',
    reason: 'nothing finer than a minor unit is carried from one step to the next',
  },
  {
    name: 'half of 8333 = 4166.5 -> net 4167',
    reason:
      'the file says that it rounds at the unit, half up; this case rounds the price instead of the discount',
  },
  {
    name: 'source feeds a fractional yen amount',
    reason: 'prices are whole minor units',
  },
  {
    name: 'all-zero weights',
    reason:
      'a split over nothing is refused; losing the amount, or giving it to lines worth nothing, is not exact',
  },
  {
    name: 'moneyphp: floor each share, then leftover units to the share that lost the largest fraction (ties: earliest); negative amounts differ',
    reason:
      'a negative amount is split as the mirror image of the positive one, so that a refund undoes a sale',
  },
  {
    name: 'empty text parses as zero',
    reason: 'an empty field is not a price of zero',
  },
  {
    name: 'lenient forms accepted',
    reason: 'an amount is written with digits on both sides of the point',
  },
  {
    name: 'ODD: usage is derived from still-eligible adjustments',
    reason: 'a use counts from its commit until it is voided, whatever becomes of the basket',
  },
  {
    name: 'limit re-checked at completion',
    reason: 'a use is held from the check on, so that no completion finds it gone',
  },
  {
    name: 'with per-code uniqueness the promotion-level usage limit does not stop further codes',
    reason: 'a limit of an offer holds for all its codes together',
  },
  {
    name: 'one voucher per checkout, last one wins',
    reason: 'a basket may show several codes; the offers say which of them stand together',
  },
];

/**
 * Cases that another one of the same file contradicts by the same fields, so that no rule can satisfy both. Where they
 * fail they are counted as skipped, under this reason.
 */
export const contradicted: ReadonlyMap<string, string> = new Map([
  [
    'lim-037',
    'contradicted by lim-032 and lim-034: with nothing set up, the same code applied to the same order exists there',
  ],
]);

/**
 * Habits of other projects that the engine follows, by default or as an option that a profile chooses: their cases
 * must pass. Also remarks that explain a number without changing it.
 */
const TAKEN_OVER: readonly string[] = [
  '2024 behaviour, superseded upstream',
  '3 equal lines of 10.00, 10.00 off; only the sum is asserted (334/333/333 by',
  '3.108 -> 3.11 (nearest)',
  '50% then 10% of the rest (multiplicative)',
  '>= threshold',
  'ISO 4217 and CLDR disagree; CLDR: unicode-org/cldr-json',
  'RubyMoney allocate: floor then leftover cents to the first lines (not largest',
  'RubyMoney: walk from the LAST part, truncate',
  'adjustment order not asserted',
  'amount a line cannot absorb (because of its per-unit minimum price) is',
  'amount in another currency => zero discount, no conversion',
  'an exclusive promotion wins over non-exclusive ones regardless of priority',
  'an unmet code stays on the cart and activates later',
  'buy_get: qualifying units taken from the most expensive line first, rewarded',
  'capped at zero',
  'cheapest line only; 19.99*15%=2.9985->3.00',
  'codes are case-insensitive',
  'competing promotions on the same line: only the largest discount is kept',
  'dinero halfUp/halfDown go toward +inf/-inf for negatives',
  'discount never takes a unit below its minimum price',
  'each line share rounded half up, LAST line takes the remainder',
  'each share = amount*weight/total rounded half-down, then missing units given',
  'each: max_qty caps discounted units per line',
  'excess decimals rounded half away from zero',
  'excess lost',
  'excess that nobody can absorb is lost',
  'first unit gets first_item, each further unit additional_item, max_items',
  'fixed amount is GROSS when prices include tax',
  'fixed amount is NET when prices exclude tax',
  'fixed item adjustment is once per line',
  'fixed item discount is per unit, capped at the unit price',
  'fixed once per line',
  'fixed: split proportionally, subtotal share rounded half-up, shipping takes',
  'flat rate applies once per line, not per unit',
  'flat rate per line, independent of quantity 10',
  'floor + largest fractional remainder first; ties go to the first element',
  'gross line = round(369*1.2)=442.8->443',
  'later lane sees already discounted totals (64.00)',
  'leftover to the largest ratio: 5 by 1:3 -> 1,4 (floor-to-first would give 2,3)',
  'line prices from the fixture (3x10, 2x20, 1x10)',
  'moneyphp ROUND_HALF_UP/DOWN are symmetric about zero',
  'moneyphp: floor each share, then leftover units to the share that lost the',
  'more decimals than the currency has: rounded half away from zero (a strict',
  'no listing for the channel/currency => not applicable',
  'once per line, not per unit',
  'once: max_qty is shared across lines, cheapest unit price first',
  'once_per_order = only one unit of the cheapest line',
  'one unit of the cheapest eligible line, capped at its unit price',
  'only complete groups are discounted; units counted across eligible lines in',
  'only the best catalogue promotion applies (no stacking)',
  'only the sum is asserted',
  'only units matching the category condition count to the tier',
  'order discount capped at items subtotal; shipping not discounted',
  'order discount capped at items total',
  'order discount spread over already catalogue-discounted line totals (30 and',
  'order target ignores max_qty of lines beyond it / max_qty has no effect here',
  'order-level condition met => every line discounted; 19.99*20% = 3.998 -> 4.00',
  'per line half up: 40 cents would be 41 when rounding the sum',
  'percent of LINE subtotal (99.90) rounded once: 14.985 -> 14.99 (half up)',
  'percentage rounded half-up PER LINE, then summed (104 cents; percent of the',
  'price after = round(price*85%), half up (1721.25->1721, 892.5->893,',
  'price range is inclusive at both ends',
  'promotion first (rounded half up per unit), voucher on the reduced price',
  'promotion set to skip already-discounted products',
  'promotions applied in descending priority, each on the already-reduced total',
  'promotions evaluated in descending value order, not in code order',
  'promotions in list order, each on the running subtotal; a later promotion',
  're-evaluation starts from undiscounted prices',
  'remainder goes one unit at a time to the first elements (by position)',
  'round unit price then multiply by qty; the source notes that',
  'source asserts -(order total of line items)',
  'source compares as an unordered set',
  'source multiplies the displayed unit price by 2 for the subtotal',
  'tax-exclusive prices, 10% tax computed on the discounted amount',
  'tax-exclusive prices, 23%, gross = round(net total*1.23)',
  'the source reuses one code string for both promotions; the intent (issue',
  'threshold compared with gross subtotal when prices include tax',
  'threshold is >=',
  'threshold of the lower-priority promotion is checked after the',
  'thresholds are >=',
  'tier = highest threshold <= the order item total; result capped nowhere',
  'tier chosen by the whole order item total, percent applied to the line',
  'whole amount is spread over eligible lines only',
];

/** What is known of a convention: why it is skipped, that its cases must pass, or nothing. */
export function standing(convention: string): { readonly skipped: string } | 'taken_over' | 'unlisted' {
  const named = NOT_TAKEN_OVER.find(({ name }) => convention.startsWith(name));
  if (named !== undefined) return { skipped: named.reason };
  return TAKEN_OVER.some((name) => convention.startsWith(name)) ? 'taken_over' : 'unlisted';
}
