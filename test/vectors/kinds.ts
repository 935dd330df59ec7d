import type { Kind } from './case-file.ts';
import * as calculators from './kinds/calculators.ts';
import { codeKinds } from './kinds/codes.ts';
import * as currency from './kinds/currency.ts';
import { discount } from './kinds/discount.ts';
import { gs1Kinds } from './kinds/gs1.ts';
import { lifecycleKind, storedValueApplyKind, validityWindowKind } from './kinds/lifecycle.ts';
import * as money from './kinds/money.ts';
import { signatureKinds } from './kinds/signatures.ts';

/** What judges each kind of case. A new kind: its function and its line here. */
export const kinds: Readonly<Record<string, Kind | undefined>> = {
  discount,
  allocate: money.allocateKind,
  split: money.splitKind,
  split_equal: money.splitKind,
  distribute: money.distributeKind,
  distribute_with_floor: money.distributeWithFloorKind,
  share: money.shareKind,
  round: money.roundKind,
  divide_round: money.divideRoundKind,
  currency: currency.currencyKind,
  decimal_parse: currency.decimalParseKind,
  decimal_format: currency.decimalFormatKind,
  percent_of: calculators.percentOfKind,
  percent_price: calculators.percentPriceKind,
  fixed_line: calculators.fixedLineKind,
  threshold_price: calculators.thresholdPriceKind,
  tiered_fixed: calculators.tieredFixedKind,
  tiered_percent: calculators.tieredPercentKind,
  tiered_percent_by_qty: calculators.tieredPercentByQtyKind,
  first_plus_additional: calculators.firstPlusAdditionalKind,
  quantity_groups: calculators.quantityGroupsKind,
  split_subtotal_shipping: calculators.splitSubtotalShippingKind,
  voucher_value: calculators.voucherValueKind,
  eligibility: calculators.eligibilityKind,
  tax: calculators.taxKind,
  totals: calculators.totalsKind,
  lifecycle: lifecycleKind,
  validity_window: validityWindowKind,
  stored_value_apply: storedValueApplyKind,
  ...codeKinds,
  ...gs1Kinds,
  ...signatureKinds,
};
