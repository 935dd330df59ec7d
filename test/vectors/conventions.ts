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
];

/** The reason why a case with this convention is skipped, or `undefined` when it is run. */
export function skippedConvention(convention: string): string | undefined {
  return NOT_TAKEN_OVER.find(({ name }) => convention.startsWith(name))?.reason;
}
