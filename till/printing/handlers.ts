import type { z } from 'zod';
import type { BatchRow } from '../../db/queries/coupons.ts';
import { displayCode } from '../../shared/codes/display-code.ts';
import { type batchOperations, MAX_DIALOG_LABELS } from '../../shared/contracts/operations/batches.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import type { Offer } from '../../shared/engine/offer.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { isVoid } from '../batches/is-void.ts';
import { type Feature, type Outcome, type SignedIn, signedIn } from '../handlers.ts';
import type { Location } from '../location.ts';
import { termsOf } from '../offers/terms.ts';
import type { Services } from '../services.ts';
import { batchKey } from '../tokens/keys.ts';
import { tokenOf } from '../tokens/tokens.ts';
import { savedLogo } from './cards.ts';
import { fileNamePart } from './file-name.ts';
import { wideFontsIn } from './fonts.ts';
import { isSound, sheetOf } from './label-templates.ts';
import { copyMark, expiryLine, termsLine } from './label-texts.ts';
import {
  drawPages,
  type Label,
  type LabelSheetInput,
  type LabelSheetRefusal,
  previewLabelSheet,
  renderLabelSheet,
} from './labels.ts';

/** About 2 MB of PDF; the answer travels as one message. */
export const MAX_LABELS = 10_000;
const CODES_PER_READ = 500;

export function printingFeature(services: Services): Feature {
  const { read } = services.store;
  const wideFonts = wideFontsIn(services.ports.fontFolder);
  return {
    handlers: {
      async 'labels.render'(call, input) {
        const by = signedIn(call);
        const wanted = find(input);
        if (!wanted.ok) return wanted;
        const { batch, firstSerial, lastSerial } = wanted.value;
        const isCopy = read.printing.wasPrinted(batch.id, firstSerial, lastSerial);
        const chunks: Uint8Array[] = [];
        const sheets = sheetInput(wanted.value, input, isCopy);
        const labels = counted(sheets.labels);
        const rendered = await services.works.run(input.workId, async (step) => {
          const made = await renderLabelSheet(
            { ...sheets, labels },
            {
              async write(bytes) {
                chunks.push(bytes);
                // A sheet takes seconds: the till goes on redeeming in between.
                await step(labels.taken, lastSerial - firstSerial + 1);
              },
            },
          );
          return made.ok ? made : err(asRefusal(made.error));
        });
        if (!rendered.ok) return rendered;
        const medium = noteDown(by, wanted.value, input, isCopy);
        return ok({
          fileName: `${fileNamePart(batch.name)}-${medium}.pdf`,
          mime: 'application/pdf' as const,
          base64: Buffer.concat(chunks).toString('base64'),
          isCopy,
          ...rendered.value,
        });
      },

      async 'labels.preview'(_call, input) {
        const wanted = find(input);
        if (!wanted.ok) return wanted;
        const { batch, firstSerial, lastSerial } = wanted.value;
        const isCopy = read.printing.wasPrinted(batch.id, firstSerial, lastSerial);
        const page = await previewLabelSheet(sheetInput(wanted.value, input, isCopy));
        return page.ok ? page : err(asRefusal(page.error));
      },

      async 'labels.pages'(call, input) {
        const by = signedIn(call);
        const wanted = find(input, MAX_DIALOG_LABELS);
        if (!wanted.ok) return wanted;
        const { batch, firstSerial, lastSerial } = wanted.value;
        const isCopy = read.printing.wasPrinted(batch.id, firstSerial, lastSerial);
        const drawn = await drawPages(sheetInput(wanted.value, input, isCopy));
        if (!drawn.ok) return err(asRefusal(drawn.error));
        noteDown(by, wanted.value, input, isCopy);
        return ok({ ...drawn.value, isCopy });
      },
    },
  };

  /** In the log of who printed which serials. @returns what they were printed on */
  function noteDown(by: SignedIn, wanted: Wanted, input: LabelSettings, isCopy: boolean): string {
    const { batch, firstSerial, lastSerial } = wanted;
    const medium = typeof input.template === 'string' ? input.template : 'custom';
    services.store.transact((tx) =>
      tx.write.printing.log({
        at: services.clock.now(),
        operatorId: by.operatorId,
        tillName: services.tillName(by),
        batchId: batch.id,
        firstSerial,
        lastSerial,
        medium,
        isCopy,
      }),
    );
    services.pushes.send({ topic: 'work.progress' });
    return medium;
  }

  function find(input: LabelSettings, most = MAX_LABELS): Outcome<Wanted> {
    const batch = read.batches.byId(input.batchId);
    if (!batch) return err(refusal('not_found', { what: 'batch' }));
    if (read.batchJobs.isUnfinished(batch.id))
      return err(refusal('conflict', { why: 'the batch is not live' }));
    if (!isSound(sheetOf(input.template)))
      return err(refusal('invalid_input', { why: 'the labels do not lie on the page' }, 'template'));
    const { firstSerial = 1, lastSerial = batch.count } = input;
    if (firstSerial > lastSerial || lastSerial > batch.count)
      return err(refusal('invalid_input', { max: batch.count }, 'lastSerial'));
    const count = lastSerial - firstSerial + 1;
    if (count > most) return err(refusal('payload_too_large', { count, max: most }));
    return ok({ batch, firstSerial, lastSerial });
  }

  function sheetInput(wanted: Wanted, input: LabelSettings, isCopy: boolean): LabelSheetInput {
    const { batch } = wanted;
    const offerRow = read.offers.byId(batch.offerId);
    const location = services.location();
    assert(offerRow && location, 'a batch has an offer and a location');
    const offer = termsOf(offerRow);
    return {
      template: input.template,
      symbol: input.symbol,
      startAt: input.startAt,
      outline: input.outline,
      nudge: { xMm: input.nudgeXMm, yMm: input.nudgeYMm },
      ...(input.card ? { card: { design: input.card, logo: savedLogo(read) } } : {}),
      wideFonts,
      labels: labelsOf(services, wanted, offer, location, isCopy),
      title: `${batch.name} · ${offer.name}`,
      madeAt: new Date(services.ports.clock.now()),
    };
  }
}

