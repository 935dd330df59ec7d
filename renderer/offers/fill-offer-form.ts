import type { OfferDraft } from '../../shared/contracts/offer.ts';
import { channels } from '../i18n/channels.ts';
import { decimalText } from '../i18n/format.ts';
import { emptyOfferForm, type OfferForm } from './offer-form.ts';
import { readOfferForm, type Where } from './read-offer-form.ts';

type Benefit = OfferDraft['benefits'][number];
type Mutable = { -readonly [K in keyof OfferForm]: OfferForm[K] };

const DAY_MS = 86_400_000;
const PERCENT_DIGITS = 2;

/**
 * The form that reads as these terms, for changing and duplicating. Undefined when the terms say more than the form can:
 * saving it would silently drop something.
 */
export function fillOfferForm(terms: OfferDraft, where: Where): OfferForm | undefined {
  const form: Mutable = {
    ...emptyOfferForm,
    name: terms.name,
    campaignId: terms.campaignId ?? '',
    codes: 'unique',
  };
  const money = (minor: number) => decimalText(minor, where.digits);
  const [benefit] = terms.benefits;
  if (benefit === undefined) return undefined;
  fillBenefit(form, benefit, money);
  fillConditions(form, terms, money);
  fillValidity(form, terms.validity);
  fillLimits(form, terms, money);
  form.skipReduced = terms.skipReducedLines ?? false;
  const { draft } = readOfferForm(form, where, keptOf(terms));
  return draft !== undefined && sameTerms(draft, terms) ? form : undefined;
}

/** The parts of the terms that the form leaves as they are. */
export function keptOf(terms: OfferDraft) {
  const { trigger, fundedBy, taxTreatment, refundPolicy, trialDays, billingCycles, referral } = terms;
  return {
    trigger,
    fundedBy,
    taxTreatment,
    refundPolicy,
    ...(trialDays === undefined ? {} : { trialDays }),
    ...(billingCycles === undefined ? {} : { billingCycles }),
    ...(referral === undefined ? {} : { referral }),
  };
}

function fillBenefit(form: Mutable, benefit: Benefit, money: (minor: number) => string): void {
  const percent = (bp: number) => decimalText(bp, PERCENT_DIGITS).replace(/\.?0+$/, '');
  if ('maxDiscountMinor' in benefit && benefit.maxDiscountMinor !== undefined)
    form.maxDiscount = money(benefit.maxDiscountMinor);
  if ('target' in benefit) fillTarget(form, benefit.target);
  switch (benefit.type) {
    case 'percent':
      form.kind = 'percent';
      form.percent = percent(benefit.percentBp);
      break;
    case 'fixed':
      form.kind = 'fixed';
      form.amount = money(benefit.amountMinor);
      form.per = benefit.per;
      break;
    case 'fixed_price':
      form.kind = 'price';
      form.price = money(benefit.priceMinor);
      break;
    case 'bundle_price':
      form.kind = 'bundle';
      form.bundleQty = String(benefit.qty);
      form.bundlePrice = money(benefit.priceMinor);
      form.maxTimes = benefit.maxTimes === undefined ? '' : String(benefit.maxTimes);
      fillSelect(form, benefit.select);
      break;
    case 'buy_get':
      fillBuyGet(form, benefit);
      form.getPercent = percent(benefit.percentBp);
      break;
    case 'tiered':
      form.kind = 'tiers';
      form.tierMeasure = benefit.measure;
      form.tierUnit = benefit.tiers.some((tier) => 'amountMinor' in tier) ? 'amount' : 'percent';
      form.tiers = benefit.tiers.map((tier) => ({
        from: benefit.measure === 'spend' ? money(tier.from) : String(tier.from),
        value: 'amountMinor' in tier ? money(tier.amountMinor) : percent(tier.percentBp),
      }));
      break;
    case 'free_shipping':
      form.kind = 'shipping';
      break;
  }
}

function fillBuyGet(form: Mutable, { buy, get, maxTimes }: Extract<Benefit, { type: 'buy_get' }>): void {
  form.kind = 'buyGet';
  form.buyQty = String(buy.qty);
  form.getQty = String(get.qty);
  form.maxTimes = maxTimes === undefined ? '' : String(maxTimes);
  if (get.pick !== 'first') form.getPick = get.pick;
  fillSelect(form, buy.select);
  if (JSON.stringify(get.select) === JSON.stringify(buy.select)) return;
  form.getOthers = true;
  form.getCategories = (get.select?.include?.categories ?? []).join(', ');
  form.getSkus = (get.select?.include?.skus ?? []).join(', ');
}

