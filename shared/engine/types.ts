import type { Basket } from './basket.ts';
import type { Offer } from './offer.ts';
import type { EngineOptions } from './options.ts';

export type { Basket, BasketLine } from './basket.ts';
export type * from './offer.ts';
export type { CombineMode, EngineOptions } from './options.ts';

/** A code that was presented, resolved to its offer by the caller. */
export type PresentedCoupon = {
  /** Names this coupon in the answer; unique in the basket. */
  readonly couponId: string;
  readonly code: string;
  readonly offerId: string;
  /** UTC milliseconds; `validity.afterIssueMs` counts from here. */
  readonly issuedAt?: number | undefined;
  /** The code's own end, beside its offer's: UTC milliseconds, valid through that instant. */
  readonly expiresAt?: number | undefined;
  /** The code's own limits, beside its offer's. */
  readonly maxUses?: number | undefined;
  readonly maxUsesPerCustomer?: number | undefined;
  /** Uses of this code so far; reservations of others count. */
  readonly uses?: number | undefined;
  readonly usesByCustomer?: number | undefined;
};

/** The wall clock of one zone at `facts.now`, resolved by the caller: the engine knows no zone rules. */
export type WallTime = {
  /** `2026-11-24` */
  readonly date: string;
  /** 1 Monday … 7 Sunday. */
  readonly weekday: number;
  readonly minuteOfDay: number;
};

export type CustomerFacts = {
  readonly id: string;
  readonly emailDomain?: string | undefined;
  readonly segments?: readonly string[] | undefined;
  /** Completed purchases before this one; absent: unknown. */
  readonly purchases?: number | undefined;
};

/** Uses so far, reservations of others included. An absent count is zero. */
export type OfferUses = {
  readonly total?: number | undefined;
  readonly byCustomer?: number | undefined;
  readonly atLocation?: number | undefined;
  readonly today?: number | undefined;
  readonly byOperator?: number | undefined;
  readonly spentMinor?: number | undefined;
};

/** The budget of a campaign, shared by its offers. */
export type CampaignFacts = {
  readonly budgetMinor?: number | undefined;
  readonly spentMinor?: number | undefined;
  readonly maxUses?: number | undefined;
  readonly uses?: number | undefined;
  readonly startsAt?: number | undefined;
  readonly endsAt?: number | undefined;
};

/** Everything that the engine may know about the world. */
export type Facts = {
  /** UTC milliseconds. */
  readonly now: number;
  /** One entry for each zone that an offer names; `zonesOf(offers)` lists them. */
  readonly wallTimes: Readonly<Record<string, WallTime>>;
  readonly channel: string;
  readonly locationId?: string | undefined;
  readonly operatorId?: string | undefined;
  readonly customer?: CustomerFacts | undefined;
  readonly uses?: Readonly<Record<string, OfferUses>> | undefined;
  readonly campaigns?: Readonly<Record<string, CampaignFacts>> | undefined;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
};

export type EvaluationInput = {
  readonly basket: Basket;
  /** Every offer that a presented coupon names, and the live automatic ones. */
  readonly offers: readonly Offer[];
  readonly coupons: readonly PresentedCoupon[];
  readonly facts: Facts;
  readonly options?: Partial<EngineOptions> | undefined;
};

/** Why a coupon was refused. `shared/contracts/error-codes.ts` holds each with its HTTP status. */
export const refusalCodes = [
  'not_started',
  'expired',
  'outside_hours',
  'archived',
  'paused',
  'wrong_channel',
  'wrong_location',
  'min_spend',
  'max_spend',
  'min_quantity',
  'no_matching_items',
  'customer_required',
  'wrong_segment',
  'wrong_email_domain',
  'not_first_purchase',
  'wrong_purchase_count',
  'wrong_attribute',
  'exhausted',
  'customer_limit',
  'location_limit',
  'day_limit',
  'operator_limit',
  'budget_exhausted',
  'not_combinable',
  'superseded',
  'currency_mismatch',
  'no_discount',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** What the customer or the cashier can do about it; the UI has a sentence for each. */
export type NextStep =
  | 'spend_more'
  | 'spend_less'
  | 'add_units'
  | 'add_items'
  | 'come_back'
  | 'use_elsewhere'
  | 'identify_customer'
  | 'remove_other'
  | 'ask_manager'
  | 'none';

/** Amounts in minor units, instants in UTC milliseconds, names. */
export type Params = Readonly<Record<string, string | number | boolean>>;

export type EngineRefusal = {
  readonly code: RefusalCode;
  readonly params: Params;
  readonly nextStep: NextStep;
};

/** One judged condition, in the order of judging, with the facts that it saw. */
export type TraceStep = { readonly check: string; readonly ok: boolean; readonly facts: Params };

/** `units` units after one another on a line, each with this share. */
export type UnitRun = { readonly units: number; readonly amountMinor: number };

export type LineDiscount = {
  readonly lineId: string;
  readonly amountMinor: number;
  /** Covers the units of the line in their order; units × amount sums to `amountMinor`. */
  readonly units: readonly UnitRun[];
};

export type ShippingDiscount = { readonly shippingId: string; readonly amountMinor: number };

type DecisionHead = {
  readonly offerId: string;
  readonly offerVersion: number;
  /** Absent for automatic offers. */
  readonly couponId?: string | undefined;
  readonly code?: string | undefined;
  readonly trace: readonly TraceStep[];
};

export type AcceptedDecision = DecisionHead & {
  readonly outcome: 'accepted';
  readonly discountMinor: number;
  /** Booked as a payment by this party instead of a price reduction. */
  readonly tender: boolean;
  readonly taxTreatment: 'before_tax' | 'after_tax';
  readonly lines: readonly LineDiscount[];
  readonly shipping: readonly ShippingDiscount[];
};

export type RefusedDecision = DecisionHead & {
  readonly outcome: 'refused';
  readonly refusal: EngineRefusal;
};

export type Decision = AcceptedDecision | RefusedDecision;

export type LineTotal = {
  readonly lineId: string;
  /** Quantity times price, as in the basket. */
  readonly subtotalMinor: number;
  /** All offers, tender excluded. */
  readonly discountMinor: number;
  readonly tenderMinor: number;
  /** Subtotal less discount, in the basket's tax mode. */
  readonly totalMinor: number;
  readonly taxMinor: number;
};

export type TaxTotal = { readonly ratePpm: number; readonly netMinor: number; readonly taxMinor: number };

export type Totals = {
  readonly subtotalMinor: number;
  readonly shippingMinor: number;
  /** On goods. */
  readonly discountMinor: number;
  readonly shippingDiscountMinor: number;
  /** Paid by manufacturers. */
  readonly tenderMinor: number;
  readonly netMinor: number;
  readonly taxMinor: number;
  readonly grossMinor: number;
  /** What the customer pays: gross less tender and less discounts after tax. */
  readonly payableMinor: number;
  readonly lines: readonly LineTotal[];
  readonly taxes: readonly TaxTotal[];
};

export type Search = {
  /** Every allowed combination was compared, or the bounded search stopped at its limit. */
  readonly mode: 'exact' | 'bounded';
  readonly combinations: number;
};

export type Evaluation = {
  /** Presented coupons in the order given, then automatic offers that applied or lost to a better one. */
  readonly decisions: readonly Decision[];
  readonly totals: Totals;
  readonly search: Search;
};
