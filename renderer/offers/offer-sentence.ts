import type { OfferDraft } from '../../shared/contracts/offer.ts';
import { unreachable } from '../../shared/kernel/assert.ts';
import { channels } from '../i18n/channels.ts';
import type { Translate } from '../i18n/i18n.ts';
import type { Format } from '../i18n/use-format.ts';

/** The parts of an offer that its sentence speaks of: a draft has them as well as a stored offer. */
type Terms = Pick<OfferDraft, 'benefits' | 'conditions' | 'validity' | 'limits' | 'stacking' | 'currency'>;

/** An offer's rules as one sentence that a manager can read out: what, from when, for whom, how often. */
export function offerSentence(t: Translate, format: Format, offer: Terms): string {
  const list = new Intl.ListFormat(format.locale, { type: 'conjunction' });
  const benefits = list.format(
    offer.benefits.map((benefit) => benefitText(t, format, benefit, offer.currency)),
  );
  const conditions = offer.conditions.map((condition) => conditionText(t, format, condition, offer.currency));
  const rest = [...conditions, ...validityTexts(t, format, offer.validity), ...limitTexts(t, format, offer)];
  return `${[benefits, ...rest.filter((text) => text !== undefined)].join(', ')}.`;
}

function benefitText(
  t: Translate,
  format: Format,
  benefit: Terms['benefits'][number],
  currency: string,
): string {
  const money = (minor: number) => format.money(minor, currency);
  switch (benefit.type) {
    case 'percent': {
      const percent = format.percent(benefit.percentBp);
      if (benefit.maxDiscountMinor === undefined) return t('rule.percent', { percent });
      return t('rule.percentUpTo', { percent, amount: money(benefit.maxDiscountMinor) });
    }
    case 'fixed':
      if (benefit.per === 'total') return t('rule.fixed', { amount: money(benefit.amountMinor) });
      return t('rule.fixedEach', { amount: money(benefit.amountMinor) });
    case 'fixed_price':
      return t('rule.fixedPrice', { amount: money(benefit.priceMinor) });
    case 'bundle_price':
      return t('rule.bundlePrice', { count: benefit.qty, amount: money(benefit.priceMinor) });
    case 'free_shipping':
      return t('rule.freeShipping');
    case 'buy_get':
      return t('rule.buyGet', {
        buy: benefit.buy.qty,
        get: benefit.get.qty,
        percent: format.percent(benefit.percentBp),
      });
    case 'tiered':
      return t('rule.tiered', { count: benefit.tiers.length });
    default:
      return unreachable(benefit);
  }
}

function conditionText(
  t: Translate,
  format: Format,
  condition: Terms['conditions'][number],
  currency: string,
): string | undefined {
  const list = new Intl.ListFormat(format.locale, { type: 'disjunction' });
  switch (condition.type) {
    case 'min_spend':
      return t('rule.minSpend', { amount: format.money(condition.amountMinor, currency) });
    case 'max_spend':
      return t('rule.maxSpend', { amount: format.money(condition.amountMinor, currency) });
    case 'min_quantity':
      return t('rule.minQuantity', { count: condition.qty });
    case 'has_items':
      return t('rule.hasItems');
    case 'channels':
      return t('rule.channels', {
        channels: list.format(
          condition.channels.map((name) => {
            const known = channels.find((channel) => channel === name);
            return known === undefined ? name : t(`channels.${known}`);
          }),
        ),
      });
    case 'locations':
      return t('rule.locations', { count: condition.locationIds.length });
    case 'segments':
      return t('rule.segments', { segments: list.format(condition.segments) });
    case 'email_domains':
      return t('rule.emailDomains', { domains: list.format(condition.domains) });
    case 'customer_required':
      return t('rule.customerRequired');
    case 'first_purchase':
      return t('rule.firstPurchase');
    case 'nth_purchase':
      return t('rule.nthPurchase', { number: condition.n });
    case 'hours':
      return t('rule.hours');
    case 'attribute':
      return undefined;
    default:
      return unreachable(condition);
  }
}

function validityTexts(t: Translate, format: Format, validity: Terms['validity']): (string | undefined)[] {
  const { days, startsAt, endsAt, afterIssueMs } = validity;
  const texts: (string | undefined)[] = [];
  if (days?.first !== undefined && days.last !== undefined) {
    texts.push(t('rule.between', { first: format.day(days.first), last: format.day(days.last) }));
  } else if (days?.first !== undefined) texts.push(t('rule.from', { first: format.day(days.first) }));
  else if (days?.last !== undefined) texts.push(t('rule.until', { last: format.day(days.last) }));
  if (startsAt !== undefined) texts.push(t('rule.from', { first: format.dateTime(startsAt) }));
  if (endsAt !== undefined) texts.push(t('rule.until', { last: format.dateTime(endsAt) }));
  if (afterIssueMs !== undefined) texts.push(t('rule.afterIssue', { age: format.age(afterIssueMs) }));
  return texts;
}

function limitTexts(
  t: Translate,
  format: Format,
  { limits, stacking, currency }: Terms,
): (string | undefined)[] {
  return [
    limits.total === undefined
      ? undefined
      : t('rule.total', { count: limits.total, number: format.number(limits.total) }),
    limits.perCustomer === undefined ? undefined : t('rule.perCustomer', { count: limits.perCustomer }),
    limits.perLocation === undefined ? undefined : t('rule.perLocation', { count: limits.perLocation }),
    limits.perDay === undefined ? undefined : t('rule.perDay', { count: limits.perDay }),
    limits.budgetMinor === undefined
      ? undefined
      : t('rule.budget', { amount: format.money(limits.budgetMinor, currency) }),
    stacking.mode === 'exclusive' ? t('rule.exclusive') : undefined,
  ];
}
