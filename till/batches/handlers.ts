import type { z } from 'zod';
import type { BatchJobRow } from '../../db/queries/batch-jobs.ts';
import type { BatchRow } from '../../db/queries/coupons.ts';
import type { Reads } from '../../db/store.ts';
import { displayCode } from '../../shared/codes/display-code.ts';
import { isErrorCode } from '../../shared/contracts/error-codes.ts';
import { batchFormatSchema, type batchSchema } from '../../shared/contracts/operations/batches.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { type Feature, type Outcome, signedIn } from '../handlers.ts';
import { termsOf } from '../offers/terms.ts';
import { cutPage, newestCursor, readNewestCursor, readNumberCursor } from '../paging.ts';
import type { Services } from '../services.ts';
import type { BatchJobs } from './batch-jobs.ts';
import { setSerials, shownRanges } from './code-ranges.ts';
import { codeStatus } from './code-status.ts';
import { createBatch } from './create-batch.ts';

export function batchesFeature(services: Services, jobs: BatchJobs): Feature {
  const { read } = services.store;
  const shown = (batchId: string): Outcome<ShownBatch> => {
    const row = read.batches.byId(batchId);
    return row ? ok(shownBatch(read, jobs, row)) : err(refusal('not_found', { what: 'batch' }));
  };
  return {
    start: () => jobs.start(),
    stop: () => jobs.stop(),
    handlers: {
      'batches.create'(call, input) {
        const made = createBatch(services, signedIn(call), input);
        if (!made.ok) return made;
        const { batch, isNew } = made.value;
        if (isNew && read.batchJobs.of(batch.id)) void jobs.begin(batch.id);
        services.pushes.send({ topic: 'catalogue.changed' });
        return shown(batch.id);
      },

      async 'batches.cancel'(call, { batchId }) {
        const cancelled = await jobs.cancel(signedIn(call), batchId, 'cancelled');
        return cancelled.ok ? shown(batchId) : cancelled;
      },

      'batches.resume'(_call, { batchId }) {
        const resumed = jobs.resume(batchId);
        return resumed.ok ? shown(batchId) : resumed;
      },

      'batches.setSerials'(call, input) {
        const set = setSerials(services, signedIn(call), input);
        if (!set.ok) return set;
        services.pushes.send({ topic: 'catalogue.changed' });
        return ok({ codes: set.value, ranges: shownRanges(read, input.batchId) });
      },

      'batches.ranges'(_call, { batchId }) {
        if (!read.batches.byId(batchId)) return err(refusal('not_found', { what: 'batch' }));
        return ok({ ranges: shownRanges(read, batchId) });
      },

      'batches.list'(_call, { cursor, limit, offerId }) {
        const after = readNewestCursor(cursor);
        if (!after.ok) return after;
        const rows = read.batches.newest(after.value, limit + 1, offerId);
        const { page, nextCursor } = cutPage(rows, limit, newestCursor);
        return ok({
          batches: page.map((row) => shownBatch(read, jobs, row)),
          ...(nextCursor === undefined ? {} : { nextCursor }),
        });
      },

      'batches.get': (_call, { batchId }) => shown(batchId),

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
            status: codeStatus(read, row),
          })),
          ...(nextCursor === undefined ? {} : { nextCursor }),
        });
      },
    },
  };
}

type ShownBatch = z.output<typeof batchSchema>;

function shownBatch(read: Reads, jobs: BatchJobs, row: BatchRow): ShownBatch {
  const offer = read.offers.byId(row.offerId);
  const job = read.batchJobs.of(row.id);
  const state = job ? shownState(job.state) : 'live';
  return {
    id: row.id,
    offerId: row.offerId,
    offerName: offer ? termsOf(offer).name : '',
    name: row.name,
    format: batchFormatSchema.parse(row.format),
    count: row.count,
    redeemed: redeemedOf(read, row),
    createdAt: row.createdAt,
    createdBy: row.createdBy,
    origin: row.origin,
    state,
    signed: read.tokens.ofBatch(row.id).length > 0,
    ...(job && (state === 'making' || state === 'removing')
      ? { progress: shownProgress(jobs, job, row) }
      : {}),
  };
}

function shownProgress(jobs: BatchJobs, job: BatchJobRow, { count }: BatchRow): ShownBatch['progress'] {
  const { stopped, ...rest } = jobs.progress(job, count);
  if (stopped === undefined) return rest;
  return { ...rest, stopped: isErrorCode(stopped) ? stopped : 'internal' };
}

function shownState(state: BatchJobRow['state']): ShownBatch['state'] {
  return state === 'inserting' || state === 'announcing' ? 'making' : state;
}

/** Codes of one use each, so their uses are the codes redeemed: here, and elsewhere as far as the centre told. */
function redeemedOf(read: Reads, { offerId, id }: BatchRow): number {
  const uses = (scope: 'batch' | 'batch_elsewhere') => read.redemptions.count(offerId, scope, id)?.uses ?? 0;
  return uses('batch') + uses('batch_elsewhere');
}
