import { canonicalCode } from '../../shared/codes/canonical-code.ts';
import type { OfferDraft } from '../../shared/contracts/offer.ts';
import { channels } from '../i18n/channels.ts';
import { isDay } from '../ui/day-text.ts';
import { type FormReader, formReader, listOf, type OfferFormError } from './form-reader.ts';
import type { OfferForm, OfferFormField } from './offer-form.ts';
import { readBenefit, selectorOf } from './read-benefit.ts';

/** A text under `offerForm.hints`: nothing is wrong, but it may not be meant. */
export type OfferFormHint = 'freeBasket' | 'budgetBelow';

export type Where = { readonly currency: string; readonly digits: number; readonly timeZone: string };

export type ReadForm = {
  readonly errors: Partial<Record<OfferFormField, OfferFormError>>;
  readonly hints: Partial<Record<OfferFormField, OfferFormHint>>;
  /** Present as soon as the benefit can be computed: the sentence and the sample basket need no more than that. */
  readonly draft: OfferDraft | undefined;
};

/** What this form does not ask about. Another offer may bring its own along. */
type Kept = Pick<OfferDraft, 'trigger' | 'fundedBy' | 'taxTreatment' | 'refundPolicy'> &
  Partial<Pick<OfferDraft, 'trialDays' | 'billingCycles' | 'referral'>>;

export const usualTerms: Kept = {
  trigger: 'code',
  fundedBy: { type: 'merchant' },
  taxTreatment: 'before_tax',
  refundPolicy: { brokenThreshold: 'keep', giveUseBack: 'full_return' },
};

const MIN_CODE_LETTERS = 3;
const DAY_MS = 86_400_000;
const MAX_PRIORITY = 1_000_000;

/** Reads the form into the terms of an offer, or says field by field what is missing. */
export function readOfferForm(form: OfferForm, where: Where, kept: Kept = usualTerms): ReadForm {
  const reader = formReader(form, where.digits);
  if (form.name.trim() === '') reader.fail('name', 'required');
  const benefit = readBenefit(form, reader);
  const conditions = readConditions(form, where, reader);
  const validity = readValidity(form, where, reader);
  const limits = readLimits(form, reader);
  const stacking = readStacking(form, reader);
  const offlinePolicy = readOffline(form, reader);
  readCode(form, reader);
  const { errors } = reader;
  const hints = hintsFor(form, reader);
  if (benefit === undefined) return { errors, hints, draft: undefined };
  return {
    errors,
    hints,
    draft: {
      ...kept,
      name: form.name.trim(),
      ...(form.campaignId === '' ? {} : { campaignId: form.campaignId }),
      currency: where.currency,
      benefits: [benefit],
      conditions,
      validity,
      limits,
      stacking,
      offlinePolicy,
      ...(form.skipReduced ? { skipReducedLines: true } : {}),
    },
  };
}

function readConditions(form: OfferForm, where: Where, reader: FormReader): OfferDraft['conditions'] {
  const conditions: OfferDraft['conditions'] = [];
  const select = form.some && form.minOnItems ? selectorOf(form) : undefined;
  const selected = select === undefined ? {} : { select };
  const minSpend = reader.amount('minSpend');
  const maxSpend = reader.amount('maxSpend');
  const minQty = reader.count('minQty');
  if (minSpend !== undefined) {
    conditions.push({ type: 'min_spend', amountMinor: minSpend, measure: 'before_discounts', ...selected });
  }
  if (maxSpend !== undefined) {
    if (minSpend !== undefined && maxSpend < minSpend) reader.fail('maxSpend', 'belowMinimum');
    else conditions.push({ type: 'max_spend', amountMinor: maxSpend });
  }
  if (minQty !== undefined) conditions.push({ type: 'min_quantity', qty: minQty, ...selected });
  if (form.channels.length === 0) reader.fail('channels', 'channels');
  else if (form.channels.length < channels.length) {
    conditions.push({
      type: 'channels',
      channels: channels.filter((channel) => form.channels.includes(channel)),
    });
  }
  const segments = listOf(form.segments);
  if (segments.length > 0) conditions.push({ type: 'segments', segments });
  const domains = listOf(form.emailDomains).map((domain) => domain.toLowerCase().replace(/^@/, ''));
  if (domains.some((domain) => !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain)))
    reader.fail('emailDomains', 'domains');
  else if (domains.length > 0) conditions.push({ type: 'email_domains', domains });
  if (form.customerRequired) conditions.push({ type: 'customer_required' });
  if (form.firstPurchase) conditions.push({ type: 'first_purchase' });
  const hours = readHours(form, where, reader);
  if (hours !== undefined) conditions.push(hours);
  return conditions;
}

const ALL_DAYS = 7;
const DAY_MINUTES = 1_440;

function readHours(
  form: OfferForm,
  where: Where,
  reader: FormReader,
): OfferDraft['conditions'][number] | undefined {
  const hasTimes = form.fromTime !== '' || form.toTime !== '';
  if (form.weekdays.length === 0) reader.fail('weekdays', 'weekdays');
  if (!hasTimes && form.weekdays.length === ALL_DAYS) return undefined;
  const fromMinute = form.fromTime === '' ? 0 : minuteOf(form.fromTime);
  const toMinute = form.toTime === '' ? DAY_MINUTES : minuteOf(form.toTime);
  if (fromMinute === undefined) reader.fail('fromTime', 'time');
  if (toMinute === undefined) reader.fail('toTime', 'time');
  if (fromMinute === undefined || toMinute === undefined) return undefined;
  if (fromMinute === toMinute) reader.fail('toTime', 'times');
  if (form.weekdays.length === 0 || fromMinute === toMinute) return undefined;
  return {
    type: 'hours',
    zone: where.timeZone,
    windows: [{ weekdays: [...form.weekdays].sort((a, b) => a - b), fromMinute, toMinute }],
  };
}

