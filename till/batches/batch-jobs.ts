import type { BatchJobRow } from '../../db/queries/batch-jobs.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Outcome, SignedIn } from '../handlers.ts';
import { endHoldsOfBatch } from '../redemption/holds.ts';
import type { Services } from '../services.ts';
import { announceCodes } from './announce-codes.ts';
import type { GivenCodes, Job } from './batch-job.ts';
import { insertCodes } from './insert-codes.ts';
import { createPace, type Pace } from './pace.ts';
import { removeCodes } from './remove-codes.ts';

export type BatchJobs = {
  /** After its rows were written. `given`: for an import. */
  begin(batchId: string, given?: GivenCodes): Promise<void>;
  cancel(by: SignedIn, batchId: string, why: 'cancelled' | 'undone'): Promise<Outcome<void>>;
  resume(batchId: string): Outcome<void>;
  /** Of a batch that is not live. */
  progress(job: BatchJobRow, count: number): BatchProgress;
  /** Set by the room of imports. */
  onImport(room: ImportRoom): void;
  start(): void;
  stop(): Promise<void>;
};

export type BatchProgress = {
  readonly done: number;
  readonly outOf: number;
  readonly etaMs?: number;
  readonly stopped?: string;
};

type ImportRoom = {
  /** Codes that are to be read from a file again before an import goes on. */
  read(batchId: string): Promise<GivenCodes | undefined>;
  /** All of its codes are valid: its file is of no use any more. */
  done(batchId: string): void;
  /** Its codes are being taken out: neither. */
  ended(batchId: string): void;
};

type Running = { readonly pace: Pace; halted: boolean; done: Promise<void> };

/**
 * Batches that are too large for one transaction are made in slices, one at a time each: a scan waits for one slice at
 * most. First all coupons are inserted, then the events tell of them, and with the last event the batch is live.
 * Everything that a job knows is in the ledger, so that it goes on after a crash where it was.
 */
export function createBatchJobs(services: Services): BatchJobs {
  const { store, pushes, ports } = services;
  const running = new Map<string, Running>();
  /** What could not be written down, because the disk itself is the reason. */
  const stopped = new Map<string, string>();
  let imports: ImportRoom = { read: async () => undefined, done() {}, ended() {} };
  let closing = false;

  function run(batchId: string, given: GivenCodes | undefined): Promise<void> {
    const before = running.get(batchId);
    if (before) return before.done;
    stopped.delete(batchId);
    const pace = createPace(ports.clock, () => pushes.send({ topic: 'work.progress' }));
    const entry: Running = { pace, halted: false, done: Promise.resolve() };
    running.set(batchId, entry);
    entry.done = work(batchId, given, entry)
      .catch((error: unknown) => halt(batchId, error))
      .finally(() => {
        running.delete(batchId);
        if (!closing) pushes.send({ topic: 'catalogue.changed' });
      });
    return entry.done;
  }

  async function work(batchId: string, given: GivenCodes | undefined, entry: Running): Promise<void> {
    const batch = store.read.batches.byId(batchId);
    assert(batch, 'a job has its batch');
    const isHalted = () => entry.halted || closing;
    const row = store.read.batchJobs.of(batchId);
    assert(row, 'the job was written first');
    if (row.state === 'removing') return removeCodes(services, { batch, pace: entry.pace, isHalted, given });
    const source = row.kind === 'import' ? (given ?? (await imports.read(batchId))) : undefined;
    if (row.kind === 'import' && !source) return halt(batchId, undefined);
    const job: Job = { batch, pace: entry.pace, isHalted, given: source };
    const made = await insertCodes(services, job);
    if (isHalted() || !made) return;
    if (!made.complete) {
      store.transact((tx) => tx.write.batchJobs.stop(batchId, 'conflict'));
      return;
    }
    await announceCodes(services, job, made);
    if (row.kind === 'import' && store.read.batchJobs.of(batchId)?.state === 'live') imports.done(batchId);
  }

  /** It stands still until somebody resumes it, and says why. */
  function halt(batchId: string, error: unknown): void {
    const fault = error === undefined ? undefined : services.storageFault(error);
    const why = error === undefined ? 'not_found' : (fault?.code ?? 'internal');
    ports.logger.error('a batch stands still', {
      code: why,
      error: error instanceof Error ? (error.stack ?? error.message) : undefined,
    });
    stopped.set(batchId, why);
    if (closing || fault) return;
    store.transact((tx) => tx.write.batchJobs.stop(batchId, why));
  }

  return {
    begin: run,

    async cancel(by, batchId, why) {
      const entry = running.get(batchId);
      if (entry) {
        entry.halted = true;
        await entry.done;
      }
      const batch = store.read.batches.byId(batchId);
      const job = store.read.batchJobs.of(batchId);
      if (!batch || !job) return err(refusal('not_found', { what: 'batch' }));
      const mayEnd = why === 'undone' ? job.kind === 'import' : job.state !== 'live';
      if (!mayEnd || job.state === 'withdrawn')
        return err(refusal('conflict', { why: 'the batch is complete' }));
      if (job.state !== 'removing') {
        const uses = store.read.redemptions.count(batch.offerId, 'batch', batchId)?.uses ?? 0;
        if (uses > 0) return err(refusal('conflict', { why: 'codes of it were redeemed', uses }));
        store.transact((tx) => {
          endHoldsOfBatch(tx, batchId, services.stamp(by));
          tx.append('batch.withdrawn', { batchId, offerId: batch.offerId, why }, services.stamp(by));
          tx.write.batchJobs.advance(batchId, 'removing', 0);
        });
        if (job.kind === 'import') imports.ended(batchId);
      }
      void run(batchId, undefined);
      return ok(undefined);
    },

    resume(batchId) {
      const job = store.read.batchJobs.of(batchId);
      if (!job) return err(refusal('not_found', { what: 'batch' }));
      if (job.state === 'live' || job.state === 'withdrawn')
        return err(refusal('conflict', { why: 'nothing is left to do' }));
      store.transact((tx) => tx.write.batchJobs.advance(batchId, job.state, job.made));
      void run(batchId, undefined);
      return ok(undefined);
    },

    progress(job, count) {
      const done = job.state === 'announcing' ? count + job.made : job.made;
      const outOf = job.state === 'removing' ? count : 2 * count;
      const why = stopped.get(job.batchId) ?? job.stopped ?? undefined;
      const etaMs = running.get(job.batchId)?.pace.etaMs(outOf - done);
      return {
        done: Math.min(done, outOf),
        outOf,
        ...(etaMs === undefined ? {} : { etaMs }),
        ...(why === undefined ? {} : { stopped: why }),
      };
    },

    onImport(room) {
      imports = room;
    },

    start() {
      for (const { batchId, stopped: why } of store.read.batchJobs.open())
        if (why === null) void run(batchId, undefined);
    },

    async stop() {
      closing = true;
      await Promise.all([...running.values()].map((entry) => entry.done));
    },
  };
}
