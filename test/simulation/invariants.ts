import type { Found } from './found.ts';
import { checkRights } from './rights-checks.ts';
import type { World } from './world.ts';

/** After every step: what may never be seen, not even for a moment. What nobody touched since needs no second look. */
export async function checkStep(world: World): Promise<Found[]> {
  return [
    ...checkLimits(world),
    ...checkSingles(world),
    ...(await checkRights(world)),
    ...checkDurability(world),
    ...(await checkAcked(world)),
  ];
}

/** No more in customers' hands than the offer allows, wherever it was recorded; a copy of a machine aside. */
function checkLimits({ truth }: World): Found[] {
  return [...truth.offers.values()].flatMap((offer): Found[] => {
    const { id, policy, total, budgetMinor, ceiling } = offer;
    const promised = total ?? budgetMinor;
    if (policy !== 'strict' || promised === undefined) return [];
    const live = truth.liveOf(id);
    const given =
      total === undefined
        ? live.reduce((sum, one) => sum + one.discountMinor - one.returnedMinor, 0)
        : live.length;
    const twice = total === undefined ? truth.twiceMinorOf(id) : truth.twiceOf(id);
    const limit = (ceiling ?? promised) + twice;
    if (given <= limit) return [];
    return [
      { invariant: 'strict_limit', detail: `${offer.codes[0]}: ${given} of ${limit} (twice ${twice})` },
    ];
  });
}

/**
 * A code of a single use serves once, wherever it was redeemed; once more for each copy of a machine. A use that no
 * record is left of, because its machine lost it and the centre was put back to before it let that machine have the
 * code, is not one that anybody could know of.
 */
function checkSingles({ truth }: World): Found[] {
  const uses = new Map<string, number>();
  for (const one of truth.redemptions.values()) {
    if (one.live && truth.singles.has(one.couponId) && !(one.lost && one.homeForgotten))
      uses.set(one.couponId, (uses.get(one.couponId) ?? 0) + 1);
  }
  const limit = 1 + [...truth.devices.values()].filter(({ isCopy }) => isCopy).length;
  return [...uses].flatMap(([couponId, count]) =>
    count > limit
      ? [
          {
            invariant: 'single_use' as const,
            detail: `${truth.singles.get(couponId)}: ${count} of ${limit}`,
          },
        ]
      : [],
  );
}

function checkDurability({ truth }: World): Found[] {
  const found: Found[] = [];
  for (const device of truth.devices.values()) {
    if (device.destroyed || !device.till.isOpen) continue;
    const revision = device.till.revision();
    if (device.checked.durability === revision) continue;
    device.checked.durability = revision;
    const { name } = device.machine;
    const there = device.till.view.redemptionIds();
    for (const one of truth.redemptions.values()) {
      if (one.by === name && one.shown && !one.lost && !there.has(one.id))
        found.push({ invariant: 'shown_is_durable', detail: `${one.id} is not on ${name}` });
    }
  }
  return found;
}

/** What a ledger was told to be at the centre is there. A restored centre may lack it until the ledger hears of that. */
async function checkAcked(world: World): Promise<Found[]> {
  const { centre, truth } = world;
  const found: Found[] = [];
  for (const device of truth.devices.values()) {
    if (device.destroyed || !device.till.isOpen) continue;
    const { view } = device.till;
    const ledger = device.till.revision();
    const revision = `${ledger} ${centre.epoch}`;
    const { checked } = device;
    if (checked.acked.revision === revision) continue;
    const identity = view.identity();
    if (!identity || view.reads.meta.get('sync.serverEpoch') !== String(centre.epoch)) continue;
    const acked = Number(view.reads.meta.get('sync.ackedSeq') ?? 0);
    const opened = `${ledger.split('.')[0]} ${centre.epoch}`;
    // Opened again, it may be an older copy; at another epoch, nothing is sure.
    const before = checked.acked.opened === opened ? Math.min(checked.acked.seq, acked) : 0;
    checked.acked = { revision, opened, seq: acked };
    if (before >= acked) continue;
    const rows = await centre.rows<{ seq: string; hash: string }>(
      `SELECT seq, hash FROM ledger_events
       WHERE ledger_id = '${identity.ledgerId}' AND seq > ${before} AND seq <= ${acked}`,
    );
    const known = new Set(rows.map((row) => `${row.seq} ${row.hash}`));
    for (const event of view.reads.events.from(before + 1, acked - before)) {
      if (!known.has(`${event.seq} ${event.hash}`))
        found.push({
          invariant: 'acked_is_central',
          detail: `${device.machine.name}: event ${event.seq} was acknowledged`,
        });
    }
  }
  return found;
}
