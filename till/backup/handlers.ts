import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import { DAY_MS, MINUTE_MS } from '../../shared/kernel/instant.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Feature, Outcome } from '../handlers.ts';
import { adminHere } from '../operators/admin-here.ts';
import type { Services } from '../services.ts';
import { systemTimers } from '../system-ports.ts';
import { type Backup, backupFolder, KEPT_BACKUPS, listBackups, makeBackup } from './backups.ts';
import { askForRestore } from './restore-request.ts';

const LOOK_EVERY_MS = 5 * MINUTE_MS;
/** In `meta`: how many backups are kept. */
const KEPT = 'backup.kept';

/** Copies for bad days: when somebody asks, and once a day without asking. */
export function backupFeature(services: Services): Feature & { backUp(): Promise<Outcome<Backup>> } {
  const { store, ports, clock } = services;
  const { every } = ports.timers ?? systemTimers;
  const kept = () => Number(store.read.meta.get(KEPT) ?? KEPT_BACKUPS);
  let stop = () => {};
  let stopped = false;
  let running: Promise<unknown> | undefined;
  let seqBefore = store.head().seq;
  let failure: { at: number; code: Refusal['code'] } | undefined;

  async function backUp(): Promise<Outcome<Backup>> {
    const work = services.upkeep(async (): Promise<Outcome<Backup>> => {
      const key = await services.custody.key();
      if (!key.ok) return key;
      const order = { dataDir: ports.dataDir, key: key.value, now: clock.now(), seq: store.head().seq };
      try {
        return ok(await makeBackup({ ...order, kept: kept() }));
      } catch (error) {
        const fault = services.storageFault(error);
        if (!fault) throw error;
        return err(fault);
      } finally {
        key.value.fill(0);
      }
    });
    running = work;
    const made = await work;
    failure = made.ok ? undefined : { at: clock.now(), code: made.error.code };
    return made;
  }

  /** At a moment when nobody has just redeemed anything; not for a demo, which has nothing to lose. */
  function backUpDaily(): void {
    const { seq } = store.head();
    const isQuiet = seq === seqBefore;
    seqBefore = seq;
    const location = services.location();
    if (!location || location.demo || !isQuiet || stopped) return;
    // One that names a time to come was made while the clock was wrong.
    const age = (at: number) => clock.now() - at;
    if (listBackups(ports.dataDir).some(({ at }) => age(at) >= 0 && age(at) < DAY_MS)) return;
    const noted = (error: string) => ports.logger.warn('the daily backup failed', { error });
    backUp().then(
      (made) => (made.ok ? undefined : noted(made.error.code)),
      (error: unknown) => noted(error instanceof Error ? error.message : String(error)),
    );
  }

  return {
    backUp,
    handlers: {
      'backup.now': backUp,

      'backup.list': () =>
        ok({
          folder: backupFolder(ports.dataDir),
          backups: listBackups(ports.dataDir),
          kept: kept(),
          ...(failure === undefined ? {} : { failure }),
        }),

      async 'backup.restore'(call, { fileName, pin }) {
        const by = await adminHere(services, call, pin);
        if (!by.ok) return by;
        if (!listBackups(ports.dataDir).some((backup) => backup.fileName === fileName)) {
          return err(refusal('not_found', { what: 'backup' }));
        }
        askForRestore(ports.dataDir, fileName);
        return ok({ fileName });
      },

      'backup.keep'(_call, input) {
        store.transact((tx) => tx.write.meta.set(KEPT, String(input.kept)));
        return ok({ kept: input.kept });
      },
    },
    start() {
      stop = every(LOOK_EVERY_MS, backUpDaily);
    },
    async stop() {
      stopped = true;
      stop();
      // The ledger is not closed under the thread that copies it.
      await running?.catch(() => undefined);
    },
  };
}
