import { isDeepStrictEqual } from 'node:util';
import { refusal } from '../../shared/contracts/refusal.ts';
import type { Basket } from '../../shared/engine/types.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Outcome } from '../centre.ts';
import type { Circumstances } from './gather-facts.ts';

/** What is written of a request that was carried out. Who imported it knew neither basket nor customer. */
export type Recorded = {
  readonly basketId: string;
  readonly channel: string;
  readonly locationId: string | null;
  /** Absent where it is not written with it. */
  readonly customer?: string | null;
  readonly basket?: Basket | undefined;
};

type Asked = {
  readonly basketId: string;
  readonly basket: Basket;
  readonly circumstances: Pick<Circumstances, 'channel' | 'locationId' | 'customer'>;
};

/** A retry must ask for the same: an id that was used for something else is a mistake of the caller. */
export function asksTheSame({ basketId, basket, circumstances }: Asked, before: Recorded): boolean {
  return (
    before.basketId === basketId &&
    before.channel === circumstances.channel &&
    before.locationId === (circumstances.locationId ?? null) &&
    (before.basket === undefined ||
      (isDeepStrictEqual(stored(basket), stored(before.basket)) &&
        (before.customer === undefined || before.customer === (circumstances.customer?.pseudonym ?? null))))
  );
}

/** As the store gives it back: without fields that are not set. */
function stored(basket: Basket): unknown {
  return JSON.parse(JSON.stringify(basket));
}

export function firstAnswer<T>(same: boolean, answer: T): Outcome<T> {
  return same
    ? ok(answer)
    : err(refusal('conflict', { why: 'the idempotency key was used for another request' }));
}
