import type { Kind } from '../case-file.ts';
import { unsupported } from '../case-file.ts';

const todo: Kind = () => unsupported('x');
export const percentOfKind = todo,
  percentPriceKind = todo,
  fixedLineKind = todo,
  thresholdPriceKind = todo,
  tieredFixedKind = todo,
  tieredPercentKind = todo,
  tieredPercentByQtyKind = todo,
  firstPlusAdditionalKind = todo,
  quantityGroupsKind = todo,
  splitSubtotalShippingKind = todo,
  voucherValueKind = todo,
  eligibilityKind = todo,
  taxKind = todo,
  totalsKind = todo;
