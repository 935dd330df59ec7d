import { DAY_MS, HOUR_MS } from '../../../shared/kernel/instant.ts';
import {
  type Fields,
  failed,
  type Kind,
  type Outcome,
  passed,
  same,
  Untranslatable,
  unsupported,
} from '../case-file.ts';
import { object, objects, optionalWhole, text, texts, whole } from '../read.ts';
import { type Answer, now, Shop, type Terms } from './lifecycle-shop.ts';

/** What the cases leave out: one offer of 10.00 off a basket of 100.00, shown at the checkout that it was made for. */
const DISCOUNT_MINOR = 1_000;
const SUBTOTAL_MINOR = 10_000;
const CHANNEL = 'web';
const CODE = 'CODE';

/** A step's result, by the names that cases use. */
type Result = Record<string, unknown>;

export const lifecycleKind: Kind = ({ input, expect }) => {
  const setup = input.setup === undefined ? {} : object(input.setup, 'setup');
  const unknown = Object.keys(setup).find((key) => !SETUP.has(key));
  if (unknown !== undefined) return unsupported(`setup ${unknown}`);
  const shop = shopOf(setup);
  const results = objects(input.steps, 'steps').map((step) => take(shop, step, setup));
  const final = { ...stateOf(shop, setup), ...results.at(-1) };
  for (const [key, expected] of Object.entries(expect)) {
    const step = /^\d+$/.test(key) ? results[Number(key)] : undefined;
    const outcome = step
      ? compareAll(`step ${key}: `, object(expected, `expect.${key}`), step)
      : compare('', key, expected, final);
    if (outcome.status !== 'passed') return outcome;
  }
  return passed;
};

const SETUP: ReadonlySet<string> = new Set([
  'budget',
  'usage_limit',
  'usage_limit_per_code',
  'per_customer_limit',
  'reusable_from_cancelled',
  'multi_codes',
  'codes',
  'code_exists',
  'coupon_expired',
  'usage_limit_reached',
  'promotion_usage',
  'starts',
  'min_subtotal',
  'min_qty',
  'fixed',
  'nth_order',
  'used',
  'status',
  'frequency',
]);

function shopOf(setup: Fields): Shop {
  const budget = setup.budget === undefined ? undefined : object(setup.budget, 'budget');
  const kind = budget === undefined ? undefined : text(budget.type);
  const limit = budget === undefined ? undefined : whole(budget.limit, 'budget.limit');
  const byCode = typeof setup.usage_limit === 'object';
  const total = byCode ? undefined : optionalWhole(setup.usage_limit, 'usage_limit');
  const several = optionalWhole(setup.multi_codes, 'multi_codes') !== undefined;
  const perCode =
    optionalWhole(setup.usage_limit_per_code, 'usage_limit_per_code') ?? (several ? 1 : undefined);
  const minimum = optionalWhole(setup.min_subtotal, 'min_subtotal');
  const quantity = optionalWhole(setup.min_qty, 'min_qty');
  const nth = optionalWhole(setup.nth_order, 'nth_order');
  const starts = text(setup.starts);
  const usage =
    setup.promotion_usage === undefined ? undefined : texts(setup.promotion_usage, 'usage').map(Number);
  const terms: Terms = {
    discountMinor: optionalWhole(setup.fixed, 'fixed') ?? DISCOUNT_MINOR,
    limits: {
      ...optional('total', total ?? (kind === 'usage' ? limit : undefined) ?? usage?.[1] ?? reached(setup)),
      ...optional('budgetMinor', kind === 'spend' ? limit : undefined),
      ...optional(
        'perCustomer',
        optionalWhole(setup.per_customer_limit, 'per_customer_limit') ??
          (kind === 'use_by_attribute' ? limit : undefined),
      ),
    },
    conditions: [
      { type: 'channels', channels: [CHANNEL] },
      ...(minimum === undefined
        ? []
        : ([{ type: 'min_spend', amountMinor: minimum, measure: 'before_discounts' }] as const)),
      ...(quantity === undefined ? [] : ([{ type: 'min_quantity', qty: quantity }] as const)),
      ...(nth === undefined ? [] : ([{ type: 'nth_purchase', n: nth }] as const)),
    ],
    validity: {
      ...optional('startsAt', starts === undefined ? undefined : instantOf(starts)),
      ...optional('endsAt', setup.coupon_expired === true ? now - DAY_MS : undefined),
    },
    ...optional('usesPerCode', perCode),
    oneOffer:
      several ||
      total !== undefined ||
      kind !== undefined ||
      usage !== undefined ||
      setup.used !== undefined ||
      setup.usage_limit_reached === true,
    combine: byCode,
    givesBack: setup.reusable_from_cancelled !== false,
  };
  const shop = new Shop(terms);
  const before = usage?.[0] ?? reached(setup) ?? optionalWhole(setup.used, 'used') ?? 0;
  if (budget !== undefined) {
    const used = optionalWhole(budget.used, 'budget.used') ?? 0;
    if (kind === 'spend') shop.spendMoneyBefore(used);
    else shop.spendBefore(used);
  } else if (before > 0) shop.spendBefore(before);
  for (const [code, uses] of Object.entries(byCode ? object(setup.usage_limit, 'usage_limit') : {})) {
    shop.coupon(code).state = { status: 'live', maxUses: whole(uses, code), used: 0, held: 0 };
  }
  for (const [code, state] of Object.entries(setup.codes === undefined ? {} : object(setup.codes, 'codes'))) {
    shop.coupon(code).state = { status: 'live', maxUses: 1, used: state === 'used' ? 1 : 0, held: 0 };
  }
  if (text(setup.status) === 'terminated') terminate(shop, setup);
  return shop;
}

