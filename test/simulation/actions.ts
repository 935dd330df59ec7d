import { assert } from '../../shared/kernel/assert.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/kernel/instant.ts';
import { pickDevice } from './devices.ts';
import { addSingleUseCode, changeLimit, codesInUse, makeOffer, makeOfferHere } from './offers.ts';
import { refundGoods, refundOnline } from './refunds.ts';
import type { Device } from './truth.ts';
import { CENTRE_URL, type World } from './world.ts';

/** One thing that somebody does. It draws everything from the world's source. */
export type Action = { readonly name: string; readonly weight: number; run(world: World): Promise<string> };

/** Two of a kind, so that one of them may come back. */
const basketOf = (priceMinor: number) => ({
  currency: 'EUR',
  taxMode: 'inclusive' as const,
  lines: [{ id: '1', sku: 'mug', qty: 2, unitPriceMinor: priceMinor / 2 }],
});

/** Looks at what a machine committed, whatever its answer was. */
export async function settleDevice(world: World, device: Device): Promise<void> {
  if (!device.till.isOpen) {
    world.trace.add(`  ${device.machine.name} starts again`);
    await device.till.open();
  }
  device.till.disarm();
  world.truth.absorb(device);
}

function codesKnownTo(world: World, device: Device): string[] {
  return [...world.truth.offers.values()]
    .filter((offer) => offer.madeBy === 'centre' || offer.madeBy === device.machine.name)
    .flatMap(codesInUse);
}

async function scan(world: World): Promise<string> {
  const { prng, counts } = world;
  const device = pickDevice(world);
  if (!device) return 'nobody';
  const codes = codesKnownTo(world, device);
  if (codes.length === 0) return 'no codes';
  const code = prng.pick(codes);
  const basketId = prng.uuid();
  const priceMinor = prng.between(10, 60) * 100;
  const ending = prng.below(10);
  const where = `${device.machine.name} ${code}`;
  const checked = await device.till.call('redemption.check', {
    basketId,
    basket: basketOf(priceMinor),
    codes: [code],
  });
  if (checked === 'killed') return `${where} killed at check`;
  if (!checked.ok) {
    counts.refusals++;
    return `${where} ${checked.error.code}`;
  }
  const [coupon] = checked.value.coupons;
  if (coupon?.status !== 'accepted') {
    counts.refusals++;
    return `${where} ${coupon?.refusal.code}`;
  }
  if (ending === 0) {
    keepOpen(world, device, basketId);
    return `${where} held`;
  }
  if (ending === 1) {
    const released = await device.till.call('redemption.release', { basketId });
    return `${where} released ${released === 'killed' ? 'killed' : released.ok}`;
  }
  return `${where} ${await confirm(world, device, basketId)}`;
}

const MAX_OPEN = 20;

function keepOpen(world: World, device: Device, basketId: string): void {
  const open = world.openBaskets.get(device.machine.name) ?? [];
  world.openBaskets.set(device.machine.name, [...open, basketId].slice(-MAX_OPEN));
}

async function confirm(world: World, device: Device, basketId: string): Promise<string> {
  const { counts, truth } = world;
  const done = await device.till.call('redemption.confirm', { basketId });
  if (done === 'killed') {
    // The cashier does not know, and tries again later.
    keepOpen(world, device, basketId);
    return 'killed at confirm';
  }
  if (!done.ok) {
    counts.refusals++;
    return done.error.code;
  }
  truth.absorb(device);
  for (const { id } of done.value.redemptions) {
    const known = truth.redemptions.get(id);
    assert(known, 'what a cashier sees was committed');
    if (!known.shown) counts.redemptions++;
    known.shown = true;
  }
  return `redeemed ${done.value.redemptions.map(({ id }) => id.slice(-6)).join(' ')}`;
}

async function confirmLater(world: World): Promise<string> {
  const device = pickDevice(world);
  const open = world.openBaskets.get(device?.machine.name ?? '') ?? [];
  if (!device || open.length === 0) return 'nothing open';
  const basketId = world.prng.pick(open);
  world.openBaskets.set(
    device.machine.name,
    open.filter((other) => other !== basketId),
  );
  return `${device.machine.name} ${await confirm(world, device, basketId)}`;
}

async function takeBack(world: World): Promise<string> {
  const { prng, truth, counts } = world;
  const device = pickDevice(world);
  if (!device) return 'nobody';
  const own = [...truth.redemptions.values()].filter(
    (one) => one.by === device.machine.name && !one.lost && one.live && one.returnedMinor === 0,
  );
  if (own.length === 0) return 'nothing to void';
  const { id } = prng.pick(own);
  const voided = await device.till.call('redemption.void', { redemptionId: id, reason: 'mistake' });
  if (voided !== 'killed' && !voided.ok) counts.refusals++;
  return `${device.machine.name} ${id.slice(-6)} ${voided === 'killed' ? 'killed' : voided.ok || voided.error.code}`;
}

