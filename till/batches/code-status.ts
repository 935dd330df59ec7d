import type { CouponRow } from '../../db/queries/coupons.ts';
import type { Reads } from '../../db/store.ts';
import { isVoid } from './is-void.ts';

/** As people read it: a code that was redeemed stays so, whatever was withdrawn afterwards. */
export function codeStatus(read: Reads, row: CouponRow): 'live' | 'redeemed' | 'void' {
  if (row.maxUses !== null && row.used + row.usedElsewhere >= row.maxUses) return 'redeemed';
  return isVoid(read, row) ? 'void' : 'live';
}
