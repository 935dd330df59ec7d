import type { Reads } from '../../db/store.ts';
import type { LedgerEvent, LedgerEventPayload } from '../../shared/contracts/ledger-events.ts';

type Redeemed = LedgerEventPayload<'redemption.redeemed'>;
/** What a void must know of its redemption. */
type Counted = { readonly couponId: string; readonly offerId: string; readonly leaseId: string | undefined };

const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const COUPONS_PER_READ = 5_000;

/** What the events add up to, and whether each redemption's row says the same as its event. */
export class EventTally {
  redeemed = 0;
  voided = 0;
  readonly #read: Reads;
  readonly #live = new Map<string, Counted>();
  readonly #usesOfCoupon = new Map<string, number>();
  readonly #usesOfOffer = new Map<string, number>();
  readonly #spent = new Map<string, number>();
  readonly #granted = new Map<string, number>();
  readonly #returned = new Map<string, number>();

  constructor(read: Reads) {
    this.#read = read;
  }

  spentOf = (leaseId: string): number => this.#spent.get(leaseId) ?? 0;
  grantedTo = (leaseId: string): number => this.#granted.get(leaseId) ?? 0;
  returnedFrom = (leaseId: string): number => this.#returned.get(leaseId) ?? 0;

  /** @returns what is wrong with the event, if anything */
  add(event: LedgerEvent): string | undefined {
    switch (event.type) {
      case 'offer.created': {
        const { id, limits } = event.payload.offer;
        // Whoever creates an offer starts with all its rights, in a lease that bears its id.
        if (limits.total !== undefined) this.#granted.set(id, limits.total);
        return undefined;
      }
      case 'lease.received':
        this.#granted.set(event.payload.leaseId, event.payload.total);
        return undefined;
      case 'lease.returned':
        add(this.#returned, event.payload.leaseId, event.payload.count);
        return undefined;
      case 'redemption.redeemed':
        return this.#addRedeemed(event.seq, event.payload);
      case 'redemption.voided':
        return this.#addVoided(event.seq, event.payload.redemptionId);
      default:
        return undefined;
    }
  }

  #addRedeemed(seq: number, payload: Redeemed): string | undefined {
    const { redemptionId, couponId, offerId, leaseId, discountMinor } = payload;
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
    this.redeemed += 1;
    this.#live.set(redemptionId, { couponId, offerId, leaseId });
    this.#count({ couponId, offerId, leaseId }, 1);
    return undefined;
  }

  #addVoided(seq: number, redemptionId: string): string | undefined {
    const counted = this.#live.get(redemptionId);
    if (!counted) return 'it voids what was not redeemed, or twice';
    if (this.#read.redemptions.byId(redemptionId)?.voidSeq !== seq) return 'its redemption does not say so';
    this.#live.delete(redemptionId);
    this.voided += 1;
    this.#count(counted, -1);
    return undefined;
  }

  #count({ couponId, offerId, leaseId }: Counted, by: 1 | -1): void {
    add(this.#usesOfCoupon, couponId, by);
    add(this.#usesOfOffer, offerId, by);
    if (leaseId !== undefined) add(this.#spent, leaseId, by);
  }

  /** Everything that no single event shows. */
  compareTotals(): string | undefined {
    const rows = this.#read.audit.redemptionCount();
    if (rows !== this.redeemed) return `${rows} redemptions, but ${this.redeemed} events of them`;
    return this.#compareCoupons() ?? this.#compareOffers();
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
