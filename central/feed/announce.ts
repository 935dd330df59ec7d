import type { Db } from '../store/db.ts';
import { changes } from '../store/schema.ts';

/** What happened, by reference: the feed reads the state of the thing when it is pulled, so it is never stale. */
export type Announcement = {
  /** `null`: every location. */
  readonly locationId: string | null;
} & (
  | {
      readonly kind: 'offer' | 'batch' | 'codeUse' | 'codeHome' | 'lease' | 'budget' | 'incident';
      readonly ref: string;
    }
  | {
      readonly kind: 'codes';
      /** The offer. */
      readonly ref: string;
      readonly batchId: string | null;
      readonly firstSerial: number;
      readonly lastSerial: number;
    }
);

/** Rows in one INSERT: PostgreSQL takes 65,535 parameters. */
const MAX_ROWS_PER_INSERT = 1_000;

/** Writes changes without a position: see `number-changes.ts`. Part of the transaction that made them. */
export async function announce(tx: Db, announcements: readonly Announcement[]): Promise<void> {
  for (let start = 0; start < announcements.length; start += MAX_ROWS_PER_INSERT) {
    await tx.insert(changes).values(
      announcements.slice(start, start + MAX_ROWS_PER_INSERT).map((a) => ({
        locationId: a.locationId,
        kind: a.kind,
        ref: a.ref,
        ...(a.kind === 'codes'
          ? { batchId: a.batchId, firstSerial: a.firstSerial, lastSerial: a.lastSerial }
          : {}),
      })),
    );
  }
}
