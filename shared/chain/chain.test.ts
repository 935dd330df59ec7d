import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChainedEvent, chainHash, checkLink, EMPTY_CHAIN, GENESIS_HASH } from './chain.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

function chainOf(bodies: readonly string[]): ChainedEvent[] {
  let hash = GENESIS_HASH;
  return bodies.map((body, i) => {
    hash = chainHash(sha256, hash, body);
    return { seq: i + 1, hash, body };
  });
}

function firstBreak(events: readonly ChainedEvent[]) {
  let head = EMPTY_CHAIN;
  for (const event of events) {
    const broken = checkLink(sha256, head, event);
    if (broken) return broken;
    head = event;
  }
  return undefined;
}

describe('the event chain', () => {
  it('hashes the bytes of the hash before and of the text, as sha256sum would', () => {
    const expected = createHash('sha256').update(Buffer.alloc(32)).update('{"a":"é"}').digest('hex');
    expect(chainHash(sha256, GENESIS_HASH, '{"a":"é"}')).toBe(expected);
  });

  it('finds any change, loss, doubling or swap at its first event', () => {
    const bodies = fc.array(fc.string(), { minLength: 3, maxLength: 12 });
    fc.assert(
      fc.property(
        bodies,
        fc.nat(),
        fc.constantFrom('change', 'lose', 'double', 'swap'),
        (texts, pick, how) => {
          const events = chainOf(texts);
          expect(firstBreak(events)).toBeUndefined();
          const at = pick % (events.length - 1);
          const one = events[at] as ChainedEvent;
          const next = events[at + 1] as ChainedEvent;
          const replacement = {
            change: [{ ...one, body: `${one.body}.` }, next],
            lose: [next],
            double: [one, one, next],
            swap: [next, one],
          }[how];
          const broken = firstBreak([...events.slice(0, at), ...replacement, ...events.slice(at + 2)]);
          expect(broken?.seq).toBe(how === 'double' ? at + 2 : at + 1);
        },
      ),
    );
  });
});
