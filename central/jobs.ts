import type { Logger } from 'pino';
import { MAKE_CODES, makeCodes } from './batches/make-codes.ts';
import type { Centre } from './centre.ts';
import { numberChanges } from './feed/number-changes.ts';
import { createJobRunner, endClaims, type JobHandlers, schedule } from './jobs/run-jobs.ts';
import { tellExpired } from './offers/tell-expired.ts';
import { expireReservations } from './redemptions/undo.ts';
import { removeOld } from './retention.ts';
import { relayOutbox } from './webhooks/relay-outbox.ts';
import { createSender, endLeases } from './webhooks/sender.ts';

const SWEEP_MS = 5_000;
const EXPIRY_MS = 30_000;
const RETENTION_MS = 3_600_000;
const WEBHOOK_MS = 1_000;
const LOOK_MS = 500;
/** A receiver that has not answered by then is told again by the next process. */
const SEND_GRACE_MS = 2_000;
/** Jobs that one process runs at once: a long batch must not keep the sweeps waiting. */
const RUNNERS = 2;

/** All work in the background. What recurs is a job too, so that of many processes one does it. */
export function jobHandlers(centre: Centre, logger?: Logger): JobHandlers {
  return {
    [MAKE_CODES]: makeCodes(centre),
    sweep: {
      everyMs: SWEEP_MS,
      async run() {
        const expired = await expireReservations(
          centre,
          (error) => logger && noteFault(logger, 'sweep', error),
        );
        if (expired > 0) logger?.info({ expired }, 'reservations expired');
        await numberChanges(centre.db);
      },
    },
    expiry: {
      everyMs: EXPIRY_MS,
      async run(run) {
        const told = await tellExpired(centre, run);
        if (told > 0) logger?.info({ told }, 'expiries told');
      },
    },
    retention: {
      everyMs: RETENTION_MS,
      async run(run) {
        const removed = await removeOld(centre, run);
        if (removed > 0) logger?.info({ removed }, 'old records removed');
      },
    },
  };
}

/** Work that nobody asks for, and what was asked for. @returns how to stop it; a step that runs is waited for */
export function startJobs(centre: Centre, logger: Logger): () => Promise<void> {
  const handlers = jobHandlers(centre, logger);
  const runners = Array.from({ length: RUNNERS }, () =>
    createJobRunner(centre, handlers, (job, error) => noteFault(logger, job, error)),
  );
  const sender = createSender(centre, (error) => noteFault(logger, 'webhooks', error));
  const scheduled = prepare(centre, handlers).catch((error: unknown) => noteFault(logger, 'schedule', error));
  const stops = [
    ...runners.map((runner) =>
      repeat(logger, 'jobs', LOOK_MS, async () => {
        await scheduled;
        while ((await runner.runOne()) !== undefined);
      }),
    ),
    // Deliveries are rows with claims of their own, so every process sends.
    repeat(logger, 'webhooks', WEBHOOK_MS, async () => {
      await scheduled;
      await relayOutbox(centre);
      await sender.begin();
    }),
  ];
  return async () => {
    for (const runner of runners) runner.handBack();
    await Promise.all(stops.map((stop) => stop()));
    await sender.stop(SEND_GRACE_MS);
  };
}

async function prepare(centre: Centre, handlers: JobHandlers): Promise<void> {
  if (centre.store.wasUnclean) {
    await endClaims(centre.db);
    await endLeases(centre);
  }
  await schedule(centre, handlers);
}

/** drizzle's message holds the parameters, and those may be codes or customers: the driver's error says what is wrong. */
function noteFault(logger: Logger, job: string, error: unknown): void {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  logger.warn({ job, fault: cause instanceof Error ? cause.message : String(cause) }, 'a job failed');
}

/** Runs again some time after it has ended, never twice at once. A failure is noted, and tried again. */
function repeat(
  logger: Logger,
  job: string,
  everyMs: number,
  work: () => Promise<void>,
): () => Promise<void> {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const scheduleNext = () => {
    if (!stopped) timer = setTimeout(round, everyMs).unref();
  };
  const round = () => {
    running = work()
      .catch((error: unknown) => noteFault(logger, job, error))
      .then(scheduleNext);
  };
  scheduleNext();
  return () => {
    stopped = true;
    clearTimeout(timer);
    return running;
  };
}
