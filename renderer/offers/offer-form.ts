import type { Channel } from '../../shared/contracts/common.ts';
import { channels } from '../i18n/channels.ts';

export const offerKinds = ['percent', 'fixed', 'price', 'buyGet', 'bundle', 'tiers', 'shipping'] as const;
export type OfferKind = (typeof offerKinds)[number];
export const targets = ['order', 'items', 'cheapest', 'dearest'] as const;
export const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;

export type TierRow = { readonly from: string; readonly value: string };

/** What a manager fills in. Texts as typed, so that nothing is lost while it is half written. */
export type OfferForm = {
  readonly name: string;
  readonly kind: OfferKind;
  readonly percent: string;
  readonly amount: string;
  readonly per: 'total' | 'line' | 'unit';
  readonly price: string;
  readonly bundleQty: string;
  readonly bundlePrice: string;
  readonly buyQty: string;
  readonly getQty: string;
  readonly getPercent: string;
  readonly getPick: 'cheapest' | 'dearest' | 'grouped';
  /** The reward is chosen among other items than those bought. */
  readonly getOthers: boolean;
  readonly getCategories: string;
  readonly getSkus: string;
  readonly maxTimes: string;
  readonly tierMeasure: 'spend' | 'quantity';
  readonly tierUnit: 'percent' | 'amount';
  readonly tiers: readonly TierRow[];
  readonly maxDiscount: string;

  readonly target: (typeof targets)[number];
  readonly pickUnits: string;
  readonly some: boolean;
  readonly categories: string;
  readonly skus: string;
  readonly brands: string;
  readonly exceptCategories: string;
  readonly exceptSkus: string;
  readonly exceptBrands: string;
  readonly skipReduced: boolean;

  readonly firstDay: string;
  readonly lastDay: string;
  readonly afterIssueDays: string;
  readonly weekdays: readonly number[];
  readonly fromTime: string;
  readonly toTime: string;
  readonly minSpend: string;
  readonly maxSpend: string;
  readonly minQty: string;
  /** Minimum spend and quantity count the chosen items only. */
  readonly minOnItems: boolean;
  readonly channels: readonly Channel[];
  readonly segments: string;
  readonly emailDomains: string;
  readonly customerRequired: boolean;
  readonly firstPurchase: boolean;

  readonly total: string;
  readonly perCustomer: string;
  readonly perLocation: string;
  readonly perDay: string;
  readonly perOperator: string;
  readonly budget: string;
  readonly budgetPartial: boolean;
  readonly campaignId: string;
  readonly stacking: 'stackable' | 'group' | 'exclusive';
  readonly group: string;
  readonly priority: string;
  readonly offline: 'strict' | 'bounded' | 'open';
  readonly offlineMax: string;
  readonly offlineUses: string;
  readonly offlineDays: string;
  readonly offlinePin: boolean;

  readonly codes: 'shared' | 'unique';
  readonly sharedCode: string;
};

export type OfferFormField = keyof OfferForm;

export const offerSteps = ['benefit', 'rules', 'limits', 'codes'] as const;
export type OfferStep = (typeof offerSteps)[number];

const benefitFields: ReadonlySet<OfferFormField> = new Set<OfferFormField>([
  'name',
  'kind',
  'percent',
  'amount',
  'per',
  'price',
  'bundleQty',
  'bundlePrice',
  'buyQty',
  'getQty',
  'getPercent',
  'getPick',
  'getOthers',
  'getCategories',
  'getSkus',
  'maxTimes',
  'tierMeasure',
  'tierUnit',
  'tiers',
  'maxDiscount',
  'target',
  'pickUnits',
  'some',
  'categories',
  'skus',
  'brands',
  'exceptCategories',
  'exceptSkus',
  'exceptBrands',
  'skipReduced',
]);
const limitFields: ReadonlySet<OfferFormField> = new Set<OfferFormField>([
  'total',
  'perCustomer',
  'perLocation',
  'perDay',
  'perOperator',
  'budget',
  'budgetPartial',
  'campaignId',
  'stacking',
  'group',
  'priority',
  'offline',
  'offlineMax',
  'offlineUses',
  'offlineDays',
  'offlinePin',
]);

export function stepOf(field: OfferFormField): OfferStep {
  if (benefitFields.has(field)) return 'benefit';
  if (limitFields.has(field)) return 'limits';
  return field === 'codes' || field === 'sharedCode' ? 'codes' : 'rules';
}

export const emptyOfferForm: OfferForm = {
  name: '',
  kind: 'percent',
  percent: '10',
  amount: '',
  per: 'total',
  price: '',
  bundleQty: '3',
  bundlePrice: '',
  buyQty: '2',
  getQty: '1',
  getPercent: '100',
  getPick: 'cheapest',
  getOthers: false,
  getCategories: '',
  getSkus: '',
  maxTimes: '',
  tierMeasure: 'spend',
  tierUnit: 'percent',
  tiers: [
    { from: '', value: '' },
    { from: '', value: '' },
  ],
  maxDiscount: '',
  target: 'order',
  pickUnits: '1',
  some: false,
  categories: '',
  skus: '',
  brands: '',
  exceptCategories: '',
  exceptSkus: '',
  exceptBrands: '',
  skipReduced: false,
  firstDay: '',
  lastDay: '',
  afterIssueDays: '',
  weekdays,
  fromTime: '',
  toTime: '',
  minSpend: '',
  maxSpend: '',
  minQty: '',
  minOnItems: false,
  channels,
  segments: '',
  emailDomains: '',
  customerRequired: false,
  firstPurchase: false,
  total: '',
  perCustomer: '',
  perLocation: '',
  perDay: '',
  perOperator: '',
  budget: '',
  budgetPartial: false,
  campaignId: '',
  stacking: 'stackable',
  group: '',
  priority: '0',
  offline: 'strict',
  offlineMax: '',
  offlineUses: '20',
  offlineDays: '7',
  offlinePin: true,
  codes: 'shared',
  sharedCode: '',
};
