import type { Reads } from '../../db/store.ts';
import type { LedgerEvent, LedgerEventPayload } from '../../shared/contracts/ledger-events.ts';
import { digestOf, rowsOfImport } from '../history/past-digest.ts';

type Redeemed = LedgerEventPayload<'redemption.redeemed'>;
type Refunded = LedgerEventPayload<'redemption.refunded'>;
/** What a void or a refund must know of its redemption. */
type Counted = {
  readonly couponId: string;
  readonly offerId: string;
  readonly leaseId: string | undefined;
  readonly budgetLeaseId: string | undefined;
  readonly discountMinor: number;
  readonly returnedMinor: number;
  readonly useBack: boolean;
};

/** What the events say of one lease of a budget, in minor units. */
type Money = { granted: number; spent: number; returned: number; untold: number };

const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const COUPONS_PER_READ = 5_000;

/** What the events add up to, and whether each redemption's row says the same as its event. */
export class EventTally {
  redeemed = 0;
  voided = 0;
  refunds = 0;
  readonly #read: Reads;
  readonly #live = new Map<string, Counted>();
  readonly #usesOfCoupon = new Map<string, number>();
  readonly #usesOfOffer = new Map<string, number>();
  readonly #spent = new Map<string, number>();
  readonly #granted = new Map<string, number>();
  readonly #returned = new Map<string, number>();
  readonly #money = new Map<string, Money>();
  readonly #past = new Map<string, LedgerEventPayload<'history.imported'>>();

  constructor(read: Reads) {
    this.#read = read;
  }

  spentOf = (leaseId: string): number => this.#spent.get(leaseId) ?? 0;
  grantedTo = (leaseId: string): number => this.#granted.get(leaseId) ?? 0;
  returnedFrom = (leaseId: string): number => this.#returned.get(leaseId) ?? 0;

  moneyOf(budgetLeaseId: string): Money {
    const known = this.#money.get(budgetLeaseId);
    if (known) return known;
    const none = { granted: 0, spent: 0, returned: 0, untold: 0 };
    this.#money.set(budgetLeaseId, none);
    return none;
  }

  /** @returns what is wrong with the event, if anything */
  add(event: LedgerEvent): string | undefined {
    switch (event.type) {
      case 'offer.created': {
        const { id, limits } = event.payload.offer;
        // Whoever creates an offer starts with all its rights and money, in leases that bear its id.
        if (limits.total !== undefined) this.#granted.set(id, limits.total);
        if (limits.budgetMinor !== undefined) this.moneyOf(id).granted = limits.budgetMinor;
        return undefined;
      }
      case 'lease.received':
        this.#granted.set(event.payload.leaseId, event.payload.total);
        return undefined;
      case 'lease.returned':
        add(this.#returned, event.payload.leaseId, event.payload.count);
        return undefined;
      case 'budget.received':
        this.moneyOf(event.payload.leaseId).granted = event.payload.totalMinor;
        return undefined;
      case 'budget.returned':
        this.moneyOf(event.payload.leaseId).returned += event.payload.amountMinor;
        return undefined;
      case 'redemption.redeemed':
        return this.#addRedeemed(event.seq, event.payload);
      case 'redemption.voided':
        return this.#addVoided(event.seq, event.payload.redemptionId);
      case 'redemption.refunded':
        return this.#addRefunded(event.seq, event.payload);
      case 'history.imported':
        this.#past.set(event.payload.importId, event.payload);
        return undefined;
      case 'history.importUndone':
        return this.#past.delete(event.payload.importId)
          ? undefined
          : 'it undoes an import that was not made';
      default:
        return undefined;
    }
  }

  #addRedeemed(seq: number, payload: Redeemed): string | undefined {
    const { redemptionId, couponId, offerId, leaseId, budgetLeaseId, discountMinor } = payload;
    const row = this.#read.redemptions.atSeq(seq);
    if (!row) return 'its redemption is missing';
    if (
      row.id !== redemptionId ||
      row.couponId !== couponId ||
      row.offerId !== offerId ||
      row.discountMinor !== discountMinor ||
      row.leaseId !== (leaseId ?? null)
    ) {
      return 'its redemption was changed';
    }
    const spend = this.#read.budgets.spendOf(seq);
    if (spend?.leaseId !== budgetLeaseId || (spend && spend.amountMinor !== discountMinor))
      return 'what it took of a budget was changed';
    this.redeemed += 1;
    const counted = {
      couponId,
      offerId,
      leaseId,
      budgetLeaseId,
      discountMinor,
      returnedMinor: 0,
      useBack: false,
    };
    this.#live.set(redemptionId, counted);
    this.#count(counted, 1);
    this.#spend(counted, discountMinor);
    // Before budgets were leased, no event named one: that money counts as spent of the offer's own lease.
    if (budgetLeaseId === undefined) this.moneyOf(offerId).untold += discountMinor;
    return undefined;
  }

