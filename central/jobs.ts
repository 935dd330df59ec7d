import type { Logger } from 'pino';
import type { Centre } from './centre.ts';
import { numberChanges } from './feed/number-changes.ts';
import { expireReservations } from './redemptions/undo.ts';

const SWEEP_MS = 5_000;

/** Work that nobody asks for: ends holds whose time is over, and keeps the feed numbered. @returns how to stop it */
export function startJobs(centre: Centre, logger: Logger): () => void {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const sweep = async () => {
    try {
      const expired = await expireReservations(centre);
      if (expired > 0) logger.info({ expired }, 'reservations expired');
      await numberChanges(centre.db);
    } catch (error) {
      logger.warn({ fault: error instanceof Error ? error.message : String(error) }, 'a sweep failed');
    }
    if (!stopped) timer = setTimeout(sweep, SWEEP_MS).unref();
  };
  timer = setTimeout(sweep, SWEEP_MS).unref();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
