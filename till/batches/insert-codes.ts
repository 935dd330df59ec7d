import type { CodeToInsert } from '../../db/queries/coupons.ts';
import type { Services } from '../services.ts';
import { generatedFormat, type Job } from './batch-job.ts';
import { BLOCK, drawBlock } from './draw-codes.ts';
import { type SortedCodes, sortedCodes } from './sorted-codes.ts';

export const USES_PER_CODE = 1;

/** The coupons of a batch by serial, counting from 0. */
export type MadeCodes = {
  readonly codes: readonly (string | undefined)[];
  /** Coupon ids, 16 bytes each. */
  readonly ids: Uint8Array;
  /** Every serial has its coupon. */
  readonly complete: boolean;
};

export const ID_BYTES = 16;
const ROWS_PER_SCAN = 1_000;
/** With at most half of a space taken, each attempt leaves at most half of the codes: 64 leave none of them. */
const MAX_ATTEMPTS = 64;

type Codes = { codes: (string | undefined)[]; ids: Buffer; left: number };

/** @returns undefined when it was halted */
export async function insertCodes(services: Services, job: Job): Promise<MadeCodes | undefined> {
  const { count } = job.batch;
  const made: Codes = { codes: new Array(count), ids: Buffer.alloc(count * ID_BYTES), left: count };
  await findInserted(services, job, made);
  const attempts = job.given ? 1 : MAX_ATTEMPTS;
  for (let attempt = 0; attempt < attempts && made.left > 0 && !job.isHalted(); attempt++) {
    const drawn = await drawMissing(services, job, made, attempt);
    await insertSorted(services, job, made, drawn);
  }
  return job.isHalted() ? undefined : { ...made, complete: made.left === 0 };
}

/** What an earlier run of the same job has done. */
async function findInserted({ store }: Services, job: Job, made: Codes): Promise<void> {
  const row = store.read.batchJobs.of(job.batch.id);
  const newest = store.read.batchJobs.newestRow();
  if (!row || row.made === 0) return;
  for (let from = row.firstRow; from <= newest && !job.isHalted(); from += ROWS_PER_SCAN) {
    await job.pace.slice(() => {
      for (const { id, code, serial } of store.read.batchJobs.madeBetween(
        job.batch.id,
        from,
        from + ROWS_PER_SCAN,
      )) {
        keep(made, serial, id, code);
      }
      return 0;
    });
  }
}

function keep(made: Codes, serial: number, id: string, code: string): void {
  made.codes[serial - 1] = code;
  made.ids.write(id.replaceAll('-', ''), (serial - 1) * ID_BYTES, 'hex');
  made.left -= 1;
}

async function drawMissing(
  { store }: Services,
  job: Job,
  made: Codes,
  attempt: number,
): Promise<SortedCodes> {
  const drawn = sortedCodes();
  const { batch, given } = job;
  const seed = store.read.batchJobs.of(batch.id)?.seed ?? new Uint8Array();
  const format = given ? undefined : generatedFormat(batch);
  for (let block = 0; block * BLOCK < batch.count && !job.isHalted(); block++) {
    const first = block * BLOCK;
    const end = Math.min(first + BLOCK, batch.count);
    if (!isMissing(made, first, end)) continue;
    await job.pace.slice(() => {
      const codes = format ? drawBlock(format, seed, attempt, block) : given?.codes.slice(first, end);
      for (let index = first; index < end; index++) {
        const code = codes?.[index - first];
        if (code !== undefined && made.codes[index] === undefined) drawn.add(code, index + 1);
      }
      return 0;
    });
  }
  return drawn;
}

function isMissing(made: Codes, first: number, end: number): boolean {
  for (let index = first; index < end; index++) if (made.codes[index] === undefined) return true;
  return false;
}

async function insertSorted(services: Services, job: Job, made: Codes, drawn: SortedCodes): Promise<void> {
  const { store } = services;
  const { batch, given, pace } = job;
  for (let done = false; !done && !job.isHalted(); ) {
    const part = drawn.take(pace.size());
    done = part.length === 0;
    if (done) break;
    const rows = part.map(
      ({ code, serial }): CodeToInsert => [
        services.newId(),
        code,
        serial,
        given ? given.maxUses(serial - 1) : USES_PER_CODE,
      ],
    );
    await pace.slice(() => {
      const inserted = store.transact((tx) => {
        const added = tx.write.coupons.insertMany(
          { offerId: batch.offerId, batchId: batch.id, home: 'here', issuedAt: batch.createdAt },
          rows,
        );
        // A code that exists already is drawn again with the next attempt.
        const kept = added === rows.length ? rows : rows.filter(([id]) => tx.read.coupons.byId(id));
        tx.write.batchJobs.advance(batch.id, 'inserting', batch.count - made.left + kept.length);
        return kept;
      });
      for (const [id, code, serial] of inserted) keep(made, serial, id, code);
      return inserted.length;
    });
  }
}
