import { randomBytes } from 'node:crypto';
import type { Guards } from '../shared/redemption/guards.ts';

/** What the centre takes from outside: simulations and tests give their own. */
export type Ports = {
  /** UTC milliseconds. */
  now(): number;
  randomBytes(length: number): Uint8Array;
  /** Rules of the protocol that a simulation takes away; all of them where absent. */
  readonly guards?: Guards | undefined;
  /** Where time is not real, nobody is waited for: what is not there at once does not come. */
  readonly cannotWait?: boolean | undefined;
};

export const systemPorts: Ports = {
  now: () => Date.now(),
  randomBytes: (length) => new Uint8Array(randomBytes(length)),
};
