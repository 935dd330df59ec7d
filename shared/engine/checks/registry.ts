import type { Check } from './check.ts';
import { currency } from './currency.ts';
import {
  budget,
  campaignLimit,
  codeLimit,
  customerLimit,
  dayLimit,
  locationLimit,
  operatorLimit,
  totalLimit,
} from './limits.ts';
import { status } from './status.ts';
import { validity } from './validity.ts';

/** Judged before the offer's own conditions: what no customer can change. */
export const checksBefore: readonly Check[] = [status, currency, validity];

/** Judged after them: who does not qualify need not hear about counts. */
export const checksAfter: readonly Check[] = [
  totalLimit,
  codeLimit,
  campaignLimit,
  customerLimit,
  locationLimit,
  dayLimit,
  operatorLimit,
  budget,
];