type LabelSettings = z.output<(typeof batchOperations)['labels.render']['input']>;
type Wanted = { readonly batch: BatchRow; readonly firstSerial: number; readonly lastSerial: number };

/** The same, with how many of them were taken so far. */
function counted<T>(items: Iterable<T>): Iterable<T> & { taken: number } {
  return {
    taken: 0,
    *[Symbol.iterator]() {
      for (const item of items) {
        this.taken += 1;
        yield item;
      }
    },
  };
}

/** In serial order, read a part at a time; codes that were voided are not printed. */
function* labelsOf(
  services: Services,
  { batch: { id: batchId }, firstSerial, lastSerial }: Wanted,
  offer: Offer,
  location: Location,
  isCopy: boolean,
): Generator<Label> {
  const terms = termsLine(offer, location.language);
  const key = batchKey(services.store.read, batchId);
  const mark = isCopy ? `${copyMark(location.language)} · ` : '';
  let after = firstSerial - 1;
  for (let reads = 0; reads * CODES_PER_READ <= MAX_LABELS; reads++) {
    const coupons = services.store.read.coupons.ofBatch(batchId, after, CODES_PER_READ);
    for (const coupon of coupons) {
      after = coupon.serial;
      if (after > lastSerial) return;
      if (isVoid(services.store.read, coupon)) continue;
      yield {
        display: displayCode(coupon.code),
        qrText: key ? tokenOf(coupon, offer, location.id, key) : coupon.code,
        title: offer.name,
        subtitle: terms,
        expiry: mark + expiryLine(offer, coupon.issuedAt, location),
      };
    }
    if (coupons.length < CODES_PER_READ) return;
  }
}

function asRefusal(refused: LabelSheetRefusal) {
  switch (refused.code) {
    case 'start_beyond_page':
      return refusal('invalid_input', { max: refused.perPage }, 'startAt');
    case 'qr_too_large':
      return refusal('invalid_input', { label: refused.label }, 'template');
  }
}