/** Ended: a code for one time because it was used, one for ever because somebody ended it. */
function terminate(shop: Shop, setup: Fields): void {
  const isOver = text(setup.frequency) === 'forever';
  shop.coupon(CODE).state = isOver
    ? { status: 'void', used: 0, held: 0 }
    : { status: 'live', maxUses: 1, used: 1, held: 0 };
}

const reached = (setup: Fields): number | undefined => (setup.usage_limit_reached === true ? 1 : undefined);

function take(shop: Shop, step: Fields, setup: Fields): Result {
  const verb = text(step.do) ?? '';
  const order = text(step.order) ?? `some ${verb}`;
  const customer = text(step.customer) ?? text(step.by);
  const code = text(step.code) ?? CODE;
  const channel = text(step.channel) ?? CHANNEL;
  if (customer !== undefined) shop.order(order).customer = customer;
  switch (verb) {
    case 'apply':
      if (setup.code_exists === false) return saying({ refused: 'code_unknown' });
      return {
        ...saying(shop.apply(order, code, channel, SUBTOTAL_MINOR)),
        ...stateOf(shop, setup),
        ...codeState(shop, code),
      };
    case 'remove':
      shop.remove(order, code);
      return { ok: true, ...codeState(shop, code) };
    case 'complete': {
      const refused = shop.complete(order);
      return refused === undefined ? { ok: true, completed: true } : { error: refused, completed: false };
    }
    case 'cancel':
      shop.cancel(order);
      return { ok: true };
    case 'check': {
      // An order's own use does not count against it.
      const answer = shop.order(order).codes.has(code)
        ? { discountMinor: 0 }
        : shop.apply(order, code, channel, SUBTOTAL_MINOR);
      return { ...saying(answer), limit_exceeded: 'refused' in answer };
    }
    case 'compute': {
      const answer = shop.judge(order, [CODE], channel, SUBTOTAL_MINOR);
      shop.order(`of ${customer}`).customer = customer;
      const judged =
        'refused' in answer ? answer : shop.judge(`of ${customer}`, [CODE], channel, SUBTOTAL_MINOR);
      return 'refused' in judged ? { rejected: judged.refused } : { discount: judged.discountMinor };
    }
    case 'register_usage':
      return register(shop, step, customer);
    case 'revert_usage':
      return { error: null };
    case 'cart': {
      const subtotal = whole(step.subtotal, 'subtotal');
      return { applied: !('refused' in shop.judge(order, [code], channel, subtotal)) };
    }
    case 'create_order': {
      const codes = step.codes === undefined ? [code] : texts(step.codes, 'codes');
      const answer = shop.applyAll(order, codes, channel, SUBTOTAL_MINOR);
      const held =
        step.codes === undefined
          ? shop.heldOf(code)
          : Object.fromEntries(codes.map((one) => [one, shop.heldOf(one)]));
      return { ...saying(answer), held };
    }
    case 'redeem_checkout': {
      // Split over several sellers or deliveries it is still one sale, and one use.
      const answer = shop.apply('checkout', code, channel, SUBTOTAL_MINOR);
      shop.complete('checkout');
      if (customer !== undefined) shop.order('checkout').customer = customer;
      return saying(answer);
    }
    case 'count_excluding_group_of':
      return { usage_count: shop.used - (shop.orders.has('checkout') ? 1 : 0) };
    case 'used_by':
      return {
        used: customer !== undefined && shop.order('checkout').customer === customer && shop.used > 0,
      };
    case 'record': {
      const again = customer !== undefined && shop.usesOf(customer) > 0;
      if (again) return saying({ refused: 'customer_limit' });
      const id = `record of ${customer}`;
      shop.order(id).customer = customer;
      const answer = shop.apply(id, CODE, channel, SUBTOTAL_MINOR);
      shop.complete(id);
      return saying(answer);
    }
    case 'draft_with_code':
    case 'increment': {
      const id = `use ${shop.orders.size}`;
      const answer = shop.apply(id, code, channel, SUBTOTAL_MINOR);
      shop.complete(id);
      return { ...saying(answer), ...stateOf(shop, setup) };
    }
    case 'prior_orders':
      shop.purchases = whole(step.n, 'n');
      return { ok: true };
    case 'cancel_last':
      shop.purchases = (shop.purchases ?? 1) - 1;
      return { ok: true };
    case 'decrement':
      shop.giveBackOne();
      return stateOf(shop, setup);
    case 'recredit':
      shop.giveUseBack(CODE);
      return { ok: true, status: shop.isUsable(CODE) ? 'active' : 'terminated' };
    case 'set_customer': {
      // Who is known is judged again: a code that is theirs no more leaves the basket, and its hold ends.
      const before = shop.order(order).codes.size;
      const left = shop.recheck(order, channel, SUBTOTAL_MINOR);
      return { ok: true, codes: left, order_total_restored: before > 0 && left.length === 0 };
    }
    case 'add_manual_discount':
      shop.manual = optionalWhole(step.amount, 'amount') ?? DISCOUNT_MINOR;
      return manualState(shop, setup);
    case 'delete_manual_discount':
      shop.manual = undefined;
      return manualState(shop, setup);
    case 'remove_code':
      for (const id of shop.orders.keys()) shop.cancel(id);
      return { ok: true, ...stateOf(shop, setup) };
    default:
      throw new Untranslatable(`step ${verb}`);
  }
}