function fillTarget(form: Mutable, target: Extract<Benefit, { type: 'percent' }>['target']): void {
  if (target.scope === 'shipping') return;
  form.target = target.scope;
  fillSelect(form, target.select);
  if (target.scope !== 'items' || target.units === undefined) return;
  if (target.units.pick !== 'first') form.target = target.units.pick;
  form.pickUnits = String(target.units.maxUnits);
}

type Selector = Extract<Benefit, { type: 'bundle_price' }>['select'];

function fillSelect(form: Mutable, select: Selector): void {
  if (select === undefined) return;
  form.some = true;
  form.categories = (select.include?.categories ?? []).join(', ');
  form.skus = (select.include?.skus ?? []).join(', ');
  form.brands = (select.include?.brands ?? []).join(', ');
  form.exceptCategories = (select.exclude?.categories ?? []).join(', ');
  form.exceptSkus = (select.exclude?.skus ?? []).join(', ');
  form.exceptBrands = (select.exclude?.brands ?? []).join(', ');
}

function fillConditions(form: Mutable, terms: OfferDraft, money: (minor: number) => string): void {
  for (const condition of terms.conditions) {
    switch (condition.type) {
      case 'min_spend':
        form.minSpend = money(condition.amountMinor);
        if (condition.select !== undefined) form.minOnItems = true;
        break;
      case 'max_spend':
        form.maxSpend = money(condition.amountMinor);
        break;
      case 'min_quantity':
        form.minQty = String(condition.qty);
        if (condition.select !== undefined) form.minOnItems = true;
        break;
      case 'channels':
        form.channels = channels.filter((channel) => condition.channels.includes(channel));
        break;
      case 'segments':
        form.segments = condition.segments.join(', ');
        break;
      case 'email_domains':
        form.emailDomains = condition.domains.join(', ');
        break;
      case 'customer_required':
        form.customerRequired = true;
        break;
      case 'first_purchase':
        form.firstPurchase = true;
        break;
      case 'hours': {
        const [window] = condition.windows;
        if (window === undefined) break;
        form.weekdays = window.weekdays;
        form.fromTime = window.fromMinute === 0 ? '' : timeOf(window.fromMinute);
        form.toTime = window.toMinute === DAY_MINUTES ? '' : timeOf(window.toMinute);
        break;
      }
      default:
        // Not in the form: the comparison of the terms will say so.
        break;
    }
  }
}

const DAY_MINUTES = 1_440;

function timeOf(minute: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

function fillValidity(form: Mutable, { days, afterIssueMs }: OfferDraft['validity']): void {
  form.firstDay = days?.first ?? '';
  form.lastDay = days?.last ?? '';
  if (afterIssueMs !== undefined) form.afterIssueDays = String(afterIssueMs / DAY_MS);
}

function fillLimits(
  form: Mutable,
  { limits, stacking, offlinePolicy }: OfferDraft,
  money: (minor: number) => string,
): void {
  for (const field of ['total', 'perCustomer', 'perLocation', 'perDay', 'perOperator'] as const) {
    const limit = limits[field];
    if (limit !== undefined) form[field] = String(limit);
  }
  if (limits.budgetMinor !== undefined) form.budget = money(limits.budgetMinor);
  form.budgetPartial = limits.budgetPartial ?? false;
  form.stacking = stacking.mode;
  form.group = stacking.group ?? '';
  form.priority = String(stacking.priority);
  form.offline = offlinePolicy.type;
  if (offlinePolicy.type !== 'bounded') return;
  form.offlineMax = money(offlinePolicy.maxDiscountMinor);
  form.offlineUses = String(offlinePolicy.maxUses);
  form.offlineDays = String(offlinePolicy.maxAgeMs / DAY_MS);
  form.offlinePin = offlinePolicy.managerPin;
}

function sameTerms(a: OfferDraft, b: OfferDraft): boolean {
  return sorted(a) === sorted(b);
}

/** Conditions hold together in any order, and keys have none. */
function sorted(terms: OfferDraft): string {
  const byType = [...terms.conditions].sort((a, b) => (a.type < b.type ? -1 : 1));
  return JSON.stringify({ ...terms, conditions: byType }, (_, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
