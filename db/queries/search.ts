import { sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { attempts, batches, coupons, customers } from '../schema.ts';
import { bound } from './equals.ts';
import type { AttemptRow } from './events.ts';

const { placeholder } = sql;

/** Sorts behind every character of a code. */
const AFTER_ALL = '\u{10FFFF}';

export function searchReads(db: Drizzle) {
  const codesFrom = db
    .select()
    .from(coupons)
    .where(sql`${coupons.code} >= ${placeholder('from')} AND ${coupons.code} < ${placeholder('to')}`)
    .orderBy(coupons.code)
    .limit(placeholder('limit'))
    .prepare();
  const batchesNamed = db
    .select()
    .from(batches)
    .where(sql`instr(lower(${batches.name}), ${placeholder('text')}) > 0`)
    .orderBy(sql`${batches.createdAt} DESC`)
    .limit(placeholder('limit'))
    .prepare();
  const customersNamed = db
    .select()
    .from(customers)
    .where(
      sql`${customers.value} IS NOT NULL AND instr(lower(${customers.value}), ${placeholder('text')}) > 0`,
    )
    .limit(placeholder('limit'))
    .prepare();
  const attemptsOnCoupon = db
    .select()
    .from(attempts)
    .where(sql`${attempts.couponId} = ${bound(attempts.couponId, 'couponId')}`)
    .orderBy(sql`${attempts.seq} DESC`)
    .limit(placeholder('limit'))
    .prepare();
  return {
    /** Codes that begin with a canonical text. */
    codesFrom: (text: string, limit: number) => codesFrom.all({ from: text, to: text + AFTER_ALL, limit }),
    /** `text` in lower case, anywhere in the name. */
    batchesNamed: (text: string, limit: number) => batchesNamed.all({ text, limit }),
    customersNamed: (text: string, limit: number) => customersNamed.all({ text, limit }),
    attemptsOnCoupon: (couponId: string, limit: number): AttemptRow[] =>
      attemptsOnCoupon.all({ couponId, limit }),
  };
}
