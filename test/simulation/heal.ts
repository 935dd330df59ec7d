import { recover, syncNow } from './actions.ts';
import type { Device } from './truth.ts';
import type { World } from './world.ts';

const MAX_ROUNDS = 24;

/** Nothing was left to say for so long: what one ledger returned has reached the others. */
const QUIET_ROUNDS = 3;

/** Lines heal, clocks are set, machines that are gone are given up: after some rounds everything must agree. */
export async function heal(world: World): Promise<void> {
  const { network, truth } = world;
  network.heal();
  world.betweenMessages = undefined;
  for (const device of world.liveDevices()) device.machine.clockOffsetMs = 0;
  await network.deliverDelayed(1_000);
  let quiet = 0;
  for (let round = 0; round < MAX_ROUNDS && quiet < QUIET_ROUNDS; round++) {
    let waiting = 0;
    for (const device of world.liveDevices()) {
      await answerForClock(device);
      const outcome = await syncNow(world, device);
      truth.absorb(device);
      const { view } = device.till;
      waiting += view.head().seq - Number(view.reads.meta.get('sync.ackedSeq') ?? 0);
      world.trace.add(`heal ${round} ${outcome}`);
    }
    world.trace.add(`heal ${round} ${await recover(world)}`);
    quiet = waiting === 0 ? quiet + 1 : 0;
    world.passTime(61_000);
  }
}

/** The clock is right again; whoever is there says so. */
async function answerForClock(device: Device): Promise<void> {
  const status = await device.till.call('app.status', {});
  if (status === 'killed' || !status.ok || status.value.phase !== 'ready') return;
  if (status.value.faults.some((fault) => fault.kind === 'clock_set_back'))
    await device.till.call('faults.clear', { kind: 'clock_set_back' });
}
