import { MAX_CODES_PER_CHANGE } from '../../shared/contracts/sync.ts';
import { type Announcement, announce } from '../feed/announce.ts';
import type { Db } from '../store/db.ts';

/** Tells the locations of a batch that is complete: itself, and its codes in runs that fit one change. */
export async function announceBatch(
  tx: Db,
  batch: {
    readonly id: string;
    readonly offerId: string;
    readonly count: number;
    readonly locationId: string | null;
  },
): Promise<void> {
  const { id: batchId, offerId, count, locationId } = batch;
  const codes: Announcement[] = [];
  for (let firstSerial = 1; firstSerial <= count; firstSerial += MAX_CODES_PER_CHANGE) {
    const lastSerial = Math.min(firstSerial + MAX_CODES_PER_CHANGE - 1, count);
    codes.push({ kind: 'codes', ref: offerId, batchId, firstSerial, lastSerial, locationId });
  }
  await announce(tx, [{ kind: 'batch', ref: batchId, locationId }, ...codes]);
}
