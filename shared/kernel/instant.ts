import { assert } from './assert.ts';
import type { Brand } from './brand.ts';

/** A point in time: UTC milliseconds since 1970. Zones are applied only where people read it. */
export type Instant = Brand<number, 'Instant'>;

/** The largest instant that a JavaScript `Date` can carry (ECMA-262, time values). */
const MAX_INSTANT = 8_640_000_000_000_000;

export function instant(epochMs: number): Instant {
  assert(Number.isSafeInteger(epochMs) && Math.abs(epochMs) <= MAX_INSTANT, `not an instant: ${epochMs}`);
  return epochMs as Instant;
}

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
