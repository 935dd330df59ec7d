import type { Machine, SimTill } from './sim-till.ts';

/**
 * What really happened, written down beside the product and never read by it: every redemption that any machine
 * committed or the web shop was promised, and what customers may therefore hold in their hands.
 */
export type Truth = {
  readonly offers: Map<string, TrueOffer>;
  readonly redemptions: Map<string, TrueRedemption>;
  readonly devices: Map<string, Device>;
  /** Takes in what a machine has committed since it was looked at last. */
  absorb(device: Device): void;
  webRedeemed(id: string, offerId: string, couponId: string): void;
  webVoided(id: string): void;
  liveOf(offerId: string): TrueRedemption[];
  /** Rights that exist twice, because a machine was cloned with all that it has. */
  twiceOf(offerId: string): number;
};

export type TrueOffer = {
  readonly id: string;
  readonly policy: 'strict' | 'bounded' | 'open' | 'unlimited';
  /** What may be redeemed in all, as the offer says now; absent: no limit. */
  total?: number;
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
  readonly twice: Map<string, number>;
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
  const devices = new Map<string, Device>();

  /** Of a twin every right that it holds or hears of exists twice, until it goes on as an incarnation of its own. */
  function absorbRights(device: Device): void {
    const { view } = device.till;
    if (device.twinOf && view.identity()?.incarnation !== device.twinOf.incarnation)
      device.twinOf = undefined;
    for (const lease of view.reads.leases.all()) {
      const before = device.leaseTotals.get(lease.id) ?? 0;
      device.leaseTotals.set(lease.id, lease.total);
      if (!device.twinOf || lease.total <= before) continue;
      device.twice.set(lease.offerId, (device.twice.get(lease.offerId) ?? 0) + lease.total - before);
    }
  }

  return {
    offers,
    redemptions,
    devices,
    absorb(device) {
      const { view, machine } = device.till;
      const revision = device.till.revision();
      if (device.absorbed === revision) return;
      device.absorbed = revision;
      for (const row of view.redemptionsAfter(device.seenSeq)) {
        device.seenSeq = row.seq;
        if (redemptions.has(row.id)) continue;
        const { id, offerId, couponId, seq, atRisk } = row;
        redemptions.set(id, {
          id,
          offerId,
          couponId,
          by: machine.name,
          seq,
          atRisk,
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
      const acked = Number(view.reads.meta.get('sync.ackedSeq') ?? 0);
      for (const one of redemptions.values()) {
        if (one.by === machine.name && !one.lost && one.seq <= acked) one.acked = true;
      }
      absorbRights(device);
    },
    webRedeemed(id, offerId, couponId) {
      redemptions.set(id, {
        id,
        offerId,
        couponId,
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
  };
}