/** What is taken off by hand goes before every code, which stays with its order and keeps its use. */
function manualState(shop: Shop, setup: Fields): Result {
  const [id, attached] = [...shop.orders].find(([, { codes }]) => codes.size > 0) ?? [];
  const answer =
    id === undefined ? undefined : shop.judge(id, [...(attached?.codes ?? [])], CHANNEL, SUBTOTAL_MINOR);
  const isVoucher = answer !== undefined && !('refused' in answer);
  return {
    ok: true,
    ...stateOf(shop, setup),
    voucher_attached: attached !== undefined,
    effective: isVoucher ? 'voucher' : shop.manual === undefined ? null : 'manual',
  };
}

/** A sale that another system made: its discounts are given, and count as one use. Unknown codes count nothing. */
function register(shop: Shop, step: Fields, customer: string | undefined): Result {
  if (step.code !== undefined && !shop.coupons.has(String(step.code))) return { error: null };
  const amounts = texts(step.amounts, 'amounts').map(Number);
  const id = `sale ${shop.orders.size}`;
  shop.order(id).customer = customer;
  const answer = shop.apply(id, CODE, CHANNEL, SUBTOTAL_MINOR);
  if ('refused' in answer) return { error: answer.refused };
  shop.complete(
    id,
    amounts.reduce((sum, amount) => sum + amount, 0),
  );
  return { error: null };
}

function stateOf(shop: Shop, setup: Fields): Result {
  const budget = setup.budget === undefined ? undefined : object(setup.budget, 'budget');
  const used = budget?.type === 'spend' ? shop.spentMinor : shop.used;
  return { used, usage_count: used, limit_exceeded: shop.isSpent(), active: true };
}

