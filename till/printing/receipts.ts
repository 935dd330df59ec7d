import type { z } from 'zod';
import type { PrinterRow, PrintJobRow } from '../../db/queries/printing.ts';
import type { Reads } from '../../db/store.ts';
import { displayCode } from '../../shared/codes/display-code.ts';
import {
  MAX_RECEIPTS,
  printerSettingsSchema,
  type printingOperations,
  type printJobSchema,
} from '../../shared/contracts/operations/printing.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { isVoid } from '../batches/is-void.ts';
import type { Feature, Outcome, SignedIn } from '../handlers.ts';
import { signedIn } from '../handlers.ts';
import { termsOf } from '../offers/terms.ts';
import { findSale } from '../redemption/recorded-sale.ts';
import { shownRedemption } from '../redemption/shown.ts';
import type { Services } from '../services.ts';
import { batchKey } from '../tokens/keys.ts';
import { tokenOf } from '../tokens/tokens.ts';
import { deliver } from './deliver.ts';
import { copyMark, expiryLine, termsLine } from './label-texts.ts';
import { createPrintQueue } from './print-queue.ts';
import { type PaperMm, receiptBytes, receiptPicture } from './receipt.ts';
import type { Receipt } from './receipt-lines.ts';
import { type Slip, slipBytes } from './slip.ts';

type NewReceipts = z.output<(typeof printingOperations)['print.receipts']['input']>;
type NewSlip = z.output<(typeof printingOperations)['print.slip']['input']>;
type ShownPicture = z.output<(typeof printingOperations)['receipts.preview']['output']>;
type ShownJob = z.output<typeof printJobSchema>;
type ShownPrinters = z.output<(typeof printingOperations)['printers.list']['output']>;

