import type { OfferDraft } from '../../shared/contracts/offer.ts';
import { unreachable } from '../../shared/kernel/assert.ts';
import { channels } from '../i18n/channels.ts';
import type { Translate } from '../i18n/i18n.ts';
import type { Format } from '../i18n/use-format.ts';
import { hoursText, itemsText, rewardText, targetText } from './rule-words.ts';

/** The parts of an offer that its sentence speaks of: a draft has them as well as a stored offer. */
export type Terms = Pick<
  OfferDraft,
  'benefits' | 'conditions' | 'validity' | 'limits' | 'stacking' | 'currency' | 'skipReducedLines'
>;

/** An offer's rules as one sentence that a manager can read out: what, from when, for whom, how often. */
export function offerSentence(t: Translate, format: Format, offer: Terms): string {
  const list = new Intl.ListFormat(format.locale, { type: 'conjunction' });
  const benefits = list.format(
    offer.benefits.map((benefit) => benefitText(t, format, benefit, offer.currency)),
  );
  const conditions = offer.conditions.map((condition) => conditionText(t, format, condition, offer.currency));
  const rest = [
    offer.skipReducedLines ? t('rule.skipReduced') : undefined,
    ...conditions,
    ...validityTexts(t, format, offer.validity),
    ...limitTexts(t, format, offer),
  ];
  const sentence = `${[benefits, ...rest.filter((text) => text !== undefined)].join(', ')}.`;
  return sentence.slice(0, 1).toLocaleUpperCase(format.locale) + sentence.slice(1);
}

function benefitText(
  t: Translate,
  format: Format,
  benefit: Terms['benefits'][number],
  currency: string,
): string {
  const money = (minor: number) => format.money(minor, currency);
  const upTo = (text: string, max: number | undefined) =>
    max === undefined ? text : t('rule.upTo', { text, amount: money(max) });
  switch (benefit.type) {
    case 'percent': {
      const percent = format.percent(benefit.percentBp);
      const target = targetText(t, format, benefit.target);
      return upTo(t('rule.percent', { percent, target }), benefit.maxDiscountMinor);
    }
    case 'fixed': {
      const amount = money(benefit.amountMinor);
      const target = targetText(t, format, benefit.target, benefit.per !== 'total');
      return t('rule.fixed', { amount, target });
    }
    case 'fixed_price':
      return t('rule.fixedPrice', {
        target: targetText(t, format, benefit.target, true),
        amount: money(benefit.priceMinor),
      });
    case 'bundle_price': {
      const items = itemsText(t, format, benefit.select);
      const amount = money(benefit.priceMinor);
      return items === undefined
        ? t('rule.bundlePrice', { count: benefit.qty, amount })
        : t('rule.bundlePriceOf', { count: benefit.qty, amount, items });
    }
    case 'free_shipping':
      return upTo(t('rule.freeShipping'), benefit.maxDiscountMinor);
    case 'buy_get':
      return upTo(rewardText(t, format, benefit), benefit.maxDiscountMinor);
    case 'tiered': {
      const steps = benefit.tiers.map((tier) =>
        t('rule.tier', {
          worth: 'amountMinor' in tier ? money(tier.amountMinor) : format.percent(tier.percentBp),
          from:
            benefit.measure === 'spend'
              ? money(tier.from)
              : t('rule.items', { count: tier.from, number: format.number(tier.from) }),
        }),
      );
      const list = new Intl.ListFormat(format.locale, { type: 'conjunction' }).format(steps);
      const target = targetText(t, format, benefit.target);
      return upTo(t('rule.tiered', { steps: list, target }), benefit.maxDiscountMinor);
    }
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
    case 'min_spend': {
      const amount = format.money(condition.amountMinor, currency);
      const items = itemsText(t, format, condition.select);
      return items === undefined ? t('rule.minSpend', { amount }) : t('rule.minSpendOn', { amount, items });
    }
    case 'max_spend':
      return t('rule.maxSpend', { amount: format.money(condition.amountMinor, currency) });
    case 'min_quantity': {
      const items = itemsText(t, format, condition.select);
      return items === undefined
        ? t('rule.minQuantity', { count: condition.qty })
        : t('rule.minQuantityOf', { count: condition.qty, items });
    }
    case 'has_items':
      return t('rule.hasItems', { items: itemsText(t, format, condition.select) ?? '' });
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
      return hoursText(t, format, condition.windows);
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
  const { total, perCustomer, perLocation, perDay, perOperator, budgetMinor } = limits;
  return [
    total === undefined ? undefined : t('rule.total', { count: total, number: format.number(total) }),
    perCustomer === undefined ? undefined : t('rule.perCustomer', { count: perCustomer }),
    perLocation === undefined ? undefined : t('rule.perLocation', { count: perLocation }),
    perDay === undefined ? undefined : t('rule.perDay', { count: perDay }),
    perOperator === undefined ? undefined : t('rule.perOperator', { count: perOperator }),
    budgetMinor === undefined ? undefined : t('rule.budget', { amount: format.money(budgetMinor, currency) }),
    stacking.mode === 'exclusive' ? t('rule.exclusive') : undefined,
    stacking.mode === 'group' ? t('rule.group', { group: stacking.group ?? '' }) : undefined,
  ];
}