export async function syncNow(world: World, device: Device): Promise<string> {
  const where = device.machine.name;
  if (!device.enrolled) return `${where} ${await enrol(world, device)}`;
  const synced = await device.till.call('sync.now', {});
  if (synced !== 'killed' && !synced.ok) {
    // An old copy from before it joined, or joined again: somebody enters a code.
    const { code } = synced.error;
    if (code === 'not_enrolled' || (code === 'signature_invalid' && !(await isKnown(world, device))))
      device.enrolled = false;
  }
  return `${where} ${synced === 'killed' ? 'killed' : synced.ok ? `queue ${synced.value.queue.count}` : `${synced.error.code} ${JSON.stringify(synced.error.params)}`}`;
}

async function enrol(world: World, device: Device): Promise<string> {
  // A location that the centre knows gets a code of its own, any other one for a new location.
  const known = await world.centre.rows<{ id: string }>(
    `SELECT id FROM locations WHERE id::text = '${device.locationId ?? ''}'`,
  );
  const made = await world.centre.rest(
    'POST',
    '/api/locations/enrolments',
    known.length === 0 ? {} : { location_id: device.locationId },
  );
  assert(made.status === 201, 'an enrolment code is made');
  const enrolled = await device.till.call('sync.enrol', {
    centreUrl: CENTRE_URL,
    enrolmentCode: String(made.body.enrolment_code),
  });
  if (enrolled === 'killed') return 'killed while enrolling';
  if (enrolled.ok || enrolled.error.code === 'already_enrolled') device.enrolled = true;
  return enrolled.ok ? 'enrolled' : enrolled.error.code;
}

async function sync(world: World): Promise<string> {
  const device = pickDevice(world);
  return device ? syncNow(world, device) : 'nobody';
}

async function sellOnline(world: World): Promise<string> {
  const { prng, truth, counts, centre } = world;
  const offers = [...truth.offers.values()].filter((offer) => offer.madeBy === 'centre');
  if (offers.length === 0) return 'no offers';
  const offer = prng.pick(offers);
  const code = prng.pick(codesInUse(offer));
  const key = prng.uuid();
  const basketId = prng.uuid();
  const priceMinor = prng.between(10, 60) * 100;
  const holdsFirst = prng.chance(0.3);
  const body = { code, basket_id: basketId, basket: basketOf(priceMinor) };
  if (holdsFirst) {
    const held = await centre.rest('POST', '/api/reservations', body, key);
    if (held.status !== 201) {
      counts.refusals++;
      return `${code} ${held.body.code}`;
    }
    world.webHolds.push(String(held.body.id));
    return `${code} reserved`;
  }
  const sold = await centre.rest('POST', '/api/redemptions', body, key);
  if (sold.status !== 201) {
    counts.refusals++;
    return `${code} ${sold.body.code}`;
  }
  recordSale(world, sold.body);
  // A shop that did not get the answer asks again.
  if (prng.chance(0.2)) await centre.rest('POST', '/api/redemptions', body, key);
  return `${code} sold ${String(sold.body.id).slice(-6)}`;
}

function recordSale({ truth, counts, webOrders }: World, answer: Record<string, unknown>): void {
  const redemptionId = String(answer.id);
  truth.webRedeemed({
    id: redemptionId,
    offerId: String(answer.offer_id),
    couponId: String(answer.coupon_id),
    discountMinor: Number(answer.discount_minor),
  });
  counts.redemptions++;
  webOrders.push({ redemptionId, answer, voided: false, unitsBack: 0 });
}

async function endWebHold(world: World): Promise<string> {
  const { prng, centre, webHolds, counts } = world;
  if (webHolds.length === 0) return 'nothing held';
  const id = prng.pick(webHolds);
  webHolds.splice(webHolds.indexOf(id), 1);
  if (prng.chance(0.3)) {
    const released = await centre.rest('POST', `/api/reservations/${id}/release`);
    return `${id.slice(-6)} released ${released.status}`;
  }
  const committed = await centre.rest('POST', `/api/reservations/${id}/commit`);
  if (committed.status !== 200) {
    counts.refusals++;
    return `${id.slice(-6)} ${committed.body.code}`;
  }
  recordSale(world, committed.body);
  return `${id.slice(-6)} committed`;
}

async function takeBackOnline(world: World): Promise<string> {
  const { prng, centre, truth, webOrders } = world;
  const open = webOrders.filter((order) => !order.voided && order.unitsBack === 0);
  if (open.length === 0) return 'nothing sold';
  const order = prng.pick(open);
  const { redemptionId: id } = order;
  const voided = await centre.rest('POST', `/api/redemptions/${id}/void`, { reason: 'returned' });
  if (voided.status === 200) {
    order.voided = true;
    truth.webVoided(id);
  }
  return `${id.slice(-6)} ${voided.status}`;
}

