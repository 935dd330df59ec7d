import { create } from 'zustand';
import type { Channel } from '../../shared/contracts/common.ts';
import { type CheckResult, MAX_CODES_PER_BASKET } from '../../shared/contracts/operations/redemption.ts';
import type { InputOf, OutputOf } from '../../shared/contracts/operations.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import type { Client } from '../api/client.ts';
import { useApp } from '../app/app-store.ts';
import { minorDigits } from '../i18n/format.ts';
import { type AmountEntry, EMPTY_ENTRY, enterKey, entryMinor } from './amount-entry.ts';
import {
  type Article,
  basketOf,
  type Item,
  itemMinor,
  MAX_ITEMS,
  newBasketId,
  sameCode,
  withArticle,
} from './basket.ts';

export type Confirmation = OutputOf<'redemption.confirm'>;
export type Customer = NonNullable<InputOf<'redemption.check'>['customer']>;
export type Coupon = CheckResult['coupons'][number];

/**
 * `entry`: basket and codes are being collected · `checking`: the core judges them · `result`: its answer is shown ·
 * `confirming`: the uses are being committed · `done`: they are, and the customer pays.
 */
export type Phase = 'entry' | 'checking' | 'result' | 'confirming' | 'done' | 'undone';

/** What the cashier typed so far, before it is a basket or a code. */
type Typed = { readonly items: readonly Item[]; readonly entry: AmountEntry; readonly draft: string };

/** A basket before it was cleared or lost an item, to be brought back. */
type Lost = Pick<State, 'items' | 'entry' | 'codes' | 'latest' | 'customer' | 'channel'>;

type State = Typed & {
  readonly phase: Phase;
  readonly basketId: string;
  readonly codes: readonly string[];
  readonly channel: Channel;
  readonly customer: Customer | undefined;
  readonly result: CheckResult | undefined;
  /** The newest code: its fate is what the cashier waits for. */
  readonly latest: string | undefined;
  /** The operation itself was refused, not a code. */
  readonly fault: Refusal | undefined;
  /** A code that came when the sale had as many as it can have. */
  readonly leftOut: string | undefined;
  readonly done: Confirmation | undefined;
  /** The basket changed after the result was given. */
  readonly stale: boolean;
  readonly lost: Lost | undefined;
};

type Actions = {
  totalMinor(): number;
  /** A key of the keypad or of the keyboard outside any field. */
  type(char: string): void;
  setDraft(draft: string): void;
  addItem(): void;
  /** A quick key. One or two digits that were typed before it say how many. */
  addArticle(article: Article): void;
  removeItem(index: number): void;
  /** Takes back the last `count` typed characters: they belonged to a scan. */
  takeBack(count: number): void;
  present(client: Client, text: string): Promise<void>;
  /** Takes one code off the sale, and judges the others again. */
  removeCode(client: Client, entered: string): Promise<void>;
  check(client: Client): Promise<void>;
  /** Asks again with a manager's PIN. @returns why it was not taken */
  vouch(client: Client, managerPin: string): Promise<Refusal | undefined>;
  confirm(client: Client): Promise<void>;
  /** Redeems a basket that an interrupted till left open. @returns why it was not */
  confirmLeft(client: Client, basketId: string): Promise<Refusal | undefined>;
  undo(client: Client, reason: string): Promise<void>;
  setChannel(channel: Channel): void;
  setCustomer(customer: Customer | undefined): void;
  /** Takes back the last clearing or the last removal of an item. */
  bringBack(client: Client): Promise<void>;
  /** Starts the next basket and lets go of what this one held. */
  clear(): void;
};

const MAX_UNDO = 64;

/** Refusals that another total can turn into a yes; every other code is judged once. */
const dependsOnBasket: ReadonlySet<string> = new Set([
  'min_spend',
  'max_spend',
  'min_quantity',
  'no_matching_items',
  'no_discount',
  'not_combinable',
  'superseded',
]);
/** Refusals that naming the customer, another channel, or a manager's word can turn into a yes. */
const dependsOnCaller: ReadonlySet<string> = new Set([
  'manager_required',
  'customer_required',
  'wrong_channel',
  'customer_limit',
]);