  #addVoided(seq: number, redemptionId: string): string | undefined {
    const counted = this.#live.get(redemptionId);
    if (!counted) return 'it voids what was not redeemed, or twice';
    if (counted.returnedMinor > 0) return 'it voids what was refunded';
    if (this.#read.redemptions.byId(redemptionId)?.voidSeq !== seq) return 'its redemption does not say so';
    this.#live.delete(redemptionId);
    this.voided += 1;
    this.#count(counted, -1);
    this.#spend(counted, -counted.discountMinor);
    return undefined;
  }

  #addRefunded(seq: number, payload: Refunded): string | undefined {
    const row = this.#read.refunds.atSeq(seq);
    if (!row || row.id !== payload.refundId || row.basketId !== payload.basketId)
      return 'its refund is missing';
    for (const part of payload.redemptions) {
      const counted = this.#live.get(part.redemptionId);
      if (!counted) return 'it refunds what was not redeemed, or voided';
      const returnedMinor = counted.returnedMinor + part.returnedMinor;
      if (returnedMinor > counted.discountMinor) return 'it refunds more than was taken off';
      const saysSo = part.returnedInAllMinor === returnedMinor;
      if (!saysSo || part.all !== (returnedMinor === counted.discountMinor))
        return 'it counts the goods wrongly';
      if (part.useBack && counted.useBack) return 'it gives a use back twice';
      this.#live.set(part.redemptionId, {
        ...counted,
        returnedMinor,
        useBack: counted.useBack || part.useBack,
      });
      this.#spend(counted, -part.returnedMinor);
      if (part.useBack) this.#count(counted, -1);
      if (part.useBack && this.#read.redemptions.byId(part.redemptionId)?.useBackSeq !== seq) {
        return 'its redemption does not say so';
      }
    }
    this.refunds += 1;
    return undefined;
  }

  #count({ couponId, offerId, leaseId }: Counted, by: 1 | -1): void {
    add(this.#usesOfCoupon, couponId, by);
    add(this.#usesOfOffer, offerId, by);
    if (leaseId !== undefined) add(this.#spent, leaseId, by);
  }

  #spend({ budgetLeaseId }: Counted, byMinor: number): void {
    if (budgetLeaseId !== undefined) this.moneyOf(budgetLeaseId).spent += byMinor;
  }

  /** Everything that no single event shows. */
  compareTotals(): string | undefined {
    const rows = this.#read.audit.redemptionCount();
    if (rows !== this.redeemed) return `${rows} redemptions, but ${this.redeemed} events of them`;
    return this.#compareRefunds() ?? this.#compareCoupons() ?? this.#compareOffers() ?? this.#comparePast();
  }

  #compareRefunds(): string | undefined {
    const rows = this.#read.audit.refundCount();
    if (rows !== this.refunds) return `${rows} refunds, but ${this.refunds} events of them`;
    let returned = 0;
    for (const { returnedMinor } of this.#live.values()) if (returnedMinor > 0) returned += 1;
    const found = this.#read.audit.returned();
    for (const { id, returnedMinor } of found) {
      const counted = this.#live.get(id)?.returnedMinor ?? 0;
      if (returnedMinor !== counted) {
        return `of redemption ${id} ${returnedMinor} came back, but its events say ${counted}`;
      }
    }
    return found.length === returned ? undefined : `${found.length} redemptions came back, not ${returned}`;
  }

  #comparePast(): string | undefined {
    const found = this.#read.past.imports();
    if (found.length !== this.#past.size)
      return `${found.length} imports of history, but ${this.#past.size} by the events`;
    for (const { id } of found) {
      if (digestOf(rowsOfImport(this.#read, id)) !== this.#past.get(id)?.digest)
        return `the rows of history import ${id} are not those that were read in`;
    }
    return undefined;
  }

  #compareCoupons(): string | undefined {
    let seen = 0;
    let after = FIRST_ID;
    for (;;) {
      const page = this.#read.audit.usedCoupons(after, COUPONS_PER_READ);
      for (const { id, used } of page) {
        if (used !== this.#usesOfCoupon.get(id)) {
          return `code ${id} counts ${used} uses, its events ${this.#usesOfCoupon.get(id) ?? 0}`;
        }
        seen += 1;
        after = id;
      }
      if (page.length < COUPONS_PER_READ) break;
    }
    const used = [...this.#usesOfCoupon.values()].filter((uses) => uses > 0).length;
    return seen === used ? undefined : `${seen} codes count uses, but ${used} were redeemed`;
  }

  #compareOffers(): string | undefined {
    const counted = new Map(this.#read.audit.counts().map((row) => [row.offerId, row.uses]));
    for (const [offerId, uses] of this.#usesOfOffer) {
      if ((counted.get(offerId) ?? 0) !== uses) {
        return `offer ${offerId} counts ${counted.get(offerId) ?? 0} uses, its events ${uses}`;
      }
    }
    return undefined;
  }
}

function add(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
