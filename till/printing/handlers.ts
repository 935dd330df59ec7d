import { displayCode } from '../../shared/codes/display-code.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import type { Offer } from '../../shared/engine/offer.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Feature } from '../handlers.ts';
import type { Location } from '../location.ts';
import { termsOf } from '../offers/offer-row.ts';
import type { Services } from '../services.ts';
import { batchKey } from '../tokens/keys.ts';
import { tokenOf } from '../tokens/tokens.ts';
import { fileNamePart } from './file-name.ts';
import { expiryLine, termsLine } from './label-texts.ts';
import { type Label, type LabelSheetRefusal, renderLabelSheet } from './labels.ts';

/** About 2 MB of PDF; the answer travels as one message. */
export const MAX_LABELS = 10_000;
const CODES_PER_READ = 500;

export function printingFeature(services: Services): Feature {
  const { read } = services.store;
  return {
    handlers: {
      async 'labels.render'(_call, input) {
        const batch = read.batches.byId(input.batchId);
        if (!batch) return err(refusal('not_found', { what: 'batch' }));
        if (batch.count > MAX_LABELS) {
          return err(refusal('payload_too_large', { count: batch.count, max: MAX_LABELS }));
        }
        const offerRow = read.offers.byId(batch.offerId);
        const location = services.location();
        assert(offerRow && location, 'a batch has an offer and a location');
        const offer = termsOf(offerRow);

        const chunks: Uint8Array[] = [];
        const rendered = await renderLabelSheet(
          {
            template: input.template,
            startAt: input.startAt,
            outline: input.outline,
            labels: labelsOf(services, batch.id, offer, location),
            title: `${batch.name} · ${offer.name}`,
            madeAt: new Date(services.ports.clock.now()),
          },
          {
            async write(bytes) {
              chunks.push(bytes);
              // A sheet takes seconds: the till goes on redeeming in between.
              await new Promise((resolve) => setImmediate(resolve));
            },
          },
        );
        if (!rendered.ok) return err(asRefusal(rendered.error));
        return ok({
          fileName: `${fileNamePart(batch.name)}-${input.template}.pdf`,
          mime: 'application/pdf' as const,
          base64: Buffer.concat(chunks).toString('base64'),
          ...rendered.value,
        });
      },
    },
  };
}

/** In serial order, read a part at a time; codes that were voided are not printed. */
function* labelsOf(services: Services, batchId: string, offer: Offer, location: Location): Generator<Label> {
  const terms = termsLine(offer, location.language);
  const key = batchKey(services.store.read, batchId);
  let after = 0;
  for (let reads = 0; reads * CODES_PER_READ <= MAX_LABELS; reads++) {
    const coupons = services.store.read.coupons.ofBatch(batchId, after, CODES_PER_READ);
    for (const coupon of coupons) {
      after = coupon.serial;
      if (coupon.status === 'void') continue;
      yield {
        display: displayCode(coupon.code),
        qrText: key ? tokenOf(coupon, offer, location.id, key) : coupon.code,
        title: offer.name,
        subtitle: terms,
        expiry: expiryLine(offer, coupon.issuedAt, location),
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