/** Receipt printers, their queue, and the log of what was printed. */
export function receiptsFeature(services: Services, send: typeof deliver = deliver): Feature {
  const { store, clock, pushes } = services;
  const { read } = store;
  const queue = createPrintQueue(services, send, (job, printer) => render(services, job, printer));

  const printers = (): Outcome<ShownPrinters> =>
    ok({ printers: read.printing.printers().map((row) => shownPrinter(read, row)) });
  const shownJobOf = (jobId: string): Outcome<ShownJob> => {
    const job = read.printing.job(jobId);
    return job ? ok(shownJob(read, job)) : err(refusal('not_found', { what: 'print job' }));
  };

  function enqueue(by: SignedIn, input: NewReceipts, isCopy: boolean): Outcome<ShownJob> {
    const known = read.printing.job(input.requestId);
    if (known) return ok(shownJob(read, known));
    const { batchId, firstSerial, lastSerial, printerId } = input;
    const printer = read.printing.printer(printerId);
    if (!printer || printer.removedAt !== null) return err(refusal('not_found', { what: 'printer' }));
    const batch = read.batches.byId(batchId);
    if (!batch) return err(refusal('not_found', { what: 'batch' }));
    if (read.batchJobs.isUnfinished(batchId))
      return err(refusal('conflict', { why: 'the batch is not live' }));
    if (firstSerial > lastSerial || lastSerial > batch.count)
      return err(refusal('invalid_input', { max: batch.count }, 'lastSerial'));
    const count = lastSerial - firstSerial + 1;
    if (count > MAX_RECEIPTS) return err(refusal('payload_too_large', { count, max: MAX_RECEIPTS }));
    store.transact((tx) =>
      tx.write.printing.addJob({
        id: input.requestId,
        printerId,
        document: 'receipts',
        batchId,
        firstSerial,
        lastSerial,
        isCopy: isCopy || tx.read.printing.wasPrinted(batchId, firstSerial, lastSerial),
        createdAt: clock.now(),
        operatorId: by.operatorId,
        tillName: services.tillName(by),
        basketId: null,
      }),
    );
    queue.wake(printerId);
    return shownJobOf(input.requestId);
  }

  function enqueueSlip(by: SignedIn, { requestId, printerId, redemptionId }: NewSlip): Outcome<ShownJob> {
    const known = read.printing.job(requestId);
    if (known) return ok(shownJob(read, known));
    const printer = read.printing.printer(printerId);
    if (!printer || printer.removedAt !== null) return err(refusal('not_found', { what: 'printer' }));
    const sale = findSale(read, redemptionId);
    if (!sale.ok) return sale;
    const { basketId } = sale.value;
    store.transact((tx) =>
      tx.write.printing.addJob({
        id: requestId,
        printerId,
        document: 'slip',
        batchId: null,
        firstSerial: null,
        lastSerial: null,
        isCopy: tx.read.printing.hasSlip(basketId),
        createdAt: clock.now(),
        operatorId: by.operatorId,
        tillName: services.tillName(by),
        basketId,
      }),
    );
    queue.wake(printerId);
    pushes.send({ topic: 'work.progress' });
    return shownJobOf(requestId);
  }

  return {
    start: () => queue.start(),
    stop: () => queue.stop(),
    handlers: {
      'printers.list': printers,

      'printers.save'(_call, { printerId, name, settings }) {
        const row = { id: printerId, name, settings: JSON.stringify(settings), createdAt: clock.now() };
        store.transact((tx) => tx.write.printing.savePrinter(row));
        queue.wake(printerId);
        pushes.send({ topic: 'work.progress' });
        return printers();
      },

      'printers.remove'(_call, { printerId }) {
        if (!read.printing.printer(printerId)) return err(refusal('not_found', { what: 'printer' }));
        store.transact((tx) => {
          for (const job of tx.read.printing.waiting(printerId))
            tx.write.printing.endJob(job.id, 'cancelled', clock.now());
          tx.write.printing.removePrinter(printerId, clock.now());
        });
        return printers();
      },

      'print.receipts': (call, input) => enqueue(signedIn(call), input, false),

      'print.slip': (call, input) => enqueueSlip(signedIn(call), input),

      'receipts.preview'(_call, { printerId, batchId, serial }) {
        const printer = read.printing.printer(printerId);
        if (!printer || printer.removedAt !== null) return err(refusal('not_found', { what: 'printer' }));
        const batch = read.batches.byId(batchId);
        if (!batch || serial > batch.count) return err(refusal('not_found', { what: 'batch' }));
        if (read.batchJobs.isUnfinished(batchId))
          return err(refusal('conflict', { why: 'the batch is not live' }));
        const { paperMm, footer } = printerSettingsSchema.parse(JSON.parse(printer.settings));
        const isCopy = read.printing.wasPrinted(batchId, serial, serial);
        const wanted = { batchId, firstSerial: serial, lastSerial: serial, isCopy };
        const [receipt] = receiptsOf(services, wanted, footer);
        if (!receipt) return err(refusal('conflict', { why: 'the code is void' }));
        return ok(pictureOf(receipt, paperMm));
      },

      'print.queue': () => ok({ jobs: read.printing.newestJobs().map((job) => shownJob(read, job)) }),

      'print.cancel'(_call, { jobId }) {
        const job = read.printing.job(jobId);
        if (!job) return err(refusal('not_found', { what: 'print job' }));
        if (job.state !== 'waiting') return err(refusal('conflict', { why: 'it does not wait any more' }));
        store.transact((tx) => tx.write.printing.endJob(jobId, 'cancelled', clock.now()));
        return shownJobOf(jobId);
      },

      'print.again'(call, { jobId }) {
        const job = read.printing.job(jobId);
        if (!job) return err(refusal('not_found', { what: 'print job' }));
        if (job.state === 'waiting') return err(refusal('conflict', { why: 'it waits to be printed' }));
        const { printerId, batchId, firstSerial, lastSerial, basketId } = job;
        const requestId = services.newId();
        const [redemption] = basketId === null ? [] : read.redemptions.ofBasket(basketId);
        if (redemption) {
          const redemptionId = redemption.id;
          return enqueueSlip(signedIn(call), { requestId, printerId, redemptionId });
        }
        assert(batchId && firstSerial !== null && lastSerial !== null, 'coupons of a batch have serials');
        return enqueue(signedIn(call), { requestId, printerId, batchId, firstSerial, lastSerial }, true);
      },

      'print.log'(_call, { batchId }) {
        if (!read.batches.byId(batchId)) return err(refusal('not_found', { what: 'batch' }));
        const entries = read.printing.logOfBatch(batchId).map((row) => ({
          at: row.at,
          by: read.operators.byId(row.operatorId)?.name ?? '',
          till: row.tillName,
          firstSerial: row.firstSerial,
          lastSerial: row.lastSerial,
          medium: row.medium,
          isCopy: row.isCopy,
        }));
        return ok({ entries });
      },
    },
  };
}

