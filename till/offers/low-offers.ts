import type { z } from 'zod';
import type { OfferRow } from '../../db/queries/offers.ts';
import { displayCode } from '../../shared/codes/display-code.ts';
import type { lowOfferSchema } from '../../shared/contracts/operations/offers.ts';
import type { Services } from '../services.ts';
import { isEnrolled } from '../sync-state.ts';
import { rightsLeft, statusOf } from './offer-row.ts';
import { standingOf } from './standing.ts';
import { termsOf } from './terms.ts';

type LowOffer = z.output<typeof lowOfferSchema>;

/** Offers looked through, newest first: what a counter warns of is what runs now. */
const MAX_SCANNED = 1_000;
const MAX_SHOWN = 10;
/** So many uses are worth a warning, or this share of a large offer; never more than the other share of a small one. */
const FEW_USES = 5;
const FEW_OF_MANY = 1 / 10;
const MOST_OF_FEW = 1 / 3;

const END = { createdAt: Number.MAX_SAFE_INTEGER, id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

export function lowOffers(services: Services): LowOffer[] {
  const { read } = services.store;
  return read.offers
    .newest(END, MAX_SCANNED)
    .flatMap((row) => lowOffer(services, row) ?? [])
    .sort((a, b) => a.usesLeftHere - b.usesLeftHere)
    .slice(0, MAX_SHOWN);
}

function lowOffer(services: Services, row: OfferRow): LowOffer | undefined {
  const { read } = services.store;
  if (statusOf(row) !== 'active') return undefined;
  const { limits, name } = termsOf(row);
  if (limits.total === undefined) return undefined;
  const usesLeftHere = rightsLeft(read, row.id);
  if (usesLeftHere > fewOf(limits.total)) return undefined;
  // More may come from the centre. Without one the offer is used up, which nobody can wait for.
  if (usesLeftHere === 0 && !isEnrolled(read)) return undefined;
  if (standingOf(services, row).standing === 'over') return undefined;
  const code = read.offers.sharedCodes(row.id, 1)[0];
  return { offerId: row.id, name, ...(code === undefined ? {} : { code: displayCode(code) }), usesLeftHere };
}

function fewOf(total: number): number {
  return Math.max(Math.floor(total * FEW_OF_MANY), Math.min(FEW_USES, Math.floor(total * MOST_OF_FEW)));
}