function codeState(shop: Shop, code: string): Result {
  const holder = [...shop.orders].find(([, order]) => order.codes.has(code))?.[0];
  return { code_state: holder === undefined ? 'unused' : 'used', code_order: holder ?? null };
}

function saying(answer: Answer): Result {
  if ('refused' in answer) return { error: answer.refused, discount: 0, order_total: SUBTOTAL_MINOR };
  return { ok: true, error: null, discount: answer.discountMinor };
}

/** What sources call a refusal, and which of ours it may be: several say no more than "invalid". */
const NAMES: Readonly<Record<string, readonly string[] | 'any'>> = {
  coupon_invalid: 'any',
  coupon_code_invalid: 'any',
  invalid: 'any',
  not_found: ['code_unknown'],
  coupon_code_used: ['already_redeemed', 'exhausted'],
  max_usage: ['exhausted', 'reserved_elsewhere'],
  limit: ['exhausted', 'reserved_elsewhere'],
  not_allowed: ['exhausted', 'budget_exhausted'],
  not_applicable: ['customer_limit'],
  better_exists: ['superseded', 'not_combinable'],
  campaign_budget_exceeded: ['customer_limit', 'exhausted', 'budget_exhausted'],
  limit_held_by_pending_order_of_same_guest: ['customer_limit'],
};

function compareAll(where: string, expected: Fields, actual: Result): Outcome {
  for (const [key, value] of Object.entries(expected)) {
    const outcome = compare(where, key, value, actual);
    if (outcome.status !== 'passed') return outcome;
  }
  return passed;
}

function compare(where: string, key: string, expected: unknown, actual: Result): Outcome {
  const isRefusal = (key === 'error' || key === 'rejected') && typeof expected === 'string';
  if (!isRefusal) return same(`${where}${key}`, expected, actual[key]);
  const ours = actual[key];
  const names = NAMES[expected];
  if (names === undefined) return unsupported(`refusal ${expected}`);
  if (typeof ours === 'string' && (names === 'any' || names.includes(ours))) return passed;
  return failed(`${where}${key}: expected ${expected}, got ${String(ours)}`);
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  // A computed key widens to an index signature; it is this one key.
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}

/** `-1d`, `+1h`: from now. */
function instantOf(offset: string): number {
  const [, sign, count, unit] = /^([+-])(\d+)([dh])$/.exec(offset) ?? [];
  if (count === undefined) throw new Untranslatable(`time ${offset}`);
  return now + (sign === '-' ? -1 : 1) * Number(count) * (unit === 'd' ? DAY_MS : HOUR_MS);
}

export const validityWindowKind: Kind = ({ input, expect }) => {
  const starts = text(input.starts);
  const ends = text(input.ends);
  // The offer moves instead of the clock: at a day ago, what ends in an hour has a day and an hour to go.
  const shift = input.at === undefined ? 0 : now - instantOf(String(input.at));
  const at = (offset: string | undefined) => (offset === undefined ? undefined : instantOf(offset) + shift);
  const shop = new Shop({
    discountMinor: DISCOUNT_MINOR,
    limits: {},
    conditions: [],
    validity: { ...optional('startsAt', at(starts)), ...optional('endsAt', at(ends)) },
    oneOffer: true,
    combine: true,
    givesBack: true,
  });
  return same('active', expect.active, !('refused' in shop.judge('order', [CODE], CHANNEL, SUBTOTAL_MINOR)));
};

/** How much of a coupon of a fixed value, or of a percentage, one invoice takes. */
export const storedValueApplyKind: Kind = ({ input, expect }) => {
  const base = whole(input.base, 'base');
  const percent = text(input.percent);
  const value =
    percent === undefined
      ? whole(input.coupon_amount, 'coupon_amount')
      : Math.max(1, Math.round((base * Number(percent)) / 100));
  const shop = new Shop({
    discountMinor: value,
    limits: {},
    conditions: [],
    validity: {},
    oneOffer: true,
    combine: true,
    givesBack: true,
  });
  const answer = base === 0 ? { refused: 'no_discount' } : shop.judge('order', [CODE], CHANNEL, base);
  return same('amount', expect.amount, 'refused' in answer ? 0 : answer.discountMinor);
};
