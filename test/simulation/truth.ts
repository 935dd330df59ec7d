import type { Machine, SimTill } from './sim-till.ts';

/**
 * What really happened, written down beside the product and never read by it: every redemption that any machine
 * committed or the web shop was promised, and what customers may therefore hold in their hands.
 */
export type Truth = {
  readonly offers: Map<string, TrueOffer>;
  readonly redemptions: Map<string, TrueRedemption>;
  /** Codes of a single use, by their coupon. */
  readonly singles: Map<string, string>;
  readonly devices: Map<string, Device>;
  /** The most that any copy of an incarnation was granted of an offer, and gave back: by offer, ledger, incarnation. */
  readonly leases: Map<string, { readonly total: number; readonly returned: number }>;
  /** Incarnations, as `ledger number`, of which a machine was copied whole. */
  readonly copied: Set<string>;
  /** Takes in what a machine has committed since it was looked at last. */
  absorb(device: Device): void;
  webRedeemed(sale: Pick<TrueRedemption, 'id' | 'offerId' | 'couponId' | 'discountMinor'>): void;
  webVoided(id: string): void;
  liveOf(offerId: string): TrueRedemption[];
  /** Rights that exist twice, because a machine was cloned with all that it has. */
  twiceOf(offerId: string): number;
  /** The same for money. */
  twiceMinorOf(offerId: string): number;
};

export type TrueOffer = {
  readonly id: string;
  readonly policy: 'strict' | 'bounded' | 'open' | 'unlimited';
  /** What may be redeemed in all, as the offer says now; absent: no limit. */
  total?: number;
  /** What may be given away in all, in minor units. */
  budgetMinor?: number;
  /** The most that it ever allowed while rights of then may still be out: a lowered limit is reached as they return. */
  ceiling?: number;
  readonly codes: string[];
  readonly madeBy: string;
  version: number;
};

export type TrueRedemption = {
  readonly id: string;
  readonly offerId: string;
  readonly couponId: string;
  readonly by: string;
  readonly seq: number;
  readonly atRisk: boolean;
  /** Of the ledger that wrote it; none for the web. */
  readonly ledgerId?: string | undefined;
  /** The centre was put back to a time before it let this ledger have the code. */
  homeForgotten?: boolean;
  /** The lease that paid it, as in `leases`. */
  readonly lease?: string | undefined;
  readonly discountMinor: number;
  /** The part of it on goods that came back. */
  returnedMinor: number;
  live: boolean;
  voidSeq?: number;
  /** The only record of its void was lost with an old copy: it counts as redeemed again. */
  voidLost?: boolean;
  /** The machine that had it no longer does: an older copy was put back, or it is gone. */
  lost: boolean;
  /** The centre acknowledged it. */
  acked: boolean;
  /** A cashier has seen it. */
  shown: boolean;
};

export type Device = {
  readonly till: SimTill;
  readonly machine: Machine;
  seenSeq: number;
  seenVoidSeq: number;
  /** A copy of another machine, for as long as it pretends to be it. */
  twinOf?: { readonly name: string; readonly incarnation: number } | undefined;
  readonly isCopy: boolean;
  readonly twice: Map<string, number>;
  readonly twiceMinor: Map<string, number>;
  readonly leaseTotals: Map<string, number>;
  /** The revision of its ledger that was absorbed, and the last one that each check has seen. */
  absorbed: string;
  readonly checked: { durability: string; acked: { revision: string; opened: string; seq: number } };
  enrolled: boolean;
  destroyed: boolean;
  givenUp: boolean;
  /** From its first run on. */
  locationId?: string | undefined;
};

export function createTruth(): Truth {
  const offers = new Map<string, TrueOffer>();
  const redemptions = new Map<string, TrueRedemption>();
  const singles = new Map<string, string>();
  const leases: Truth['leases'] = new Map();
  const copied = new Set<string>();
  const devices = new Map<string, Device>();

  /** Of a twin every right that it holds or hears of exists twice, until it goes on as an incarnation of its own. */
  function absorbRights(device: Device): void {
    const { view } = device.till;
    if (device.twinOf && view.identity()?.incarnation !== device.twinOf.incarnation)
      device.twinOf = undefined;
    const ledgerId = view.identity()?.ledgerId;
    for (const lease of view.reads.leases.all()) {
      noteTwice(device, device.twice, lease);
      const key = `${lease.offerId} ${ledgerId} ${lease.incarnation}`;
      const known = leases.get(key) ?? { total: 0, returned: 0 };
      leases.set(key, {
        total: Math.max(known.total, lease.total),
        returned: Math.max(known.returned, lease.returned),
      });
    }
    for (const lease of view.reads.budgets.all()) noteTwice(device, device.twiceMinor, lease);
  }

  function noteTwice(
    device: Device,
    twice: Map<string, number>,
    { id, offerId, total }: { readonly id: string; readonly offerId: string; readonly total: number },
  ): void {
    const before = device.leaseTotals.get(id) ?? 0;
    device.leaseTotals.set(id, total);
    if (device.twinOf && total > before) twice.set(offerId, (twice.get(offerId) ?? 0) + total - before);
  }

  return {
    offers,
    redemptions,
    singles,
    devices,
    leases,
    copied,
    absorb(device) {
      const { view, machine } = device.till;
      const revision = device.till.revision();
      if (device.absorbed === revision) return;
      device.absorbed = revision;
      for (const row of view.redemptionsAfter(device.seenSeq)) {
        device.seenSeq = row.seq;
        if (redemptions.has(row.id)) continue;
        const { id, offerId, couponId, seq, atRisk, discountMinor, leaseIncarnation } = row;
        const ledgerId = view.identity()?.ledgerId;
        redemptions.set(id, {
          id,
          offerId,
          couponId,
          by: machine.name,
          seq,
          atRisk,
          ledgerId,
          ...(leaseIncarnation === undefined ? {} : { lease: `${offerId} ${ledgerId} ${leaseIncarnation}` }),
          discountMinor,
          returnedMinor: 0,
          live: true,
          lost: false,
          acked: false,
          shown: false,
        });
      }
      for (const { id, voidSeq } of view.voidsAfter(device.seenVoidSeq)) {
        device.seenVoidSeq = voidSeq;
        const known = redemptions.get(id);
        if (known) {
          known.live = false;
          known.voidSeq = voidSeq;
        }
      }
      for (const { id, returnedMinor } of view.returns()) {
        const known = redemptions.get(id);
        if (known) known.returnedMinor = Math.max(known.returnedMinor, returnedMinor);
      }
      const acked = Number(view.reads.meta.get('sync.ackedSeq') ?? 0);
      for (const one of redemptions.values()) {
        if (one.by === machine.name && !one.lost && one.seq <= acked) one.acked = true;
      }
      absorbRights(device);
    },
    webRedeemed(sale) {
      redemptions.set(sale.id, {
        ...sale,
        returnedMinor: 0,
        by: 'web',
        seq: 0,
        atRisk: false,
        live: true,
        lost: false,
        acked: true,
        shown: true,
      });
    },
    webVoided(id) {
      const known = redemptions.get(id);
      if (known) known.live = false;
    },
    liveOf: (offerId) => [...redemptions.values()].filter((one) => one.live && one.offerId === offerId),
    twiceOf: (offerId) =>
      [...devices.values()].reduce((sum, device) => sum + (device.twice.get(offerId) ?? 0), 0),
    twiceMinorOf: (offerId) =>
      [...devices.values()].reduce((sum, device) => sum + (device.twiceMinor.get(offerId) ?? 0), 0),
  };
}
