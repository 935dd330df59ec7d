import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/kernel/instant.ts';
import type { FaultName } from './faults.ts';
import { hasWal } from './files.ts';
import type { Device } from './truth.ts';
import type { World } from './world.ts';

/** Faults that strike between two operations, each at its rate. */
export async function strikeFaults(world: World): Promise<void> {
  const { prng, rates, network, centre } = world;
  const devices = world.liveDevices();
  if (devices.length === 0) return;
  // Drawn in any case and in this order, so that one kind does not move another.
  const struck = (fault: FaultName) => prng.chance(rates[fault]);
  const device = prng.pick(devices);
  const { name } = device.machine;

  if (struck('partition')) {
    network.setPartitioned(name, true);
  } else if (network.isPartitioned(name) && prng.chance(0.05)) {
    network.setPartitioned(name, false);
  }
  if (struck('version_skew')) network.setSkewed(name, true);
  else if (network.isSkewed(name) && prng.chance(0.2)) network.setSkewed(name, false);

  if (struck('kill_before_commit')) {
    world.happened('kill_before_commit', name);
    device.till.armKill('before_commit');
  } else if (struck('kill_after_commit')) {
    world.happened('kill_after_commit', name);
    device.till.armKill('after_commit');
  }

  if (prng.chance(0.03)) keepBackup(world, device);
  if (struck('old_copy_restored')) await restoreOldCopy(world, device);
  if (struck('cloned')) await clone(world, device);
  if (struck('wal_deleted')) await deleteWal(world, device);
  if (struck('clock_jump')) jumpClock(world, device);
  if (struck('location_destroyed')) await destroy(world, device);

  if (!centre.hasBackup && prng.chance(0.03)) await centre.backup();
  if (struck('central_restored') && centre.hasBackup) {
    if (prng.chance(0.5)) await restoreCentre(world);
    else world.betweenMessages = () => restoreCentre(world);
  }
}

const MAX_BACKUPS = 3;

function keepBackup(world: World, device: Device): void {
  if (!device.till.isOpen) return;
  const kept = world.backups.get(device.machine.name) ?? [];
  world.backups.set(device.machine.name, [...kept, device.till.backup()].slice(-MAX_BACKUPS));
  world.trace.add(`  backup of ${device.machine.name}`);
}

/** What this machine had committed after event `seq`, and nobody else has, is gone with it. */
function loseAfter(world: World, device: Device, seq: number): void {
  for (const one of world.truth.redemptions.values()) {
    if (one.by !== device.machine.name) continue;
    if (one.seq > seq) one.lost = true;
    if ((one.voidSeq ?? 0) > seq) one.voidLost = true;
  }
  device.seenSeq = seq;
  device.seenVoidSeq = seq;
}

async function restoreOldCopy(world: World, device: Device): Promise<void> {
  const backup = world.backups.get(device.machine.name)?.[0];
  if (!backup || !device.till.isOpen || device.till.view.head().seq <= backup.headSeq) return;
  world.happened('old_copy_restored', device.machine.name);
  await device.till.restore(backup);
  loseAfter(world, device, backup.headSeq);
  await device.till.open();
  // After a lost log its history is another one than the copy's: numbers alone do not say what is gone, or back.
  const there = device.till.view.redemptionIds();
  const voided = new Set(device.till.view.voidsAfter(0).map(({ id }) => id));
  for (const one of world.truth.redemptions.values()) {
    if (one.by !== device.machine.name) continue;
    one.lost = !there.has(one.id);
    if (one.voidSeq !== undefined) one.voidLost = !voided.has(one.id);
  }
}

async function deleteWal(world: World, device: Device): Promise<void> {
  const { till } = device;
  if (!till.isOpen || !hasWal(till.dataDir())) return;
  world.happened('wal_deleted', device.machine.name);
  const before = till.view.head().seq;
  await till.kill({ withoutWal: true });
  if (!till.hasLedger()) {
    // Nothing had reached the file yet: there is no ledger any more.
    await lose(world, device);
    return;
  }
  const after = till.headOnDisk();
  await till.open();
  world.trace.add(`  ${device.machine.name} went back from ${before}`);
  loseAfter(world, device, Math.min(before, after));
}

const MAX_MACHINES = 6;

async function clone(world: World, device: Device): Promise<void> {
  const { truth } = world;
  if (!device.till.isOpen || !device.enrolled || truth.devices.size >= MAX_MACHINES) return;
  if (device.twinOf) return;
  world.happened('cloned', device.machine.name);
  const identity = device.till.view.identity();
  const unspent = new Map<string, number>();
  for (const lease of device.till.view.reads.leases.all()) {
    unspent.set(lease.offerId, (unspent.get(lease.offerId) ?? 0) + lease.leased + lease.reserved);
  }
  const unspentMinor = new Map<string, number>();
  for (const lease of device.till.view.reads.budgets.all()) {
    unspentMinor.set(lease.offerId, (unspentMinor.get(lease.offerId) ?? 0) + lease.leased);
  }
  const seen = { seenSeq: device.seenSeq, seenVoidSeq: device.seenVoidSeq };
  const totals = new Map(device.leaseTotals);
  const machine = device.till.twin(`${device.machine.name} copy ${truth.devices.size}`);
  const twin = await world.addMachine(machine);
  Object.assign(twin, seen);
  twin.twinOf = { name: device.machine.name, incarnation: identity?.incarnation ?? 1 };
  for (const [id, total] of totals) twin.leaseTotals.set(id, total);
  for (const [offerId, count] of unspent) twin.twice.set(offerId, count);
  for (const [offerId, count] of unspentMinor) twin.twiceMinor.set(offerId, count);
  truth.copied.add(`${identity?.ledgerId} ${identity?.incarnation}`);
}

function jumpClock({ prng, ...world }: World, device: Device): void {
  world.happened('clock_jump', device.machine.name);
  device.machine.clockOffsetMs = prng.pick([
    0,
    0,
    -2 * DAY_MS,
    -10 * MINUTE_MS,
    3 * MINUTE_MS,
    HOUR_MS,
    DAY_MS,
  ]);
}

async function destroy(world: World, device: Device): Promise<void> {
  // One shop must go on, or nothing would happen any more.
  if (world.liveDevices().length < 2 || !device.till.isOpen) return;
  world.happened('location_destroyed', device.machine.name);
  await lose(world, device);
}

async function lose(world: World, device: Device): Promise<void> {
  device.destroyed = true;
  if (device.till.isOpen) await device.till.shutDown();
  loseAfter(world, device, 0);
}

export async function restoreCentre(world: World): Promise<void> {
  const { centre } = world;
  if (!centre.hasBackup) return;
  world.happened('central_restored', `epoch ${centre.epoch}`);
  await centre.restore();
  const coupons = await centre.rows<{ id: string; home: string | null }>(
    'SELECT id, home_ledger_id AS home FROM coupons',
  );
  const homes = new Map(coupons.map(({ id, home }) => [id, home]));
  for (const one of world.truth.redemptions.values()) {
    if (one.by === 'web') continue;
    one.acked = false;
    if (homes.get(one.couponId) !== one.ledgerId) one.homeForgotten = true;
  }
}
