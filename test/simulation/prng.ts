import { assert } from '../../shared/kernel/assert.ts';

/** Everything that a run decides comes from here, so that a seed replays. Nothing cryptographic. */
export type Prng = {
  /** From 0 to below `bound`. */
  below(bound: number): number;
  /** Both ends included. */
  between(low: number, high: number): number;
  /** From 0 to below 1. */
  fraction(): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  bytes(count: number): Uint8Array;
  uuid(): string;
  /** A source of its own, so that what one part draws does not move what another one draws. */
  fork(name: string): Prng;
};

const WORDS = 4;

/** sfc32, by Chris Doty-Humphrey: small, fast, and passes the usual batteries. */
export function prng(seed: number, name = ''): Prng {
  const state = new Uint32Array(WORDS);
  // FNV-1a over the name, so that forks of one seed differ.
  let hash = 0x811c9dc5;
  for (const char of `${seed} ${name}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
  state.set([hash, seed >>> 0, Math.imul(hash, 0x9e3779b9) >>> 0, 1]);

  function next(): number {
    const [a = 0, b = 0, c = 0, d = 0] = state;
    const result = (a + b + d) >>> 0;
    state.set([b ^ (b >>> 9), (c + (c << 3)) >>> 0, (((c << 21) | (c >>> 11)) + result) >>> 0, d + 1]);
    return result;
  }
  for (let i = 0; i < 16; i++) next();

  const self: Prng = {
    below(bound) {
      assert(Number.isSafeInteger(bound) && bound > 0, `not a bound: ${bound}`);
      return Math.floor((next() / 2 ** 32) * bound);
    },
    between: (low, high) => low + self.below(high - low + 1),
    fraction: () => next() / 2 ** 32,
    chance: (probability) => next() / 2 ** 32 < probability,
    pick(list) {
      assert(list.length > 0, 'nothing to pick from');
      return list[self.below(list.length)] as (typeof list)[number];
    },
    bytes(count) {
      const bytes = new Uint8Array(count);
      for (let i = 0; i < count; i++) bytes[i] = next() & 0xff;
      return bytes;
    },
    uuid() {
      const bytes = self.bytes(16);
      bytes[6] = 0x40 | ((bytes[6] ?? 0) & 0x0f);
      bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
      return Buffer.from(bytes)
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    },
    fork: (other) => prng(seed, `${name}/${other}`),
  };
  return self;
}
