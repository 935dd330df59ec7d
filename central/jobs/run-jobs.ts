import { randomUUID } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { and, eq, sql } from 'drizzle-orm';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { MINUTE_MS, SECOND_MS } from '../../shared/kernel/instant.ts';
import { type Centre, newId } from '../centre.ts';
import type { Db } from '../store/db.ts';
import { isDiskFull, transact } from '../store/retry.ts';
import { jobs } from '../store/schema.ts';

export type JobRow = typeof jobs.$inferSelect;

/** A process that does not renew its claim for so long is taken for dead, and another one goes on. */
const CLAIM_MS = 30 * SECOND_MS;
const RENEW_MS = CLAIM_MS / 3;
/** Runs that end in a fault without a step forward; then somebody has to look. */
const MAX_ATTEMPTS = 8;
const FIRST_WAIT_MS = SECOND_MS;
const MAX_WAIT_MS = 5 * MINUTE_MS;

/** One run of a job. All it does it does in steps, each of them one transaction that counts only while the claim holds. */
export type JobRun = {
  readonly job: JobRow;
  /**
   * Work, and how far the job is after it, together or not at all. A job that was claimed by another process, or is
   * to be cancelled, ends here, and so does a run when its process shuts down.
   */
  step(work: (tx: Db) => Promise<number>): Promise<number>;
  /** The last step. The job is done with it. */
  finish(work: (tx: Db) => Promise<Readonly<Record<string, string | number>> | undefined>): Promise<void>;
};

export type JobHandler = {
  readonly run: (run: JobRun) => Promise<void>;
  /** Takes back what the steps did, after a cancel or a refusal, in steps of its own that count down to 0. */
  readonly undo?: (run: JobRun) => Promise<void>;
  /** It recurs so long after its last end. */
  readonly everyMs?: number;
};

export type JobHandlers = Readonly<Record<string, JobHandler>>;

/** The job cannot be done, whoever tries again. */
export class JobRefusedError extends Error {
  readonly refusal: Refusal;
  constructor(why: Refusal) {
    super(why.code);
    this.refusal = why;
  }
}

/** Another process has the job now. */
class LostClaimError extends Error {}
class CancelAskedError extends Error {}
class HandedBackError extends Error {}

export type JobRunner = {
  /** Runs one job that is due. @returns its kind, or `undefined`: nothing is due */
  runOne(): Promise<string | undefined>;
  /** Steps that run are waited for; the rest of their jobs is for the next process. */
  handBack(): void;
};

/** Work that recurs has one row, whoever starts first. */
export async function schedule(centre: Centre, handlers: JobHandlers): Promise<void> {
  const now = centre.ports.now();
  const rows = Object.entries(handlers)
    .filter(([, handler]) => handler.everyMs !== undefined)
    .map(([kind]) => ({
      id: newId(centre.ports),
      kind,
      schedule: kind,
      state: 'waiting' as const,
      input: {},
      dueAt: now,
      createdAt: now,
      updatedAt: now,
    }));
  if (rows.length > 0) await centre.db.insert(jobs).values(rows).onConflictDoNothing();
}

/** Claims of a process that was killed end by time; where it was the only one, whoever comes next knows at once. */
export async function endClaims(db: Db): Promise<void> {
  await db.update(jobs).set({ claimedUntil: 0 }).where(eq(jobs.state, 'running'));
}

export async function addJob(
  tx: Db,
  centre: Centre,
  job: { readonly id: string; readonly kind: string; readonly input: unknown; readonly outOf: number },
): Promise<JobRow> {
  const now = centre.ports.now();
  const [row] = await tx
    .insert(jobs)
    .values({ ...job, state: 'waiting', dueAt: now, createdAt: now, updatedAt: now })
    .returning();
  if (row === undefined) throw new Error('an insert returns its row');
  return row;
}

