import { MAX_HISTORY_ROWS } from '../../shared/contracts/operations/history.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { DAY_MS, MINUTE_MS } from '../../shared/kernel/instant.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { backupFolder, listBackups, makeBackup } from '../backup/backups.ts';
import type { Feature } from '../handlers.ts';
import type { Services } from '../services.ts';
import { systemTimers } from '../system-ports.ts';
import { historyCsv } from './history-csv.ts';

const LOOK_EVERY_MS = 5 * MINUTE_MS;

/** What leaves the ledger for people and for bad days: CSV and backups. */
export function historyFeature(services: Services): Feature {
  const { store, ports, clock } = services;
  const { every } = ports.timers ?? systemTimers;
  let stop = () => {};
  let seqBefore = store.head().seq;

  /** Once a day, at a moment when nobody has just redeemed anything; not for a demo, which has nothing to lose. */
  function backupDaily(): void {
    const { seq } = store.head();
    const isQuiet = seq === seqBefore;
    seqBefore = seq;
    const location = services.location();
    if (!location || location.demo || !isQuiet) return;
    try {
      const newest = listBackups(ports.dataDir)[0];
      if (newest && clock.now() - newest.at < DAY_MS) return;
      const { fileName, bytes } = makeBackup(store, ports.dataDir, clock.now());
      ports.logger.info('a backup was made', { fileName, bytes });
    } catch (error) {
      ports.logger.warn('the daily backup failed', {
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }

  return {
    handlers: {
      'history.export'(_call, { from, to }) {
        const csv = historyCsv(store.read, from, to);
        if (!csv.ok) return err(refusal(csv.error, { max: MAX_HISTORY_ROWS }));
        const day = (at: number) => new Date(at).toISOString().slice(0, 10);
        return ok({
          fileName: `redemptions-${day(from)}-${day(to)}.csv`,
          mime: 'text/csv' as const,
          base64: Buffer.from(csv.value.text).toString('base64'),
          rows: csv.value.rows,
        });
      },

      'backup.now': () => ok(makeBackup(store, ports.dataDir, clock.now())),

      'backup.list': () => ok({ folder: backupFolder(ports.dataDir), backups: listBackups(ports.dataDir) }),
    },
    start() {
      stop = every(LOOK_EVERY_MS, backupDaily);
    },
    stop: () => stop(),
  };
}
