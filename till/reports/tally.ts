import type { ReportGroup } from '../../db/queries/reports.ts';
import type {
  Dimension,
  Measures,
  ReportFilter,
  ReportRow,
} from '../../shared/contracts/operations/reports.ts';
import { dimensions } from '../../shared/contracts/operations/reports.ts';

type Mutable = { -readonly [K in keyof Measures]: Measures[K] };

const empty = (): Mutable => ({
  redemptions: 0,
  voided: 0,
  discountMinor: 0,
  baskets: 0,
  subtotalMinor: 0,
  payableMinor: 0,
});

/** What the tally must know beside the groups. */
export type TallyContext = {
  readonly filter: ReportFilter;
  campaignOf(offerId: string): string | undefined;
  hourOf(quarter: number): number;
  weekdayOf(businessDay: string): number;
};

/** Sums up groups of redemptions in every dimension at once. */
export function createTally(context: TallyContext) {
  const totals = empty();
  const by = new Map<Dimension, Map<string, Mutable>>(dimensions.map((name) => [name, new Map()]));
  const put = (dimension: Dimension, key: string): Mutable => {
    const rows = by.get(dimension);
    const row = rows?.get(key) ?? empty();
    rows?.set(key, row);
    return row;
  };

  return {
    /** @returns uses of the filter's days that count, whatever else it asks for: those must add up. */
    add(group: ReportGroup): number {
      const { filter } = context;
      if (group.businessDay < filter.from || group.businessDay > filter.to) return 0;
      const counted = group.isVoided === 0 ? group.count - group.usesGivenBack : 0;
      const campaign = context.campaignOf(group.offerId);
      if (!fits(filter, group, campaign)) return counted;
      const perBasket = [totals, put('day', group.businessDay), put('channel', group.channel)];
      perBasket.push(put('hour', String(context.hourOf(group.quarter))));
      perBasket.push(put('weekday', String(context.weekdayOf(group.businessDay))));
      perBasket.push(put('till', group.tillName), put('operator', group.operatorId));
      // Asked about one offer, a basket counts where that offer was redeemed, not where its first coupon was.
      const ofOffer = filter.offerId !== undefined;
      for (const row of perBasket) addTo(row, group, ofOffer);
      addTo(put('offer', group.offerId), group, true);
      if (campaign !== undefined) addTo(put('campaign', campaign), group, true);
      return counted;
    },
    totals: (): Measures => totals,
    rows: (dimension: Dimension, nameOf?: (key: string) => string | undefined): ReportRow[] =>
      [...(by.get(dimension) ?? [])].map(([key, row]) => {
        const name = nameOf?.(key);
        return { key, ...(name === undefined ? {} : { name }), ...row };
      }),
  };
}

function fits(filter: ReportFilter, group: ReportGroup, campaign: string | undefined): boolean {
  const { offerId, campaignId, channel, operatorId, tillName } = filter;
  return (
    (offerId === undefined || offerId === group.offerId) &&
    (campaignId === undefined || campaignId === campaign) &&
    (channel === undefined || channel === group.channel) &&
    (operatorId === undefined || operatorId === group.operatorId) &&
    (tillName === undefined || tillName === group.tillName)
  );
}

function addTo(row: Mutable, group: ReportGroup, ofOffer: boolean): void {
  if (group.isVoided !== 0) {
    row.voided += group.count;
    return;
  }
  row.redemptions += group.count;
  row.discountMinor += group.discountMinor;
  row.baskets += ofOffer ? group.offerBaskets : group.baskets;
  row.subtotalMinor += ofOffer ? group.offerSubtotalMinor : group.subtotalMinor;
  row.payableMinor += ofOffer ? group.offerPayableMinor : group.payableMinor;
}
