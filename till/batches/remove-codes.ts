import type { Services } from '../services.ts';
import type { Job } from './batch-job.ts';

const ROWS_PER_SLICE = 500;

/** Takes the codes of a batch that was withdrawn out of the ledger, so that they may come again with another one. */
export async function removeCodes({ store, clock }: Services, { batch, pace, isHalted }: Job): Promise<void> {
  const row = store.read.batchJobs.of(batch.id);
  const newest = store.read.batchJobs.newestRow();
  let removed = row?.made ?? 0;
  for (let from = row?.firstRow ?? 0; from <= newest && !isHalted(); from += ROWS_PER_SLICE) {
    await pace.slice(() => {
      const some = store.transact((tx) => {
        const count = tx.write.batchJobs.removeBetween(batch.id, from, from + ROWS_PER_SLICE);
        tx.write.batchJobs.advance(batch.id, 'removing', removed + count);
        return count;
      });
      removed += some;
      return some;
    });
  }
  if (isHalted()) return;
  store.transact((tx) => tx.write.batchJobs.end(batch.id, 'withdrawn', clock.now()));
}
