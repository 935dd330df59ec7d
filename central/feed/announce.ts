import type { Db } from '../store/db.ts';
import { queryNamed } from '../store/named.ts';

/** What happened, by reference: the feed reads the state of the thing when it is pulled, so it is never stale. */
export type Announcement = {
  /** `null`: every location. */
  readonly locationId: string | null;
} & (
  | {
      readonly kind: 'offer' | 'batch' | 'codeHome' | 'lease' | 'budget' | 'incident' | 'campaign';
      readonly ref: string;
    }
  | {
      readonly kind: 'codeUse';
      readonly ref: string;
      /** The ledger that told of this use: it counts it already, and does not hear of it again. */
      readonly ofLedger?: string;
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

const STATEMENT = `INSERT INTO changes (location_id, kind, ref, batch_id, first_serial, last_serial, of_ledger)
  SELECT "locationId", kind, ref, "batchId", "firstSerial", "lastSerial", "ofLedger"
  FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS ("locationId" uuid, kind text, ref uuid, "batchId" uuid,
    "firstSerial" integer, "lastSerial" integer, "ofLedger" uuid)) WITH ORDINALITY AS told
  ORDER BY ordinality`;

/** Writes changes without a position: see `number-changes.ts`. Part of the transaction that made them. */
export async function announce(tx: Db, announcements: readonly Announcement[]): Promise<void> {
  if (announcements.length > 0) await queryNamed(tx, 'announce', STATEMENT, [JSON.stringify(announcements)]);
}
