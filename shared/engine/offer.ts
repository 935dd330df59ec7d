/**
 * The terms of an offer: one version of it, immutable once it has judged a redemption. Plain JSON, parsed by
 * `shared/contracts/offer.ts`. Adding a benefit or a condition: its type here, its file, its registry line.
 */
export type Offer = {
  readonly id: string;
  /** A redemption names the version that judged it. */
  readonly version: number;
  readonly name: string;
  readonly campaignId?: string | undefined;
  readonly status: OfferStatus;
  /** The currency of every amount in these terms. */
  readonly currency: string;
  /** `automatic` offers need no code. */
  readonly trigger: 'code' | 'automatic';
  /** What the customer gets, applied in this order. */
  readonly benefits: readonly Benefit[];
  /** All must hold. */
  readonly conditions: readonly Condition[];
  readonly validity: Validity;
  readonly limits: Limits;
  readonly stacking: Stacking;
  /** Who pays for the discount. A manufacturer's coupon is booked as tender: it lowers neither price nor tax. */
  readonly fundedBy: FundedBy;
  /** `after_tax`: tax is due on the undiscounted price. Default `before_tax`. */
  readonly taxTreatment: 'before_tax' | 'after_tax';
  readonly refundPolicy: RefundPolicy;
  /** What a ledger may do when it can reach nobody. The engine ignores it. */
  readonly offlinePolicy: OfflinePolicy;
  /** Leave lines alone whose price is already reduced. */
  readonly skipReducedLines?: boolean | undefined;
  /** Referral, trial and subscription terms for web channels; the engine carries them and decides nothing by them. */
  readonly trialDays?: number | undefined;
  readonly billingCycles?: number | undefined;
  readonly referral?: ReferralTerms | undefined;
};

export type OfferStatus = 'active' | 'paused' | 'archived';

export type ReferralTerms = {
  readonly referrerOfferId?: string | undefined;
  readonly newCustomersOnly: boolean;
};

export type FundedBy =
  | { readonly type: 'merchant' }
  | { readonly type: 'manufacturer'; readonly name?: string | undefined };

/** What happens to a discount when goods come back. */
export type RefundPolicy = {
  /** The return breaks the offer's threshold: `keep` the discount on what stays, or `claw_back` it. */
  readonly brokenThreshold: 'keep' | 'claw_back';
  /** Give the use back: never, when everything came back, or on any return. */
  readonly giveUseBack: 'never' | 'full_return' | 'any_return';
};

export type OfflinePolicy =
  | { readonly type: 'strict' }
  | {
      readonly type: 'bounded';
      readonly maxDiscountMinor: number;
      readonly maxUses: number;
      readonly maxAgeMs: number;
      readonly managerPin: boolean;
    }
  | { readonly type: 'open' };

/** Which items: within one list any entry matches; between lists all must match; `exclude` wins over `include`. */
export type Selector = { readonly include?: ItemMatch | undefined; readonly exclude?: ItemMatch | undefined };

export type ItemMatch = {
  readonly skus?: readonly string[] | undefined;
  readonly categories?: readonly string[] | undefined;
  readonly brands?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Inclusive bounds of the undiscounted unit price. */
  readonly unitPriceFromMinor?: number | undefined;
  readonly unitPriceToMinor?: number | undefined;
};

/** `original` computes from the undiscounted price, `sequential` from what earlier offers left. */
export type Base = 'sequential' | 'original';

/** Takes only some of the matching units. */
export type UnitPick = {
  readonly pick: 'cheapest' | 'dearest' | 'first';
  readonly maxUnits: number;
  /** Counts `maxUnits` on each line instead of over the basket. */
  readonly perLine?: boolean | undefined;
  /** Only complete groups of so many units count: "for every 6 bottles". */
  readonly groupsOf?: number | undefined;
};

export type Target =
  /** The whole of the matching lines as one sum, split over them by largest remainder. */
  | { readonly scope: 'order'; readonly select?: Selector | undefined }
  /** Each matching line by itself, or some of its units. */
  | { readonly scope: 'items'; readonly select?: Selector | undefined; readonly units?: UnitPick | undefined }
  | { readonly scope: 'shipping'; readonly methods?: readonly string[] | undefined };

export type Benefit =
  | PercentBenefit
  | FixedBenefit
  | FixedPriceBenefit
  | BundlePriceBenefit
  | FreeShippingBenefit
  | BuyGetBenefit
  | TieredBenefit;

export type PercentBenefit = {
  readonly type: 'percent';
  /** Basis points: 12.5 % is 1,250. */
  readonly percentBp: number;
  readonly target: Target;
  readonly base: Base;
  readonly maxDiscountMinor?: number | undefined;
};

export type FixedBenefit = {
  readonly type: 'fixed';
  readonly amountMinor: number;
  /** `total`: once, spread over the target. `line` and `unit`: for each of them. */
  readonly per: 'total' | 'line' | 'unit';
  readonly target: Target;
  readonly maxDiscountMinor?: number | undefined;
};

/** Each matching unit costs this. */
export type FixedPriceBenefit = {
  readonly type: 'fixed_price';
  readonly priceMinor: number;
  readonly target: Target;
  readonly maxDiscountMinor?: number | undefined;
};

