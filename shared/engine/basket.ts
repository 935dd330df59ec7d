/**
 * What is being sold. Plain JSON: the boundary (`shared/contracts/basket.ts`) parses it, everything inside trusts it.
 * Every amount is an integer of minor units of the basket's currency.
 */
export type Basket = {
  /** ISO 4217, upper case. */
  readonly currency: string;
  /** `inclusive`: prices carry their tax, as on European shelves. `exclusive`: tax is added at the end. */
  readonly taxMode: 'inclusive' | 'exclusive';
  readonly lines: readonly BasketLine[];
  readonly shipping?: readonly ShippingLine[] | undefined;
};

export type BasketLine = {
  readonly id: string;
  readonly sku: string;
  readonly name?: string | undefined;
  /** Whole units. Goods sold by weight are one unit with the weighed price. */
  readonly qty: number;
  readonly unitPriceMinor: number;
  readonly categories?: readonly string[] | undefined;
  readonly brand?: string | undefined;
  /** Free labels that offers may select by, e.g. `season=winter`. */
  readonly tags?: readonly string[] | undefined;
  /** Parts per million: 20 % is 200,000 and 8.875 % is 88,750. */
  readonly taxRatePpm?: number | undefined;
  /** `false` for gift cards, deposits, tobacco: no offer touches the line, nor counts it. */
  readonly discountable?: boolean | undefined;
  /** The price is already reduced; offers with `skipReducedLines` leave it alone. */
  readonly reduced?: boolean | undefined;
  /** No unit is sold below this price, whatever is combined (fixed book prices, minimum margins). */
  readonly minUnitPriceMinor?: number | undefined;
};

export type ShippingLine = {
  readonly id: string;
  /** The delivery method that offers may select by. */
  readonly method?: string | undefined;
  readonly amountMinor: number;
  readonly taxRatePpm?: number | undefined;
  /** Whether the amount carries its tax; absent: as the basket's prices do. */
  readonly taxIncluded?: boolean | undefined;
};
