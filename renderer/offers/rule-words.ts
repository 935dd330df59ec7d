import type { OfferDraft } from '../../shared/contracts/offer.ts';
import type { Translate } from '../i18n/i18n.ts';
import type { Format } from '../i18n/use-format.ts';

type Benefit = OfferDraft['benefits'][number];
type BuyGet = Extract<Benefit, { type: 'buy_get' }>;
type Target = Extract<Benefit, { type: 'percent' }>['target'];
type Selector = Extract<Benefit, { type: 'bundle_price' }>['select'];
type Windows = Extract<OfferDraft['conditions'][number], { type: 'hours' }>['windows'];

/** `Tea or Coffee, except GIFT`; undefined when every item is meant. */
export function itemsText(t: Translate, format: Format, select: Selector): string | undefined {
  const list = new Intl.ListFormat(format.locale, { type: 'disjunction' });
  const words = (match: NonNullable<Selector>['include']) => [
    ...(match?.categories ?? []),
    ...(match?.brands ?? []),
    ...(match?.tags ?? []),
    ...(match?.skus ?? []),
  ];
  const include = words(select?.include);
  const exclude = words(select?.exclude);
  if (include.length === 0 && exclude.length === 0) return undefined;
  const items = include.length === 0 ? t('rule.allItems') : list.format(include);
  return exclude.length === 0 ? items : t('rule.except', { items, except: list.format(exclude) });
}

/** On what the discount is given, as the end of a sentence. `each`: of every item by itself. */
export function targetText(t: Translate, format: Format, target: Target, each = false): string {
  if (target.scope === 'shipping') return t('rule.target.shipping');
  const items = itemsText(t, format, target.select);
  const units = target.scope === 'items' ? target.units : undefined;
  if (units !== undefined && units.pick !== 'first') {
    const values = { count: units.maxUnits, items: items ?? t('rule.allItems') };
    if (units.pick === 'cheapest') return t('rule.target.cheapest', values);
    return t('rule.target.dearest', values);
  }
  if (each) {
    return items === undefined ? t('rule.target.eachItem') : t('rule.target.eachOf', { items });
  }
  if (items !== undefined) return t('rule.target.some', { items });
  return target.scope === 'order' ? t('rule.target.basket') : t('rule.target.everyItem');
}

const FREE_BP = 10_000;

export function rewardText(t: Translate, format: Format, { buy, get, percentBp, maxTimes }: BuyGet): string {
  const [bought, got] = [buy, get].map(({ select }) => itemsText(t, format, select));
  // `buy 2, get 1 free` where all items are meant: there are no two kinds to tell apart.
  const some = (qty: number, items: string | undefined) => {
    if (items !== undefined) return t('rule.of', { number: format.number(qty), items });
    if (bought === undefined && got === undefined) return format.number(qty);
    return t('rule.anyItems', { count: qty, number: format.number(qty) });
  };
  const values = {
    bought: some(buy.qty, bought),
    got: some(get.qty, got),
    percent: format.percent(percentBp),
  };
  const text = percentBp === FREE_BP ? t('rule.buyGetFree', values) : t('rule.buyGet', values);
  return maxTimes === undefined ? text : t('rule.times', { text, count: maxTimes });
}

/** `on Sat and Sun, 10:00–12:30`. */
export function hoursText(t: Translate, format: Format, windows: Windows): string {
  const list = new Intl.ListFormat(format.locale, { type: 'conjunction' });
  const texts = windows.map(({ weekdays, fromMinute, toMinute }) => {
    const days = list.format(weekdays.map((day) => format.weekday(day, 'short')));
    const all = fromMinute === 0 && toMinute === MINUTES_OF_DAY;
    if (all) return t('rule.onDays', { days });
    const hours = `${format.minuteOfDay(fromMinute)}–${format.minuteOfDay(toMinute)}`;
    return weekdays.length === WEEKDAYS
      ? t('rule.atHours', { hours })
      : t('rule.onDaysAtHours', { days, hours });
  });
  return list.format(texts);
}

const MINUTES_OF_DAY = 1_440;
const WEEKDAYS = 7;
