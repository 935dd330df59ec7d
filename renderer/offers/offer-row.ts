import type { OutputOf } from '../../shared/contracts/operations.ts';

export type OfferRow = OutputOf<'offers.list'>['offers'][number];
