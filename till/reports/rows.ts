import type { z } from 'zod';
import type { RedemptionRow } from '../../db/queries/redemptions.ts';
import type { reportOperations } from '../../shared/contracts/operations/reports.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { ok } from '../../shared/kernel/result.ts';
import type { Outcome } from '../handlers.ts';
import { termsOf } from '../offers/terms.ts';
import { readNumberCursor } from '../paging.ts';
import { shownRedemption } from '../redemption/shown.ts';
import type { Services } from '../services.ts';
import { spanOfDays } from './summary.ts';

type Contract = (typeof reportOperations)['reports.rows'];
type Input = z.output<Contract['input']>;
type Page = z.output<Contract['output']>;

/** Rows looked at for one page; a page of a narrow question may come short, its cursor goes on. */
const MAX_SCANNED = 5_000;
const ROWS_PER_READ = 500;

/** The redemptions behind a figure. */
export function reportRows(services: Services, input: Input): Outcome<Page> {
  const { store } = services;
  const location = services.location();
  assert(location, 'operations wait for the first run');
  const span = spanOfDays(services, input, store.head().seq, location.timeZone);
  const before = readNumberCursor(input.cursor, span.upTo + 1);
  if (!before.ok) return before;
  const redemptions: Page['redemptions'] = [];
  let seq = before.value;
  for (let scanned = 0; scanned < MAX_SCANNED; ) {
    const rows = store.read.redemptions.newest(seq, ROWS_PER_READ);
    for (const row of rows) {
      if (row.seq <= span.after) return ok({ redemptions });
      seq = row.seq;
      scanned += 1;
      if (!fits(services, input, row)) continue;
      const subtotalMinor = store.read.redemptions.basket(row.basketId)?.subtotalMinor ?? 0;
      redemptions.push({ ...shownRedemption(store.read, row), subtotalMinor });
      if (redemptions.length === input.limit) return ok({ redemptions, nextCursor: String(seq) });
    }
    if (rows.length < ROWS_PER_READ) return ok({ redemptions });
  }
  return ok({ redemptions, nextCursor: String(seq) });
}

function fits({ store }: Services, input: Input, row: RedemptionRow): boolean {
  const { offerId, campaignId, channel, operatorId, tillName, from, to } = input;
  if (row.businessDay < from || row.businessDay > to) return false;
  if (offerId !== undefined && offerId !== row.offerId) return false;
  if (channel !== undefined && channel !== row.channel) return false;
  if (operatorId !== undefined && operatorId !== row.operatorId) return false;
  if (tillName !== undefined && tillName !== row.tillName) return false;
  if (campaignId === undefined) return true;
  const offer = store.read.offers.byId(row.offerId);
  return offer !== undefined && termsOf(offer).campaignId === campaignId;
}
