import { assert } from '../../shared/kernel/assert.ts';
import type { Db } from '../store/db.ts';
import { type Taking, takeUses } from './take-uses.ts';

/** Uses in one statement: its parameters stay small, and nobody waits for more than two of them. */
const MAX_TOGETHER = 64;

type Waiting = {
  readonly taking: Taking;
  readonly resolve: (taken: boolean) => void;
  readonly reject: (error: unknown) => void;
};

/** @returns whether the one use was taken */
export type TakeOne = (taking: Taking) => Promise<boolean>;

const takers = new WeakMap<Db, TakeOne>();

/** The one of this store: everybody who takes uses outside a transaction goes through it. */
export function togetherOf(db: Db): TakeOne {
  let taker = takers.get(db);
  if (taker === undefined) {
    taker = createTogether(db);
    takers.set(db, taker);
  }
  return taker;
}

/**
 * Uses that need the same rows queue at them anyway, each with a flush of its own. Here they go together: while a
 * statement of their lane is under way the others wait in this process, and the next statement takes all of them, under
 * one lock and with one flush. Whoever comes alone goes at once.
 */
export function createTogether(db: Db): TakeOne {
  const lanes = new Map<string, Waiting[]>();

  async function run(name: string, first: Waiting): Promise<void> {
    let next: readonly Waiting[] = [first];
    const waiting: Waiting[] = [];
    lanes.set(name, waiting);
    // Ends when nobody waits: each round takes at least one.
    while (next.length > 0) {
      await takeAll(db, next);
      next = waiting.splice(0, MAX_TOGETHER);
    }
    lanes.delete(name);
  }

  return (taking) =>
    new Promise((resolve, reject) => {
      assert(taking.uses.length === 1, 'each caller takes one use');
      const one: Waiting = { taking, resolve, reject };
      const name = laneOf(taking);
      const waiting = lanes.get(name);
      if (waiting === undefined) void run(name, one);
      else waiting.push(one);
    });
}

/**
 * A limited offer has one lane, since all of its uses need its escrow. Codes of an unlimited one share a few: each code
 * always takes the same, and what waits there shares statement and flush.
 */
function laneOf({ what, offerId, limited, uses }: Taking): string {
  if (limited) return `${what} ${offerId}`;
  const lastHex = uses[0]?.row.couponId?.at(-1) ?? '0';
  return `${what} ${offerId} ${Number.parseInt(lastHex, 16) % LANES_OF_UNLIMITED}`;
}

const LANES_OF_UNLIMITED = 2;

/** Never fails: every one of them is told its own fate. */
async function takeAll(db: Db, together: readonly Waiting[]): Promise<void> {
  const [first] = together;
  if (first === undefined) return;
  try {
    const taken = await takeUses(db, merge(first.taking, together));
    together.forEach((one, i) => {
      one.resolve(taken[i] === true);
    });
  } catch (error) {
    if (together.length === 1) return first.reject(error);
    // One of them is at fault, such as an id that exists: alone, each gets its own answer.
    for (const one of together) await takeAll(db, [one]);
  }
}

function merge(first: Taking, together: readonly Waiting[]): Taking {
  const { offerId, limited } = first;
  // One lane holds takings of one kind.
  const uses = together.flatMap(({ taking }) => taking.uses as never[]);
  return { what: first.what, offerId, limited, uses };
}
