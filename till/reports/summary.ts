import type { z } from 'zod';
import { QUARTER_MS } from '../../db/queries/reports.ts';
import { isErrorCode } from '../../shared/contracts/error-codes.ts';
import type { ReportFilter, reportOperations } from '../../shared/contracts/operations/reports.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { DAY_MS } from '../../shared/kernel/instant.ts';
import { startOfDay } from '../day-bounds.ts';
import { termsOf } from '../offers/terms.ts';
import type { Services } from '../services.ts';
import { type EventSpan, eventSpan } from './event-span.ts';
import { withSignals } from './signals.ts';
import { createTally, type TallyContext } from './tally.ts';

export type Summary = z.output<(typeof reportOperations)['reports.summary']['output']>;

/** Redemptions summed up at once. A cashier who scans meanwhile waits no longer than one slice takes. */
const ROWS_PER_SLICE = 2_000;

/** Lets whatever else waits for the ledger go first. */
const letOthersGo = () => new Promise<void>((resolve) => setImmediate(resolve));

export async function summarise(services: Services, filter: ReportFilter): Promise<Summary> {
  const { store, clock } = services;
  const location = services.location();
  assert(location, 'operations wait for the first run');
  const context = tallyContext(services, filter, location.timeZone);
  const head = store.head().seq;
  const { read } = store;
  const span = spanOfDays(services, filter, head, location.timeZone);
  let used = span;
  let tally = await tallySpan(services, span, context);
  // Clocks that were set back leave events out of their order: the running sums tell, and everything is read.
  if (tally.counted !== read.reports.countedOnDays(filter.from, filter.to)) {
    used = { after: 0, upTo: head };
    tally = await tallySpan(services, used, context);
  }
  const { sums } = tally;
  const operatorName = (id: string) => read.operators.byId(id)?.name;
  const past = pastFigures(services, filter);
  const attempts = countAttempts(services, used, context);
  return {
    asOf: clock.now(),
    timeZone: location.timeZone,
    currency: location.currency,
    totals: sums.totals(),
    by: {
      day: sums.rows('day').sort((a, b) => (a.key < b.key ? -1 : 1)),
      weekday: sums.rows('weekday').sort((a, b) => Number(a.key) - Number(b.key)),
      hour: sums.rows('hour').sort((a, b) => Number(a.key) - Number(b.key)),
      offer: sums.rows('offer', (id) => nameOfOffer(services, id)),
      campaign: sums.rows('campaign', (id) => read.campaigns.byId(id)?.name),
      channel: sums.rows('channel'),
      till: sums.rows('till'),
      operator: sums.rows('operator', operatorName),
    },
    refusals: [...attempts.byCode]
      .flatMap(([code, count]) => (isErrorCode(code) ? [{ code, count }] : []))
      .sort((a, b) => b.count - a.count),
    without: read.reports.refusedBaskets(used.after, used.upTo),
    ...(past && { past }),
    operators: withSignals(
      read.operators.all().flatMap(({ id, name }) => {
        const row = sums.rows('operator').find((one) => one.key === id);
        const tried = attempts.byOperator.get(id) ?? { refused: 0, unknownCodes: 0 };
        if (!row && tried.refused === 0) return [];
        const { redemptions = 0, voided = 0, discountMinor = 0 } = row ?? {};
        const averageDiscountMinor = redemptions === 0 ? 0 : Math.round(discountMinor / redemptions);
        return [{ operatorId: id, name, redemptions, voided, ...tried, averageDiscountMinor }];
      }),
    ),
  };
}

/** History from elsewhere knows days and amounts, but no offer, person or till of this ledger. */
function pastFigures({ store }: Services, filter: ReportFilter): Summary['past'] {
  const { from, to, ...narrowed } = filter;
  if (Object.values(narrowed).some((value) => value !== undefined)) return undefined;
  const sums = store.read.past.sums(from, to);
  if (sums.length === 0) return undefined;
  const count = (isRedemption: boolean) =>
    sums.reduce((sum, row) => ((row.what === 'redemption') === isRedemption ? sum + row.count : sum), 0);
  return {
    redemptions: count(true),
    takenBack: count(false),
    discountMinor: sums.reduce((sum, row) => sum + row.discountMinor, 0),
  };
}

export function spanOfDays(
  { store, wallTimes }: Services,
  { from, to }: Pick<ReportFilter, 'from' | 'to'>,
  head: number,
  zone: string,
): EventSpan {
  const after = new Date(Date.parse(`${to}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
  return eventSpan(
    store.read,
    head,
    startOfDay(wallTimes.at, from, zone),
    startOfDay(wallTimes.at, after, zone),
  );
}

async function tallySpan({ store }: Services, span: EventSpan, context: TallyContext) {
  const sums = createTally(context);
  let counted = 0;
  let { after } = span;
  for (;;) {
    const groups = store.read.reports.groups(after, span.upTo, ROWS_PER_SLICE);
    let rows = 0;
    for (const group of groups) {
      counted += sums.add(group);
      rows += group.count;
      after = Math.max(after, group.lastSeq);
    }
    if (rows < ROWS_PER_SLICE) return { sums, counted };
    await letOthersGo();
  }
}

function tallyContext({ store, wallTimes }: Services, filter: ReportFilter, zone: string): TallyContext {
  const campaigns = new Map<string, string | undefined>();
  return {
    filter,
    campaignOf(offerId) {
      if (!campaigns.has(offerId)) {
        const row = store.read.offers.byId(offerId);
        campaigns.set(offerId, row && termsOf(row).campaignId);
      }
      return campaigns.get(offerId);
    },
    hourOf: (quarter) => Math.floor(wallTimes.at(quarter * QUARTER_MS, zone).minuteOfDay / 60),
    // ISO: Sunday is 7.
    weekdayOf: (businessDay) => new Date(`${businessDay}T00:00:00Z`).getUTCDay() || 7,
  };
}

const unknownCodes: ReadonlySet<string> = new Set(['code_unknown', 'code_mistyped', 'code_malformed']);

function countAttempts({ store }: Services, span: EventSpan, { filter, campaignOf }: TallyContext) {
  const byCode = new Map<string, number>();
  const byOperator = new Map<string, { refused: number; unknownCodes: number }>();
  for (const group of store.read.reports.attemptGroups(span.after, span.upTo)) {
    const { operatorId, channel, offerId, code, count } = group;
    if (filter.operatorId !== undefined && filter.operatorId !== operatorId) continue;
    if (filter.channel !== undefined && filter.channel !== channel) continue;
    if (filter.offerId !== undefined && filter.offerId !== offerId) continue;
    if (filter.campaignId !== undefined && (!offerId || campaignOf(offerId) !== filter.campaignId)) continue;
    byCode.set(code, (byCode.get(code) ?? 0) + count);
    const person = byOperator.get(operatorId) ?? { refused: 0, unknownCodes: 0 };
    person.refused += count;
    if (unknownCodes.has(code)) person.unknownCodes += count;
    byOperator.set(operatorId, person);
  }
  return { byCode, byOperator };
}

function nameOfOffer({ store }: Services, id: string): string | undefined {
  const row = store.read.offers.byId(id);
  return row && termsOf(row).name;
}