/** `9`, `9:30`, `09.30` or `930` of a day that ends with 24:00. */
function minuteOf(time: string): number | undefined {
  const [, hours, minutes = '0'] = /^(\d{1,2})(?:[:.h ]?(\d{2}))?$/.exec(time.trim()) ?? [];
  if (hours === undefined || Number(minutes) > 59) return undefined;
  const minute = Number(hours) * 60 + Number(minutes);
  return minute <= DAY_MINUTES ? minute : undefined;
}

function readValidity(form: OfferForm, where: Where, reader: FormReader): OfferDraft['validity'] {
  const { firstDay, lastDay } = form;
  const afterIssueDays = reader.count('afterIssueDays');
  const afterIssue = afterIssueDays === undefined ? {} : { afterIssueMs: afterIssueDays * DAY_MS };
  if (firstDay === '' && lastDay === '') return afterIssue;
  const unread = (['firstDay', 'lastDay'] as const).filter(
    (field) => form[field] !== '' && !isDay(form[field]),
  );
  for (const field of unread) reader.fail(field, 'day');
  if (unread.length > 0) return afterIssue;
  if (firstDay !== '' && lastDay !== '' && firstDay > lastDay) {
    reader.fail('lastDay', 'days');
    return afterIssue;
  }
  const days = {
    zone: where.timeZone,
    ...(firstDay === '' ? {} : { first: firstDay }),
    ...(lastDay === '' ? {} : { last: lastDay }),
  };
  return { days, ...afterIssue };
}

const countedBy = ['perCustomer', 'perLocation', 'perDay', 'perOperator'] as const;

function readLimits(form: OfferForm, reader: FormReader): OfferDraft['limits'] {
  const total = reader.count('total');
  const limits: OfferDraft['limits'] = total === undefined ? {} : { total };
  for (const field of countedBy) {
    const count = reader.count(field);
    if (count === undefined) continue;
    if (total !== undefined && count > total) reader.fail(field, 'aboveTotal');
    else limits[field] = count;
  }
  const budgetMinor = reader.amount('budget');
  if (budgetMinor === undefined) return limits;
  return { ...limits, budgetMinor, ...(form.budgetPartial ? { budgetPartial: true } : {}) };
}

function readStacking(form: OfferForm, reader: FormReader): OfferDraft['stacking'] {
  const priority = /^-?\d{1,7}$/.test(form.priority.trim()) ? Number(form.priority) : Number.NaN;
  if (!(Math.abs(priority) <= MAX_PRIORITY)) {
    reader.fail('priority', 'priority');
    return { mode: 'stackable', priority: 0 };
  }
  if (form.stacking !== 'group') return { mode: form.stacking, priority };
  const group = form.group.trim();
  if (group !== '') return { mode: 'group', group, priority };
  reader.fail('group', 'required');
  return { mode: 'stackable', priority };
}

function readOffline(form: OfferForm, reader: FormReader): OfferDraft['offlinePolicy'] {
  if (form.offline !== 'bounded') return { type: form.offline };
  const maxDiscountMinor = reader.amount('offlineMax');
  const maxUses = reader.count('offlineUses');
  const maxAgeDays = reader.count('offlineDays');
  if (maxDiscountMinor === undefined) reader.fail('offlineMax', 'amount');
  if (maxUses === undefined) reader.fail('offlineUses', 'whole');
  if (maxAgeDays === undefined) reader.fail('offlineDays', 'whole');
  if (maxDiscountMinor === undefined || maxUses === undefined || maxAgeDays === undefined) {
    return { type: 'strict' };
  }
  return {
    type: 'bounded',
    maxDiscountMinor,
    maxUses,
    maxAgeMs: maxAgeDays * DAY_MS,
    managerPin: form.offlinePin,
  };
}

/** Signs would have to be found on keyboards and scanners of every country; a space or a dash only groups. */
function readCode({ codes, sharedCode }: OfferForm, reader: FormReader): void {
  if (codes !== 'shared') return;
  const canonical = canonicalCode(sharedCode) ?? '';
  if (/[^\p{L}\p{M}\p{N}]/u.test(canonical)) reader.fail('sharedCode', 'codeSigns');
  else if ([...canonical].length < MIN_CODE_LETTERS) reader.fail('sharedCode', 'code');
}

function hintsFor(form: OfferForm, reader: FormReader): ReadForm['hints'] {
  const hints: Partial<Record<OfferFormField, OfferFormHint>> = {};
  if (form.kind === 'fixed') {
    const amount = reader.amount('amount') ?? 0;
    const budget = reader.amount('budget');
    if (form.per === 'total' && form.target === 'order' && amount > 0) {
      if (amount >= (reader.amount('minSpend') ?? 0)) hints.minSpend = 'freeBasket';
    }
    if (budget !== undefined && budget < amount) hints.budget = 'budgetBelow';
  }
  return hints;
}