async function timePasses(world: World): Promise<string> {
  const ms = world.prng.pick([MINUTE_MS, 11 * MINUTE_MS, HOUR_MS, 5 * HOUR_MS]);
  world.passTime(ms);
  for (const device of world.liveDevices()) device.till.tick(30);
  return `${ms / SECOND_MS} s`;
}

/** The operator of a restored centre: orders are given again, who is unknown joins again, who is lost is given up. */
export async function recover(world: World): Promise<string> {
  const { centre, truth, webOrders } = world;
  const state = await centre.rest('GET', '/api/recovery');
  for (const device of truth.devices.values()) {
    if (device.destroyed && !device.givenUp && device.locationId !== undefined) {
      const gone = await centre.rest('POST', `/api/locations/${device.locationId}/give-up`);
      if (gone.status === 200) device.givenUp = true;
    }
  }
  await giveUpVanished(world);
  if (state.body.recovering !== true) return 'well';
  for (const { redemptionId, answer, voided } of webOrders) {
    await centre.rest('POST', '/api/redemptions/import', answer);
    if (voided) await centre.rest('POST', `/api/redemptions/${redemptionId}/void`, { reason: 'returned' });
  }
  for (const device of world.liveDevices()) {
    if (!device.enrolled || (await isKnown(world, device))) continue;
    const joined = await enrol(world, device);
    world.trace.add(`  ${device.machine.name} joins again: ${joined}`);
    // Until everybody is known again, nobody says that everybody is.
    if (!(await isKnown(world, device))) return 'not yet';
  }
  const done = await centre.rest('POST', '/api/recovery/confirm');
  return JSON.stringify(done.body);
}

/** No machine has them: of a copy that was replaced by an older one, or lost. The people of the shop know. */
async function giveUpVanished(world: World): Promise<void> {
  const present = new Set(
    world.liveDevices().map(({ till }) => {
      const identity = till.view.identity();
      return `${identity?.ledgerId} ${identity?.incarnation}`;
    }),
  );
  const active = await world.centre.rows<{ location_id: string; ledger_id: string; incarnation: number }>(
    `SELECT l.location_id, i.ledger_id, i.incarnation FROM incarnations i JOIN ledgers l ON l.id = i.ledger_id
     WHERE i.status = 'active' ORDER BY i.ledger_id, i.incarnation`,
  );
  for (const { location_id, ledger_id, incarnation } of active) {
    if (!present.has(`${ledger_id} ${incarnation}`)) await giveUp(world, location_id, incarnation);
  }
}

async function giveUp(world: World, locationId: string, incarnation?: number): Promise<string> {
  const body = incarnation === undefined ? undefined : { incarnation };
  const gone = await world.centre.rest('POST', `/api/locations/${locationId}/give-up`, body);
  world.trace.add(`  ${locationId} ${incarnation ?? ''} given up: ${gone.status}`);
  return `${gone.status}`;
}

/** Somebody gives up a shop that goes on: its rights are burned, its sales count. */
async function giveUpByMistake(world: World): Promise<string> {
  const device = pickDevice(world);
  if (!device?.enrolled || device.locationId === undefined) return 'nobody';
  return `${device.machine.name} ${await giveUp(world, device.locationId)}`;
}

async function isKnown(world: World, device: Device): Promise<boolean> {
  const deviceId = device.till.view.reads.meta.get('sync.deviceId');
  // An old copy from before it joined knows no name of its own.
  if (deviceId === undefined) return false;
  const rows = await world.centre.rows<{ n: string }>(
    `SELECT count(*) AS n FROM devices WHERE status = 'active' AND id = '${deviceId}'`,
  );
  return Number(rows[0]?.n) === 1;
}

async function lateRequests(world: World): Promise<string> {
  return `${await world.network.deliverDelayed(world.prng.between(1, 5))}`;
}

export const actions: readonly Action[] = [
  { name: 'scan', weight: 45, run: scan },
  { name: 'confirm', weight: 5, run: confirmLater },
  { name: 'void', weight: 6, run: takeBack },
  { name: 'refund', weight: 3, run: refundGoods },
  { name: 'sync', weight: 18, run: sync },
  { name: 'web-order', weight: 9, run: sellOnline },
  { name: 'web-end-hold', weight: 4, run: endWebHold },
  { name: 'web-void', weight: 2, run: takeBackOnline },
  { name: 'web-refund', weight: 1.5, run: refundOnline },
  { name: 'time', weight: 4, run: timePasses },
  { name: 'limit', weight: 2, run: changeLimit },
  { name: 'offer-here', weight: 1, run: makeOfferHere },
  { name: 'offer', weight: 1, run: makeOffer },
  { name: 'code', weight: 2, run: addSingleUseCode },
  { name: 'late', weight: 4, run: lateRequests },
  { name: 'recover', weight: 2, run: recover },
  { name: 'give-up', weight: 0.4, run: giveUpByMistake },
];
