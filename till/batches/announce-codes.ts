import type { Tx } from '../../db/store.ts';
import { MAX_CODES_PER_EVENT } from '../../shared/contracts/ledger-events.ts';
import { assert } from '../../shared/kernel/assert.ts';
import type { Services } from '../services.ts';
import type { Job } from './batch-job.ts';
import { ID_BYTES, type MadeCodes, USES_PER_CODE } from './insert-codes.ts';

/** Tells of the codes in the order of their serials. With the last event the batch is live: all of it, or nothing. */
export async function announceCodes(services: Services, job: Job, made: MadeCodes): Promise<void> {
  const { store } = services;
  const { batch, pace } = job;
  const row = store.read.batchJobs.of(batch.id);
  assert(row, 'the job was written first');
  const stamp = () => ({ at: services.clock.now(), operatorId: row.operatorId, till: row.tillName });
  let next = row.state === 'announcing' ? row.made : 0;
  while (next < batch.count && !job.isHalted()) {
    await pace.slice(() => {
      const end = Math.min(batch.count, next + pace.size());
      store.transact((tx) => {
        for (let first = next; first < end; ) first = announceSome(tx, job, made, first, end, stamp());
        tx.write.batchJobs.advance(batch.id, 'announcing', end);
        if (end < batch.count) return;
        const { id: batchId, offerId, count } = batch;
        tx.append('batch.completed', { batchId, offerId, count }, stamp());
        tx.write.batchJobs.end(batchId, 'live', services.clock.now());
      });
      const told = end - next;
      next = end;
      return told;
    });
  }
}

/** One event holds codes that may be used equally often. @returns the index after its last one */
function announceSome(
  tx: Tx,
  { batch, given }: Job,
  made: MadeCodes,
  first: number,
  end: number,
  stamp: Parameters<Tx['append']>[2],
): number {
  const usesAt = (index: number) => (given ? given.maxUses(index) : USES_PER_CODE);
  const uses = usesAt(first);
  let after = first + 1;
  while (after < end && after - first < MAX_CODES_PER_EVENT && usesAt(after) === uses) after++;
  const ids = Array.from({ length: after - first }, (_, i) => idAt(made.ids, first + i));
  const codes = made.codes.slice(first, after).map((code) => {
    assert(code !== undefined, 'every serial has its code by now');
    return code;
  });
  const { id: batchId, offerId } = batch;
  tx.append(
    'codes.added',
    { offerId, batchId, ids, codes, firstSerial: first + 1, ...(uses === null ? {} : { usesPerCode: uses }) },
    stamp,
  );
  tx.write.coupons.keepSerials(batchId, first + 1, ids);
  return after;
}

function idAt(ids: Uint8Array, index: number): string {
  const hex = Buffer.from(ids.buffer, ids.byteOffset + index * ID_BYTES, ID_BYTES).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
