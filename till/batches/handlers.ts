import type { z } from 'zod';
import type { BatchRow, CouponRow } from '../../db/queries/coupons.ts';
import type { Reads } from '../../db/store.ts';
import { displayCode } from '../../shared/codes/display-code.ts';
import { type batchSchema, codeFormatSchema } from '../../shared/contracts/operations/batches.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { type Feature, signedIn } from '../handlers.ts';
import { termsOf } from '../offers/offer-row.ts';
import { cutPage, newestCursor, readNewestCursor, readNumberCursor } from '../paging.ts';
import type { Services } from '../services.ts';
import { createBatch } from './create-batch.ts';

export function batchesFeature(services: Services): Feature {
  const { read } = services.store;
  return {
    handlers: {
      'batches.create'(call, input) {
        const made = createBatch(services, signedIn(call), input);
        if (!made.ok) return made;
        services.pushes.send({ topic: 'catalogue.changed' });
        return ok(shownBatch(read, made.value));
      },

      'batches.list'(_call, { cursor, limit, offerId }) {
        const after = readNewestCursor(cursor);
        if (!after.ok) return after;
        const rows = read.batches.newest(after.value, limit + 1, offerId);
        const { page, nextCursor } = cutPage(rows, limit, newestCursor);
        return ok({
          batches: page.map((row) => shownBatch(read, row)),
          ...(nextCursor === undefined ? {} : { nextCursor }),
        });
      },

      'batches.codes'(_call, { cursor, limit, batchId }) {
        const after = readNumberCursor(cursor, 0);
        if (!after.ok) return after;
        if (!read.batches.byId(batchId)) return err(refusal('not_found', { what: 'batch' }));
        const rows = read.coupons.ofBatch(batchId, after.value, limit + 1);
        const { page, nextCursor } = cutPage(rows, limit, (row) => String(row.serial));
        return ok({
          codes: page.map((row) => ({
            serial: row.serial,
            code: displayCode(row.code),
            status: codeStatus(row),
          })),
          ...(nextCursor === undefined ? {} : { nextCursor }),
        });
      },
    },
  };
}

function shownBatch(read: Reads, row: BatchRow): z.output<typeof batchSchema> {
  const offer = read.offers.byId(row.offerId);
  return {
    id: row.id,
    offerId: row.offerId,
    offerName: offer ? termsOf(offer).name : '',
    name: row.name,
    format: codeFormatSchema.parse(row.format),
    count: row.count,
    redeemed: redeemedOf(read, row),
    createdAt: row.createdAt,
    createdBy: row.createdBy,
    origin: row.origin,
  };
}

/** Codes of one use each, so their uses are the codes redeemed: here, and elsewhere as far as the centre told. */
function redeemedOf(read: Reads, { offerId, id }: BatchRow): number {
  const uses = (scope: 'batch' | 'batch_elsewhere') => read.redemptions.count(offerId, scope, id)?.uses ?? 0;
  return uses('batch') + uses('batch_elsewhere');
}

function codeStatus(row: CouponRow): 'live' | 'redeemed' | 'void' {
  if (row.status === 'void') return 'void';
  return row.maxUses !== null && row.used + row.usedElsewhere >= row.maxUses ? 'redeemed' : 'live';
}