/** At the moment of printing: a code that was voided meanwhile is left out. */
function render(services: Services, job: PrintJobRow, printer: PrinterRow): Uint8Array {
  const { paperMm, footer } = printerSettingsSchema.parse(JSON.parse(printer.settings));
  if (job.basketId !== null) return slipBytes(slipOf(services, job, footer), paperMm);
  return receiptBytes(receiptsOf(services, job, footer), paperMm);
}

/** As the basket stands at the moment of printing: what was voided meanwhile says so. */
function slipOf(services: Services, { basketId, isCopy }: PrintJobRow, footer: string): Slip {
  const { read } = services.store;
  const location = services.location();
  const [first] = basketId === null ? [] : read.redemptions.ofBasket(basketId);
  const found = first && findSale(read, first.id);
  const basket = first && read.redemptions.basket(first.basketId);
  assert(location && found?.ok && basket, 'a slip is of a basket that was completed');
  const { sale, rows } = found.value;
  return {
    shop: location.name,
    language: location.language,
    timeZone: location.timeZone,
    currency: sale.basket.currency,
    redemptions: rows.map((row) => shownRedemption(read, row)),
    subtotalMinor: basket.subtotalMinor,
    payableMinor: basket.payableMinor,
    footer,
    isCopy,
  };
}

type Wanted = Pick<PrintJobRow, 'batchId' | 'firstSerial' | 'lastSerial' | 'isCopy'>;

function* receiptsOf(services: Services, job: Wanted, footer: string): Generator<Receipt> {
  const { read } = services.store;
  const location = services.location();
  const batch = job.batchId === null ? undefined : read.batches.byId(job.batchId);
  const offerRow = batch && read.offers.byId(batch.offerId);
  assert(location && batch && offerRow, 'a job is of a batch, which has an offer and a location');
  const offer = termsOf(offerRow);
  const first = job.firstSerial ?? 1;
  const last = job.lastSerial ?? batch.count;
  const key = batchKey(read, batch.id);
  for (const coupon of read.coupons.ofBatch(batch.id, first - 1, last - first + 1)) {
    if (coupon.serial > last || isVoid(read, coupon)) continue;
    yield {
      shop: location.name,
      title: offer.name,
      subtitle: termsLine(offer, location.language),
      expiry: expiryLine(offer, coupon.issuedAt, location),
      display: displayCode(coupon.code),
      qrText: key ? tokenOf(coupon, offer, location.id, key) : coupon.code,
      serial: coupon.serial,
      footer,
      copyMark: job.isCopy ? copyMark(location.language) : undefined,
    };
  }
}

function pictureOf(receipt: Receipt, paperMm: PaperMm): ShownPicture {
  const { above, below, ...picture } = receiptPicture(receipt, paperMm);
  return { ...picture, above: [...above], below: [...below] };
}

function shownPrinter(read: Reads, row: PrinterRow): ShownPrinters['printers'][number] {
  const waiting = read.printing.waiting(row.id);
  const problem = waiting[0]?.error;
  return {
    id: row.id,
    name: row.name,
    settings: printerSettingsSchema.parse(JSON.parse(row.settings)),
    waiting: waiting.length,
    ...(problem == null ? {} : { problem }),
  };
}

function shownJob(read: Reads, row: PrintJobRow): ShownJob {
  return {
    id: row.id,
    printer: read.printing.printer(row.printerId)?.name ?? '',
    document: row.basketId === null ? 'receipts' : 'slip',
    batchName: row.batchId === null ? '' : (read.batches.byId(row.batchId)?.name ?? ''),
    ...(row.firstSerial === null ? {} : { firstSerial: row.firstSerial }),
    ...(row.lastSerial === null ? {} : { lastSerial: row.lastSerial }),
    state: row.state,
    isCopy: row.isCopy,
    attempts: row.attempts,
    ...(row.error === null ? {} : { problem: row.error }),
    createdAt: row.createdAt,
    by: read.operators.byId(row.operatorId)?.name ?? '',
    till: row.tillName,
  };
}
