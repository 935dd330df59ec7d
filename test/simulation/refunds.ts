import { pickDevice } from './devices.ts';
import type { World } from './world.ts';

/** Goods come back to where they were bought: one of two, then perhaps the other one, and the use with it. */

export async function refundGoods(world: World): Promise<string> {
  const { prng, truth, counts } = world;
  const device = pickDevice(world);
  if (!device) return 'nobody';
  const { name } = device.machine;
  const own = [...truth.redemptions.values()].filter((one) => one.by === name && !one.lost && one.live);
  if (own.length === 0) return 'nothing sold';
  const { id } = prng.pick(own);
  const refunded = await device.till.call('redemption.refund', {
    refundId: prng.uuid(),
    redemptionId: id,
    lines: [{ lineId: '1', units: prng.between(1, 2) }],
    reason: 'broken',
  });
  if (refunded !== 'killed' && !refunded.ok) counts.refusals++;
  return `${name} ${id.slice(-6)} ${refunded === 'killed' ? 'killed' : refunded.ok || refunded.error.code}`;
}

/** One of two: what a web shop refunded in full, it gives a restored centre again as a void. */
export async function refundOnline(world: World): Promise<string> {
  const { prng, centre, truth, webOrders } = world;
  const open = webOrders.filter((order) => !order.voided && order.unitsBack === 0);
  if (open.length === 0) return 'nothing sold';
  const order = prng.pick(open);
  const back = await centre.rest(
    'POST',
    `/api/redemptions/${order.redemptionId}/refund`,
    { lines: [{ line_id: '1', units: 1 }], reason: 'broken' },
    prng.uuid(),
  );
  if (back.status === 201) {
    order.unitsBack = 1;
    const [row] = await centre.rows<{ minor: string }>(
      `SELECT returned_minor AS minor FROM redemptions WHERE id = '${order.redemptionId}'`,
    );
    const known = truth.redemptions.get(order.redemptionId);
    if (known) known.returnedMinor = Number(row?.minor);
  }
  return `${order.redemptionId.slice(-6)} ${back.status}`;
}
