import type { Channel } from '../../shared/contracts/common.ts';
import type { OfferDraft } from '../../shared/contracts/offer.ts';
import { channels } from '../i18n/channels.ts';
import { parseAmount } from '../i18n/format.ts';

/** What a manager fills in. Texts as typed, so that nothing is lost while it is half written. */
export type OfferForm = {
  readonly name: string;
  readonly kind: 'percent' | 'fixed';
  readonly percent: string;
  readonly amount: string;
  readonly maxDiscount: string;
  readonly minSpend: string;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly total: string;
  readonly perCustomer: string;
  readonly channels: readonly Channel[];
  readonly combinable: boolean;
  readonly codes: 'shared' | 'unique';
  readonly sharedCode: string;
};

export type OfferFormField = keyof OfferForm;
/** A text of the catalogue under `offerForm.errors`. */
export type OfferFormError =
  | 'required'
  | 'percent'
  | 'amount'
  | 'whole'
  | 'days'
  | 'channels'
  | 'aboveTotal'
  | 'code';

export const emptyOfferForm: OfferForm = {
  name: '',
  kind: 'percent',
  percent: '10',
  amount: '',
  maxDiscount: '',
  minSpend: '',
  firstDay: '',
  lastDay: '',
  total: '',
  perCustomer: '',
  channels,
  combinable: true,
  codes: 'shared',
  sharedCode: '',
};

const MAX_USES = 1_000_000_000;
const PERCENT_DIGITS = 2;
const FULL_BP = 10_000;

export type ReadForm = {
  readonly errors: Partial<Record<OfferFormField, OfferFormError>>;
  /** Present as soon as the benefit can be computed: the sentence and the sample basket need no more than that. */
  readonly draft: OfferDraft | undefined;
};

/** Reads the form into the terms of an offer, or says field by field what is missing. */
export function readOfferForm(
  form: OfferForm,
  where: { currency: string; digits: number; timeZone: string },
): ReadForm {
  const errors: Partial<Record<OfferFormField, OfferFormError>> = {};
  const fail = (field: OfferFormField, error: OfferFormError) => {
    errors[field] ??= error;
  };

  const amountOf = (field: 'amount' | 'maxDiscount' | 'minSpend'): number | undefined => {
    if (form[field].trim() === '') return undefined;
    const minor = parseAmount(form[field], where.digits);
    if (minor === undefined || minor === 0) fail(field, 'amount');
    return minor === 0 ? undefined : minor;
  };
  const countOf = (field: 'total' | 'perCustomer'): number | undefined => {
    const text = form[field].trim();
    if (text === '') return undefined;
    const count = /^\d{1,10}$/.test(text) ? Number(text) : 0;
    if (count < 1 || count > MAX_USES) {
      fail(field, 'whole');
      return undefined;
    }
    return count;
  };

  if (form.name.trim() === '') fail('name', 'required');
  const percentBp = parseAmount(form.percent, PERCENT_DIGITS);
  const amountMinor = amountOf('amount');
  const maxDiscountMinor = amountOf('maxDiscount');
  const minSpendMinor = amountOf('minSpend');
  const total = countOf('total');
  const perCustomer = countOf('perCustomer');
  if (form.kind === 'percent' && (percentBp === undefined || percentBp < 1 || percentBp > FULL_BP))
    fail('percent', 'percent');
  if (form.kind === 'fixed' && amountMinor === undefined) fail('amount', 'amount');
  if (form.firstDay !== '' && form.lastDay !== '' && form.firstDay > form.lastDay) fail('lastDay', 'days');
  if (form.channels.length === 0) fail('channels', 'channels');
  if (total !== undefined && perCustomer !== undefined && perCustomer > total)
    fail('perCustomer', 'aboveTotal');
  if (form.codes === 'shared' && form.sharedCode.trim().length < 3) fail('sharedCode', 'code');

  const target = { scope: 'order' } as const;
  const cap = form.kind === 'percent' && maxDiscountMinor !== undefined ? { maxDiscountMinor } : {};
  const benefit: OfferDraft['benefits'][number] | undefined =
    form.kind === 'percent'
      ? errors.percent === undefined && percentBp !== undefined
        ? { type: 'percent', percentBp, target, base: 'sequential', ...cap }
        : undefined
      : amountMinor === undefined
        ? undefined
        : { type: 'fixed', amountMinor, per: 'total', target };
  if (benefit === undefined) return { errors, draft: undefined };

  const conditions: OfferDraft['conditions'] = [];
  if (minSpendMinor !== undefined) {
    conditions.push({ type: 'min_spend', amountMinor: minSpendMinor, measure: 'before_discounts' });
  }
  if (form.channels.length < channels.length && form.channels.length > 0) {
    conditions.push({
      type: 'channels',
      channels: channels.filter((channel) => form.channels.includes(channel)),
    });
  }

  const days =
    form.firstDay === '' && form.lastDay === ''
      ? {}
      : {
          days: {
            zone: where.timeZone,
            ...(form.firstDay === '' ? {} : { first: form.firstDay }),
            ...(form.lastDay === '' ? {} : { last: form.lastDay }),
          },
        };

  return {
    errors,
    draft: {
      name: form.name.trim(),
      currency: where.currency,
      trigger: 'code',
      benefits: [benefit],
      conditions,
      validity: errors.lastDay === undefined ? days : {},
      limits: {
        ...(total === undefined ? {} : { total }),
        ...(perCustomer === undefined || errors.perCustomer !== undefined ? {} : { perCustomer }),
      },
      stacking: { mode: form.combinable ? 'stackable' : 'exclusive', priority: 0 },
      fundedBy: { type: 'merchant' },
      taxTreatment: 'before_tax',
      refundPolicy: { brokenThreshold: 'keep', giveUseBack: 'full_return' },
      offlinePolicy: { type: 'strict' },
    },
  };
}
