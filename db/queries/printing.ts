import { and, asc, desc, gte, isNull, lte, sql } from 'drizzle-orm';
import type { Drizzle } from '../drizzle.ts';
import { printers, printJobs, printLog } from '../schema.ts';
import { equals } from './equals.ts';

const { placeholder } = sql;

export type PrinterRow = typeof printers.$inferSelect;
export type PrintJobRow = typeof printJobs.$inferSelect;
export type PrintLogRow = typeof printLog.$inferSelect;

const MAX_LISTED = 200;

export function printingReads(db: Drizzle) {
  const live = db
    .select()
    .from(printers)
    .where(isNull(printers.removedAt))
    .orderBy(asc(printers.createdAt))
    .prepare();
  const printer = db.select().from(printers).where(equals(printers.id, 'id')).prepare();
  const waiting = db
    .select()
    .from(printJobs)
    .where(and(equals(printJobs.printerId, 'printerId'), sql`${printJobs.state} = 'waiting'`))
    .orderBy(asc(printJobs.seq))
    .limit(MAX_LISTED)
    .prepare();
  const job = db.select().from(printJobs).where(equals(printJobs.id, 'id')).prepare();
  const newest = db.select().from(printJobs).orderBy(desc(printJobs.seq)).limit(MAX_LISTED).prepare();
  const slipOfBasket = db
    .select({ seq: printJobs.seq })
    .from(printJobs)
    .where(and(equals(printJobs.basketId, 'basketId'), sql`${printJobs.state} <> 'cancelled'`))
    .limit(1)
    .prepare();
  const logOfBatch = db
    .select()
    .from(printLog)
    .where(equals(printLog.batchId, 'batchId'))
    .orderBy(desc(printLog.seq))
    .limit(MAX_LISTED)
    .prepare();
  const printedBefore = db
    .select({ seq: printLog.seq })
    .from(printLog)
    .where(
      and(
        equals(printLog.batchId, 'batchId'),
        lte(printLog.firstSerial, placeholder('last')),
        gte(printLog.lastSerial, placeholder('first')),
      ),
    )
    .limit(1)
    .prepare();
  return {
    printers: (): PrinterRow[] => live.all(),
    printer: (id: string): PrinterRow | undefined => printer.get({ id }),
    /** Oldest first. */
    waiting: (printerId: string): PrintJobRow[] => waiting.all({ printerId }),
    job: (id: string): PrintJobRow | undefined => job.get({ id }),
    newestJobs: (): PrintJobRow[] => newest.all(),
    logOfBatch: (batchId: string): PrintLogRow[] => logOfBatch.all({ batchId }),
    hasSlip: (basketId: string): boolean => slipOfBasket.get({ basketId }) !== undefined,
    wasPrinted: (batchId: string, first: number, last: number): boolean =>
      printedBefore.get({ batchId, first, last }) !== undefined,
  };
}

export function printingWrites(db: Drizzle) {
  const savePrinter = db
    .insert(printers)
    .values({
      id: placeholder('id'),
      name: placeholder('name'),
      settings: placeholder('settings'),
      createdAt: placeholder('createdAt'),
    })
    .onConflictDoUpdate({
      target: printers.id,
      set: { name: sql`excluded.name`, settings: sql`excluded.settings` },
    })
    .prepare();
  const removePrinter = db
    .update(printers)
    .set({ removedAt: sql`${placeholder('at')}` })
    .where(equals(printers.id, 'id'))
    .prepare();
  const addJob = db
    .insert(printJobs)
    .values({
      id: placeholder('id'),
      printerId: placeholder('printerId'),
      state: 'waiting',
      document: placeholder('document'),
      batchId: placeholder('batchId'),
      firstSerial: placeholder('firstSerial'),
      lastSerial: placeholder('lastSerial'),
      isCopy: placeholder('isCopy'),
      createdAt: placeholder('createdAt'),
      operatorId: placeholder('operatorId'),
      tillName: placeholder('tillName'),
      basketId: placeholder('basketId'),
    })
    .prepare();
  const endJob = db
    .update(printJobs)
    .set({ state: sql`${placeholder('state')}`, error: null, endedAt: sql`${placeholder('at')}` })
    .where(equals(printJobs.id, 'id'))
    .prepare();
  const failJob = db
    .update(printJobs)
    .set({ attempts: sql`${printJobs.attempts} + 1`, error: sql`${placeholder('error')}` })
    .where(equals(printJobs.id, 'id'))
    .prepare();
  const log = db
    .insert(printLog)
    .values({
      at: placeholder('at'),
      operatorId: placeholder('operatorId'),
      tillName: placeholder('tillName'),
      batchId: placeholder('batchId'),
      firstSerial: placeholder('firstSerial'),
      lastSerial: placeholder('lastSerial'),
      medium: placeholder('medium'),
      isCopy: placeholder('isCopy'),
    })
    .prepare();
  return {
    savePrinter: (row: Omit<PrinterRow, 'removedAt'>) => void savePrinter.run(row),
    removePrinter: (id: string, at: number) => void removePrinter.run({ id, at }),
    addJob: (row: Omit<PrintJobRow, 'seq' | 'state' | 'attempts' | 'error' | 'endedAt'>) =>
      void addJob.run(row),
    endJob: (id: string, state: 'printed' | 'cancelled', at: number) => void endJob.run({ id, state, at }),
    failJob: (id: string, error: string) => void failJob.run({ id, error }),
    log: (row: Omit<PrintLogRow, 'seq'>) => void log.run(row),
  };
}