/** `qty` matching units together cost `priceMinor`: 3 for 10. Only complete bundles count. */
export type BundlePriceBenefit = {
  readonly type: 'bundle_price';
  readonly qty: number;
  readonly priceMinor: number;
  readonly select?: Selector | undefined;
  /** Which units a bundle takes first. */
  readonly pick: 'cheapest' | 'dearest' | 'first';
  readonly maxTimes?: number | undefined;
};

export type FreeShippingBenefit = {
  readonly type: 'free_shipping';
  readonly methods?: readonly string[] | undefined;
  readonly maxDiscountMinor?: number | undefined;
};

/** Buy some units at full price, get others cheaper or free. A unit serves only once. */
export type BuyGetBenefit = {
  readonly type: 'buy_get';
  readonly buy: { readonly qty: number; readonly select?: Selector | undefined };
  readonly get: {
    readonly qty: number;
    readonly select?: Selector | undefined;
    /** `grouped`: set by set, the dearest units are bought and the dearest of the rest rewarded. */
    readonly pick: 'cheapest' | 'dearest' | 'first' | 'grouped';
  };
  /** 10,000 is free. */
  readonly percentBp: number;
  /** How often the set may repeat in one basket; absent: as often as it fits. */
  readonly maxTimes?: number | undefined;
  readonly maxDiscountMinor?: number | undefined;
};

/** The highest reached tier pays: "spend 50 save 10 %, spend 100 save 20 %". */
export type TieredBenefit = {
  readonly type: 'tiered';
  readonly measure: 'spend' | 'quantity';
  /** Ascending `from`: minor units of spend, or units. */
  readonly tiers: readonly Tier[];
  readonly target: Target;
  readonly base: Base;
  readonly maxDiscountMinor?: number | undefined;
};

export type Tier =
  | { readonly from: number; readonly percentBp: number }
  | { readonly from: number; readonly amountMinor: number };

export type Condition =
  | {
      readonly type: 'min_spend';
      readonly amountMinor: number;
      readonly select?: Selector | undefined;
      /** Measured on undiscounted prices, or on what offers before this one left. */
      readonly measure: 'before_discounts' | 'after_discounts';
    }
  | { readonly type: 'max_spend'; readonly amountMinor: number; readonly select?: Selector | undefined }
  | {
      readonly type: 'min_quantity';
      readonly qty: number;
      readonly select?: Selector | undefined;
      /** The units must stand on one line. */
      readonly onOneLine?: boolean | undefined;
    }
  | { readonly type: 'has_items'; readonly select: Selector }
  | { readonly type: 'channels'; readonly channels: readonly string[] }
  | { readonly type: 'locations'; readonly locationIds: readonly string[] }
  /** A customer group; any of them. */
  | { readonly type: 'segments'; readonly segments: readonly string[] }
  | { readonly type: 'email_domains'; readonly domains: readonly string[] }
  | { readonly type: 'customer_required' }
  | { readonly type: 'first_purchase' }
  /** The n-th completed purchase of the customer, this one counted. */
  | { readonly type: 'nth_purchase'; readonly n: number }
  | { readonly type: 'hours'; readonly zone: string; readonly windows: readonly HoursWindow[] }
  /** A fact that the caller's system supplies under `facts.attributes`. */
  | { readonly type: 'attribute'; readonly attribute: string; readonly values: readonly string[] };

/** ISO weekdays (1 Monday … 7 Sunday); minutes of the day, `to` exclusive; `to` below `from` runs past midnight. */
export type HoursWindow = {
  readonly weekdays: readonly number[];
  readonly fromMinute: number;
  readonly toMinute: number;
};

/** Every given bound must hold. */
export type Validity = {
  /** UTC milliseconds, inclusive. */
  readonly startsAt?: number | undefined;
  /** UTC milliseconds; valid through that instant. */
  readonly endsAt?: number | undefined;
  /** Days of the calendar of `zone` (`2026-11-24`), both inclusive. */
  readonly days?:
    | { readonly zone: string; readonly first?: string | undefined; readonly last?: string | undefined }
    | undefined;
  /** Counted from when the code was issued. */
  readonly afterIssueMs?: number | undefined;
};

/** Absent: unlimited. */
export type Limits = {
  readonly total?: number | undefined;
  readonly perCustomer?: number | undefined;
  readonly perLocation?: number | undefined;
  readonly perDay?: number | undefined;
  readonly perOperator?: number | undefined;
  /** What the offer may give away in all. */
  readonly budgetMinor?: number | undefined;
  /** The last redemption may be cut to what the budget still holds; otherwise it is refused. */
  readonly budgetPartial?: boolean | undefined;
};

export type Stacking = {
  /** `exclusive` applies alone; of a `group` only one applies; `stackable` combines with all but exclusive ones. */
  readonly mode: 'stackable' | 'exclusive' | 'group';
  readonly group?: string | undefined;
  /** Higher goes first. */
  readonly priority: number;
  /** Lower lanes are settled first, and the next sees their prices: 0 for price cuts, 1 for vouchers. Default 0. */
  readonly lane?: number | undefined;
};
