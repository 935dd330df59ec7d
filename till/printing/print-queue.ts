import type { PrinterRow, PrintJobRow } from '../../db/queries/printing.ts';
import { printerSettingsSchema } from '../../shared/contracts/operations/printing.ts';
import { SECOND_MS } from '../../shared/kernel/instant.ts';
import type { Services } from '../services.ts';
import { systemTimers } from '../system-ports.ts';
import { type Deliver, PrinterError } from './deliver.ts';

export type PrintQueue = {
  /** Something new waits for this printer. */
  wake(printerId: string): void;
  start(): void;
  stop(): Promise<void>;
};

const RETRY_MS = [2, 5, 10, 30, 60].map((seconds) => seconds * SECOND_MS);

/**
 * One job after the other for each printer, in the order in which they came, again and again until the printer takes
 * it. What waits is in the ledger: a printer that is off, or a till that is started again, loses nothing.
 */
export function createPrintQueue(
  services: Services,
  deliver: Deliver,
  render: (job: PrintJobRow, printer: PrinterRow) => Uint8Array,
): PrintQueue {
  const { store, pushes, clock, ports } = services;
  const { after } = ports.timers ?? systemTimers;
  const working = new Map<string, Promise<void>>();
  const stopRetry = new Map<string, () => void>();
  let closing = false;

  async function work(printerId: string): Promise<void> {
    for (;;) {
      const printer = store.read.printing.printer(printerId);
      const [job] = store.read.printing.waiting(printerId);
      if (closing || !printer || printer.removedAt !== null || !job) return;
      try {
        await deliver(printerSettingsSchema.parse(JSON.parse(printer.settings)).link, render(job, printer));
      } catch (error) {
        if (!(error instanceof PrinterError)) throw error;
        if (closing) return;
        store.transact((tx) => tx.write.printing.failJob(job.id, error.message));
        pushes.send({ topic: 'work.progress' });
        retryLater(printerId, job.attempts);
        return;
      }
      // Printed is printed, also when the till closes meanwhile.
      store.transact((tx) => {
        const at = clock.now();
        tx.write.printing.endJob(job.id, 'printed', at);
        const { batchId, firstSerial, lastSerial, operatorId, tillName, isCopy } = job;
        if (batchId === null || firstSerial === null || lastSerial === null) return;
        const medium = printer.name;
        tx.write.printing.log({ at, operatorId, tillName, batchId, firstSerial, lastSerial, medium, isCopy });
      });
      pushes.send({ topic: 'work.progress' });
    }
  }

  function retryLater(printerId: string, attempts: number): void {
    const wait = RETRY_MS[Math.min(attempts, RETRY_MS.length - 1)] ?? SECOND_MS;
    stopRetry.get(printerId)?.();
    stopRetry.set(
      printerId,
      after(wait, () => wake(printerId)),
    );
  }

  function wake(printerId: string): void {
    if (closing || working.has(printerId)) return;
    const done = work(printerId)
      .catch((error: unknown) => {
        ports.logger.error('a print job failed', {
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
        if (!closing) retryLater(printerId, RETRY_MS.length);
      })
      .finally(() => working.delete(printerId));
    working.set(printerId, done);
  }

  return {
    wake,
    start() {
      for (const { id } of store.read.printing.printers()) wake(id);
    },
    async stop() {
      closing = true;
      for (const stop of stopRetry.values()) stop();
      await Promise.all(working.values());
    },
  };
}
