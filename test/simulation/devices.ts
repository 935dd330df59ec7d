import type { Device } from './truth.ts';
import type { World } from './world.ts';

export function pickDevice(world: World): Device | undefined {
  const devices = world.liveDevices();
  return devices.length === 0 ? undefined : world.prng.pick(devices);
}
