import type { Logger } from 'pino';
import type { Centre } from './centre.ts';
import { numberChanges } from './feed/number-changes.ts';
import { expireReservations } from './redemptions/undo.ts';
import { relayOutbox, sendDue } from './webhooks/deliveries.ts';

const SWEEP_MS = 5_000;
const WEBHOOK_MS = 1_000;

/** Work that nobody asks for. @returns how to stop it; what runs at that moment is waited for */
export function startJobs(centre: Centre, logger: Logger): () => Promise<void> {
  const stops = [
    repeat(logger, 'sweep', SWEEP_MS, async () => {
      const expired = await expireReservations(centre);
      if (expired > 0) logger.info({ expired }, 'reservations expired');
      await numberChanges(centre.db);
    }),
    repeat(logger, 'webhooks', WEBHOOK_MS, async () => {
      await relayOutbox(centre);
      await sendDue(centre);
    }),
  ];
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
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
  const schedule = () => {
    if (!stopped) timer = setTimeout(round, everyMs).unref();
  };
  const round = () => {
    running = work()
      .catch((error: unknown) => {
        logger.warn({ job, fault: error instanceof Error ? error.message : String(error) }, 'a job failed');
      })
      .then(schedule);
  };
  schedule();
  return () => {
    stopped = true;
    clearTimeout(timer);
    return running;
  };
}
