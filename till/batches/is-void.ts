import type { CouponRow } from '../../db/queries/coupons.ts';
import type { Reads } from '../../db/store.ts';

/** Voided by itself, which only the centre does, or with its serials. */
export function isVoid(read: Reads, { status, batchId, serial }: CouponRow): boolean {
  return status === 'void' || (batchId !== null && read.codeRanges.isVoid(batchId, serial));
}

/** Void, or its batch is not live any more. */
export function isWithdrawn(read: Reads, { status, batchId, serial }: CouponRow): boolean {
  return status === 'void' || (batchId !== null && read.codeRanges.isWithdrawn(batchId, serial));
}
