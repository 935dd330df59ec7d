import { MINUTE_MS, SECOND_MS } from '../../shared/kernel/instant.ts';
import type { Random } from '../ports.ts';

const FIRST_RETRY_MS = SECOND_MS;
const LONGEST_RETRY_MS = MINUTE_MS;
/** A quiet till asks for news this often. */
const IDLE_MS = 15 * SECOND_MS;

/**
 * How long to wait after the n-th failure in a row; 0 failures: until the next look. Half of it is drawn at random, so
 * that a hundred tills do not come back together when the centre does.
 */
export function nextDelayMs(failures: number, random: Random): number {
  const longest =
    failures === 0 ? IDLE_MS : Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10), LONGEST_RETRY_MS);
  const [a = 0, b = 0] = random.bytes(2);
  return Math.round(longest / 2 + (longest / 2) * ((a * 256 + b) / 65_535));
}