/** A code was accepted, or an offer applies that needs none. */
export function isWorthSomething(result: CheckResult | undefined): boolean {
  const isAccepted = result?.coupons.some((coupon) => coupon.status === 'accepted') ?? false;
  return isAccepted || (result?.automatic?.length ?? 0) > 0;
}

function emptyBasket(): Omit<State, 'channel'> {
  return {
    phase: 'entry',
    basketId: newBasketId(),
    items: [],
    entry: EMPTY_ENTRY,
    draft: '',
    codes: [],
    customer: undefined,
    result: undefined,
    latest: undefined,
    fault: undefined,
    leftOut: undefined,
    done: undefined,
    stale: false,
    lost: undefined,
  };
}

function currency(): string {
  const { status } = useApp.getState();
  return status?.phase === 'ready' ? status.location.currency : 'EUR';
}

function taxMode(): 'inclusive' | 'exclusive' {
  const { status } = useApp.getState();
  return status?.phase === 'ready' ? status.location.taxMode : 'inclusive';
}

export const useRedeem = create<State & Actions>((set, get) => {
  let typedBefore: Typed[] = [];
  /** Only the newest check may write its answer. */
  let round = 0;

  /** Lets go of what the newest check may hold. */
  let release: (() => void) | undefined;

  const remember = () => {
    const { items, entry, draft } = get();
    typedBefore = [...typedBefore.slice(-MAX_UNDO + 1), { items, entry, draft }];
    // Whoever goes on does not miss it.
    if (get().lost !== undefined) set({ lost: undefined });
  };

  const lostNow = (): Lost => {
    const { items, entry, codes, latest, customer, channel } = get();
    return { items, entry, codes, latest, customer, channel };
  };

  /** A finished basket makes way as soon as the next one is begun. */
  const beginAnew = () => {
    const { phase } = get();
    if (phase !== 'done' && phase !== 'undone') return;
    typedBefore = [];
    set({ ...emptyBasket(), channel: get().channel });
  };

  /** The check itself failed, so nothing is known of any code. */
  const hasFailed = () => {
    const { phase, result, fault } = get();
    return phase === 'result' && result === undefined && fault !== undefined;
  };

  /** Begins the next customer's sale; the one that could not be judged is one press away. */
  const leaveFailed = () => {
    const lost = lostNow();
    round += 1;
    typedBefore = [];
    release?.();
    release = undefined;
    set({ ...emptyBasket(), channel: get().channel, lost });
  };

  const basketChanged = () => {
    const { result, phase } = get();
    if (result !== undefined && (phase === 'result' || phase === 'checking')) set({ stale: true });
  };

  const keepable = (coupon: Coupon | undefined, reasons: ReadonlySet<string>) =>
    coupon === undefined || coupon.status === 'accepted' || reasons.has(coupon.refusal.code);

  /** The codes that are worth asking about again. */
  const codesLeft = (reasons: ReadonlySet<string>) => {
    const { codes, result } = get();
    return codes.filter((code) =>
      keepable(
        result?.coupons.find((coupon) => coupon.entered === code),
        reasons,
      ),
    );
  };

  /** Has the core judge the basket with its codes. */
  async function ask(client: Client, managerPin?: string): Promise<Refusal | undefined> {
    const { basketId, channel, customer, items, entry, phase } = get();
    if (phase === 'confirming' || phase === 'done') return undefined;
    const codes = codesLeft(new Set([...dependsOnBasket, ...dependsOnCaller]));
    // Without any code the offers that need none are judged; codes that nothing helps are not asked about again.
    if (get().totalMinor() === 0 || (codes.length === 0 && get().codes.length > 0)) return undefined;
    const mine = ++round;
    release = () => void client.call('redemption.release', { basketId });
    set({ phase: 'checking', codes, fault: undefined, stale: false });
    const open = { unitPriceMinor: entryMinor(entry, minorDigits(currency())), qty: 1 };
    const lines = [...items, open].filter((item) => item.unitPriceMinor > 0);
    const answer = await client.call('redemption.check', {
      basketId,
      basket: basketOf(lines, currency(), taxMode()),
      codes: [...codes],
      channel,
      ...(customer === undefined ? {} : { customer }),
      ...(managerPin === undefined ? {} : { managerPin }),
    });
    if (mine !== round) return undefined;
    if (answer.ok && codes.length === 0 && !isWorthSomething(answer.value)) {
      // No code, and no offer that needs none: nothing was asked that anybody waits for.
      set({ phase: 'entry', result: undefined });
    } else if (answer.ok) set({ phase: 'result', result: answer.value });
    else set({ phase: 'result', result: undefined, fault: answer.error });
    return answer.ok ? undefined : answer.error;
  }

  return {
    ...emptyBasket(),
    channel: 'pos',

    totalMinor() {
      const { items, entry } = get();
      return (
        items.reduce((sum, item) => sum + itemMinor(item), 0) + entryMinor(entry, minorDigits(currency()))
      );
    },

    type(char) {
      if (get().phase === 'confirming') return;
      beginAnew();
      // A new total after a check that failed is the next customer's. A basket with items stays: it is more than a
      // total, and the digits are one more price.
      if (hasFailed() && get().items.length === 0 && /^\d+$/.test(char)) leaveFailed();
      const { draft, entry } = get();
      if (char === '+' && draft === '') return get().addItem();
      remember();
      // A letter can only be a code; from then on the digits belong to it too.
      const isAmount = draft === '' && /^(\d+|[.,]|Backspace)$/.test(char);
      if (isAmount) {
        set({ entry: enterKey(entry, char, minorDigits(currency())) });
        basketChanged();
      } else if (char === 'Backspace') set({ draft: draft.slice(0, -1) });
      else if (draft !== '' || /\S/.test(char)) set({ draft: draft + char });
    },

    setDraft(draft) {
      beginAnew();
      set({ draft });
    },

    addItem() {
      beginAnew();
      const { items, entry } = get();
      const minor = entryMinor(entry, minorDigits(currency()));
      if (minor === 0 || items.length >= MAX_ITEMS) return;
      remember();
      set({ items: [...items, { unitPriceMinor: minor, qty: 1 }], entry: EMPTY_ENTRY });
    },

    addArticle(article) {
      if (get().phase === 'confirming') return;
      beginAnew();
      const { items, entry } = get();
      const isCount = /^[1-9]\d?$/.test(entry);
      remember();
      set({
        items: withArticle(items, article, isCount ? Number(entry) : 1),
        entry: isCount ? EMPTY_ENTRY : entry,
      });
      basketChanged();
    },

    removeItem(index) {
      if (get().phase === 'confirming') return;
      beginAnew();
      set({ lost: lostNow(), items: get().items.filter((_, i) => i !== index) });
      basketChanged();
    },

    takeBack(count) {
      const before = typedBefore.at(-count);
      if (count < 1 || before === undefined) return;
      typedBefore = typedBefore.slice(0, -count);
      set(before);
    },

    async present(client, text) {
      const entered = text.trim();
      if (entered === '' || get().phase === 'confirming') return;
      beginAnew();
      // The same code again is another try; another code after a check that failed is another customer's.
      const isRetry = get().codes.some((code) => sameCode(code, entered));
      if (hasFailed() && !isRetry) leaveFailed();
      else set({ lost: undefined });
      const kept = codesLeft(new Set());
      const known = kept.find((code) => sameCode(code, entered));
      if (known === undefined && kept.length >= MAX_CODES_PER_BASKET) {
        return set({ draft: '', leftOut: entered });
      }
      const codes = known === undefined ? [...kept, entered] : kept;
      set({ codes, latest: known ?? entered, leftOut: undefined, draft: '', fault: undefined });
      if (get().totalMinor() > 0) await get().check(client);
      else set({ phase: 'entry', result: undefined });
    },

    async removeCode(client, entered) {
      const { phase, codes, latest } = get();
      if (phase === 'confirming' || phase === 'done' || phase === 'undone') return;
      const left = codes.filter((code) => code !== entered);
      set({ codes: left, latest: latest === entered ? left.at(-1) : latest, leftOut: undefined });
      const worthAsking = codesLeft(new Set([...dependsOnBasket, ...dependsOnCaller]));
      if (worthAsking.length > 0 && get().totalMinor() > 0) return get().check(client);
      if (worthAsking.length > 0) return;
      round += 1;
      release?.();
      release = undefined;
      // What was let go of keeps its basket's name; the sale goes on under another.
      const basketId = newBasketId();
      set({
        phase: 'entry',
        basketId,
        codes: [],
        latest: undefined,
        result: undefined,
        fault: undefined,
        stale: false,
      });
    },

    check: async (client) => void (await ask(client)),

    async vouch(client, managerPin) {
      const before = get();
      const refusal = await ask(client, managerPin);
      // A wrong PIN says nothing about the codes: what was known of them stands.
      if (refusal !== undefined) set({ phase: before.phase, result: before.result, fault: undefined });
      return refusal;
    },

    async confirm(client) {
      const { basketId, phase, result, stale } = get();
      if (phase !== 'result' || stale || !isWorthSomething(result)) return;
      set({ phase: 'confirming', fault: undefined });
      const answer = await client.call('redemption.confirm', { basketId });
      // A retry of the same basket gives the first answer: after an unclear outcome Enter is safe to press again.
      if (answer.ok) set({ phase: 'done', done: answer.value });
      else set({ phase: 'result', fault: answer.error, stale: answer.error.code !== 'host_unreachable' });
    },

    async confirmLeft(client, basketId) {
      const answer = await client.call('redemption.confirm', { basketId });
      if (!answer.ok) return answer.error;
      const { channel } = get();
      const lost = get().totalMinor() > 0 ? lostNow() : undefined;
      typedBefore = [];
      set({ ...emptyBasket(), channel, lost, basketId, phase: 'done', done: answer.value });
      return undefined;
    },

    async undo(client, reason) {
      const { done } = get();
      if (done === undefined) return;
      for (const redemption of done.redemptions) {
        const answer = await client.call('redemption.void', {
          redemptionId: redemption.id,
          // Undone once, however often it is pressed.
          voidId: redemption.id,
          reason,
        });
        if (!answer.ok && answer.error.code !== 'already_voided') return set({ fault: answer.error });
      }
      set({ phase: 'undone', fault: undefined });
    },

    setChannel(channel) {
      set({ channel });
      basketChanged();
    },

    setCustomer(customer) {
      set({ customer });
      if (hasFailed()) set({ phase: 'entry', fault: undefined });
      basketChanged();
    },

    clear() {
      const { phase, codes } = get();
      if (phase === 'confirming') return;
      round += 1;
      typedBefore = [];
      if (phase !== 'done' && phase !== 'undone') release?.();
      release = undefined;
      const isDone = phase === 'done' || phase === 'undone';
      const hadSomething = get().totalMinor() > 0 || codes.length > 0;
      const lost = !isDone && hadSomething ? lostNow() : undefined;
      set({ ...emptyBasket(), channel: 'pos', lost });
    },

    async bringBack(client) {
      const { lost, phase, basketId } = get();
      if (lost === undefined || phase === 'confirming') return;
      // A cleared basket let go of its uses under its own name: it comes back under another.
      const isCleared = get().items.length === 0 && get().codes.length === 0;
      set({ ...lost, basketId: isCleared ? newBasketId() : basketId, lost: undefined, stale: false });
      await get().check(client);
    },
  };
});
