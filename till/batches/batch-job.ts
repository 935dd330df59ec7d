import type { BatchRow } from '../../db/queries/coupons.ts';
import type { CodeFormat } from '../../shared/codes/format.ts';
import { batchFormatSchema } from '../../shared/contracts/operations/batches.ts';
import { assert } from '../../shared/kernel/assert.ts';
import type { Pace } from './pace.ts';

/** What a job works with: its codes by serial, and when to let go. */
export type Job = {
  readonly batch: BatchRow;
  readonly pace: Pace;
  /** Someone wants it to end, or the core closes. */
  isHalted(): boolean;
  /** Codes that a file gave, with the uses of each; absent: drawn from the seed. */
  readonly given: GivenCodes | undefined;
};

/** By serial, counting from 0. `maxUses` null: as often as the offer allows. */
export type GivenCodes = { readonly codes: readonly string[]; maxUses(index: number): number | null };

export function generatedFormat(batch: BatchRow): CodeFormat {
  const format = batchFormatSchema.parse(batch.format);
  assert(format.kind !== 'imported', 'codes that came from elsewhere are not drawn');
  return format;
}
