import type { z } from 'zod';
import type { Reads } from '../../db/store.ts';
import type { batchOperations } from '../../shared/contracts/operations/batches.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Outcome, SignedIn } from '../handlers.ts';
import type { Services } from '../services.ts';
import { voidCodesChanged } from '../tokens/keys.ts';

type SetSerials = z.output<(typeof batchOperations)['batches.setSerials']['input']>;
type ShownRanges = z.output<(typeof batchOperations)['batches.ranges']['output']>['ranges'];

/** Looking up a code reads the newest range that holds it; more would be a list that nobody can survey. */
const MAX_RANGES = 1_000;

/** Voids serials, or makes them valid again: in one step, however many they are. @returns how many codes it concerns */
export function setSerials(services: Services, by: SignedIn, input: SetSerials): Outcome<number> {
  const { batchId, firstSerial, lastSerial, status, reason } = input;
  return services.store.transact((tx): Outcome<number> => {
    const batch = tx.read.batches.byId(batchId);
    if (!batch) return err(refusal('not_found', { what: 'batch' }));
    if (tx.read.batchJobs.isUnfinished(batchId))
      return err(refusal('conflict', { why: 'the batch is not live' }));
    if (firstSerial > lastSerial || lastSerial > batch.count)
      return err(refusal('invalid_input', { max: batch.count }, 'lastSerial'));
    if (tx.read.codeRanges.ofBatch(batchId).length >= MAX_RANGES)
      return err(refusal('conflict', { why: 'too many ranges', max: MAX_RANGES }));
    const { offerId } = batch;
    const stamp = services.stamp(by);
    const range = { batchId, firstSerial, lastSerial, status, reason };
    const seq = tx.append('codes.statusSet', { ...range, offerId }, stamp);
    tx.write.codeRanges.insert({ ...range, seq, at: stamp.at, operatorId: by.operatorId });
    voidCodesChanged(tx, batchId);
    return ok(lastSerial - firstSerial + 1);
  });
}

export function shownRanges(read: Reads, batchId: string): ShownRanges {
  return read.codeRanges
    .ofBatch(batchId)
    .map(({ firstSerial, lastSerial, status, reason, at, operatorId }) => ({
      firstSerial,
      lastSerial,
      status,
      reason,
      at,
      by: read.operators.byId(operatorId)?.name ?? '',
    }));
}
