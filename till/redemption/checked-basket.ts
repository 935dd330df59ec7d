import type { Channel } from '../../shared/contracts/common.ts';
import type { CheckResult } from '../../shared/contracts/operations/redemption.ts';
import type { ShippingDiscount, UnitRun } from '../../shared/engine/types.ts';
import type { CustomerIdentifier } from '../customers.ts';
import type { SaleRecord } from './recorded-sale.ts';
import type { Vouch } from './vouch.ts';

/** A basket as it was last judged: what a confirmation will commit. Plain JSON. */
export type CheckedBasket = {
  readonly basketId: string;
  readonly checkedAt: number;
  readonly channel: Channel;
  readonly customer?: CustomerIdentifier;
  /** Where they were known already: a correction since then is theirs. */
  readonly customerId?: string;
  readonly coupons: readonly AcceptedCoupon[];
  readonly result: CheckResult;
  /** What a refund will need. */
  readonly sale: SaleRecord;
  /** Codes as entered, with the refusal that each got: the same one again is no new attempt. */
  readonly refused: readonly string[];
  /** A manager vouched for accepting at risk beyond the offer's bounds. */
  readonly vouch?: Vouch;
};

export type AcceptedCoupon = {
  readonly couponId: string;
  /** As printed; empty for an automatic offer. */
  readonly code: string;
  readonly offerId: string;
  readonly offerVersion: number;
  readonly offerName: string;
  readonly discountMinor: number;
  readonly shares: Shares;
  /** Its use is held by the basket; absent where nothing is limited. */
  readonly reservationId?: string;
  readonly atRisk: boolean;
};

/** Who got which part of a discount, line by line and unit by unit. */
export type Shares = {
  readonly lines: readonly {
    readonly id: string;
    readonly sku: string;
    readonly units: readonly UnitRun[];
  }[];
  readonly shipping: readonly { readonly id: ShippingDiscount['shippingId']; readonly amountMinor: number }[];
};