/** Several runners, in one process or many, share the rows: each job is run by one of them at a time. */
export function createJobRunner(
  centre: Centre,
  handlers: JobHandlers,
  onFault: (kind: string, error: unknown) => void = () => {},
): JobRunner {
  const { db, ports } = centre;
  const me = randomUUID();
  let handingBack = false;

  async function claim(): Promise<JobRow | undefined> {
    const now = ports.now();
    const kinds = Object.keys(handlers);
    const [job] = await db
      .update(jobs)
      .set({
        state: 'running',
        claimedBy: me,
        claimedUntil: now + CLAIM_MS,
        runSince: now,
        runFrom: sql`${jobs.done}`,
        attempts: sql`${jobs.attempts} + 1`,
        updatedAt: now,
      })
      .where(
        sql`${jobs.id} = (
          SELECT id FROM jobs
          WHERE kind = ANY (${sql.param(kinds)}::text[])
            AND (state = 'waiting' AND due_at <= ${now} OR state = 'running' AND claimed_until < ${now})
          ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
        )`,
      )
      .returning();
    return job;
  }

  const mine = (id: string) => and(eq(jobs.id, id), eq(jobs.claimedBy, me));

  async function settle(id: string, after: Partial<JobRow>): Promise<void> {
    await db
      .update(jobs)
      .set({ claimedBy: null, claimedUntil: null, updatedAt: ports.now(), ...after })
      .where(mine(id));
  }

  /** `undoing`: a cancel does not end it. */
  function runOf(job: JobRow, undoing: boolean): JobRun {
    let cancelled = job.cancelAsked;
    const check = () => {
      if (handingBack) throw new HandedBackError();
      if (cancelled && !undoing) throw new CancelAskedError();
    };
    async function write(tx: Db, changes: Partial<JobRow>): Promise<void> {
      const now = ports.now();
      const [row] = await tx
        .update(jobs)
        .set({ claimedUntil: now + CLAIM_MS, updatedAt: now, attempts: 0, ...changes })
        .where(mine(job.id))
        .returning({ cancelAsked: jobs.cancelAsked });
      if (row === undefined) throw new LostClaimError();
      cancelled = row.cancelAsked;
    }
    return {
      job,
      async step(work) {
        check();
        const after = await transact(db, async (tx) => {
          const done = await work(tx);
          await write(tx, { done });
          return done;
        });
        // The embedded store works on this very thread, and answers before the next request is even read: steps that
        // follow one another without a break would let nobody else in.
        await breathe();
        return after;
      },
      async finish(work) {
        check();
        await transact(db, async (tx) => {
          const result = await work(tx);
          await write(tx, {
            state: 'done',
            claimedBy: null,
            claimedUntil: null,
            result: result ?? null,
            endedAt: ports.now(),
          });
        });
      },
    };
  }

  async function work(job: JobRow, handler: JobHandler): Promise<void> {
    const now = () => ports.now();
    try {
      if (!job.cancelAsked && job.fault === null) {
        await handler.run(runOf(job, false));
        if (handler.everyMs !== undefined)
          await settle(job.id, { state: 'waiting', dueAt: now() + handler.everyMs, attempts: 0 });
        return;
      }
    } catch (error) {
      if (error instanceof JobRefusedError) {
        // Written first: a process that is killed while it undoes leaves word of why.
        await db.update(jobs).set({ fault: error.refusal }).where(mine(job.id));
        return undo({ ...job, fault: error.refusal }, handler);
      }
      if (!(error instanceof CancelAskedError)) throw error;
    }
    await undo(job, handler);
  }

  async function undo(job: JobRow, handler: JobHandler): Promise<void> {
    const [present] = await db.select().from(jobs).where(mine(job.id));
    if (present === undefined) throw new LostClaimError();
    await handler.undo?.(runOf(present, true));
    await settle(job.id, { state: job.fault === null ? 'cancelled' : 'failed', endedAt: ports.now() });
  }

  async function afterFault(job: JobRow, handler: JobHandler, error: unknown): Promise<void> {
    if (error instanceof LostClaimError) return;
    if (error instanceof HandedBackError)
      return settle(job.id, { state: 'waiting', dueAt: ports.now(), attempts: 0 });
    onFault(job.kind, error);
    const [present] = await db.select({ attempts: jobs.attempts }).from(jobs).where(mine(job.id));
    const attempts = present?.attempts ?? job.attempts;
    if (handler.everyMs === undefined && attempts >= MAX_ATTEMPTS) {
      const why = refusal(isDiskFull(error) ? 'storage_full' : 'internal');
      return settle(job.id, { state: 'failed', result: { stopped: why.code }, endedAt: ports.now() });
    }
    const wait = Math.min(FIRST_WAIT_MS * 2 ** Math.max(attempts - 1, 0), MAX_WAIT_MS);
    return settle(job.id, { state: 'waiting', dueAt: ports.now() + wait });
  }

  return {
    async runOne() {
      const job = handingBack ? undefined : await claim();
      if (job === undefined) return undefined;
      const handler = handlers[job.kind];
      if (handler === undefined) throw new Error(`no handler for ${job.kind}`);
      const renewing = setInterval(() => {
        db.update(jobs)
          .set({ claimedUntil: ports.now() + CLAIM_MS })
          .where(mine(job.id))
          // The next one may come through; when none does, the claim ends and the next step says so.
          .catch(() => {});
      }, RENEW_MS).unref();
      try {
        await work(job, handler);
      } catch (error) {
        await afterFault(job, handler, error);
      } finally {
        clearInterval(renewing);
      }
      return job.kind;
    },
    handBack() {
      handingBack = true;
    },
  };
}
