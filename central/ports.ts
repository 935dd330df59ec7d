import { randomBytes } from 'node:crypto';

/** What the centre takes from outside: simulations and tests give their own. */
export type Ports = {
  /** UTC milliseconds. */
  now(): number;
  randomBytes(length: number): Uint8Array;
};

export const systemPorts: Ports = {
  now: () => Date.now(),
  randomBytes: (length) => new Uint8Array(randomBytes(length)),
};
