import { assert } from '../kernel/assert.ts';
import { err, ok, type Result } from '../kernel/result.ts';

/**
 * The rights of one limited offer as the centre counts them: every right is in exactly one place. `leased` is what
 * ledgers may still spend, as far as the centre has heard.
 */
export type Escrow = {
  /** `pool + leased + reserved + spent + burned`. */
  readonly n: number;
  readonly pool: number;
  readonly leased: number;
  readonly reserved: number;
  readonly spent: number;
  readonly burned: number;
};

/** What one incarnation of a ledger was given: `held + spent + returned + burned = granted`. */
export type Lease = {
  readonly status: 'open' | 'burned';
  /** Every right ever put here; it only grows. */
  readonly granted: number;
  /** What the ledger says it was granted: more than `granted` only where a restored centre still lacks the rights. */
  readonly claimed?: number | undefined;
  readonly held: number;
  readonly spent: number;
  readonly returned: number;
  readonly burned: number;
};

export type Held = { readonly escrow: Escrow; readonly lease: Lease };

export const NO_LEASE: Lease = {
  status: 'open',
  granted: 0,
  held: 0,
  spent: 0,
  returned: 0,
  burned: 0,
};

export function newEscrow(n: number): Escrow {
  assertCount(n);
  return { n, pool: n, leased: 0, reserved: 0, spent: 0, burned: 0 };
}

/** Rights of the pool go to a ledger. A burned lease gets none: nobody hears of them. */
export function grantLease(
  { escrow, lease }: Held,
  count: number,
): Result<Held, 'exhausted' | 'lease_burned'> {
  assertCount(count);
  if (lease.status === 'burned') return err('lease_burned');
  if (escrow.pool < count) return err('exhausted');
  return ok({
    escrow: { ...escrow, pool: escrow.pool - count, leased: escrow.leased + count },
    lease: { ...lease, granted: lease.granted + count, held: lease.held + count },
  });
}

/**
 * A ledger says that it was granted `total` in all. The centre knows less only after it was restored from a backup;
 * then the rights come from the pool, and what the pool lacks stays claimed until rights come back to it.
 */
export function relearnGrant({ escrow, lease }: Held, total: number): Held {
  assertCount(total);
  const claimed = Math.max(lease.claimed ?? 0, total);
  const missing = Math.min(Math.max(0, claimed - lease.granted), escrow.pool);
  const place = lease.status === 'open' ? 'held' : 'burned';
  const inEscrow = lease.status === 'open' ? 'leased' : 'burned';
  return {
    escrow: { ...escrow, pool: escrow.pool - missing, [inEscrow]: escrow[inEscrow] + missing },
    lease: { ...lease, claimed, granted: lease.granted + missing, [place]: lease[place] + missing },
  };
}

/** What the ledger was granted, and a restored centre had no rights for yet. */
export function unmet({ claimed = 0, granted }: Lease): number {
  return Math.max(0, claimed - granted);
}

/**
 * A ledger redeemed. Of a burned lease it comes late, and was one of the burned rights. What the lease lacks because
 * the centre forgot it comes from the pool into the lease first: paid past it, the same right would be counted twice.
 */
export function reportSpent(before: Held, count = 1): Result<Held, 'exhausted'> {
  assertCount(count);
  const lacks = before.lease.held < count && before.lease.burned < count && unmet(before.lease) > 0;
  const { escrow, lease } = lacks ? relearnGrant(before, before.lease.granted) : before;
  if (lease.held >= count) {
    return ok({
      escrow: { ...escrow, leased: escrow.leased - count, spent: escrow.spent + count },
      lease: { ...lease, held: lease.held - count, spent: lease.spent + count },
    });
  }
  if (lease.burned >= count) {
    return ok({
      escrow: { ...escrow, burned: escrow.burned - count, spent: escrow.spent + count },
      lease: { ...lease, burned: lease.burned - count, spent: lease.spent + count },
    });
  }
  return err('exhausted');
}

/** A ledger took a redemption back: the right is in its lease again, and burned where that lease is. */
export function reportVoided({ escrow, lease }: Held, count = 1): Held {
  assert(lease.spent >= count, 'only a right that was spent comes back');
  return lease.status === 'open'
    ? {
        escrow: { ...escrow, spent: escrow.spent - count, leased: escrow.leased + count },
        lease: { ...lease, spent: lease.spent - count, held: lease.held + count },
      }
    : {
        escrow: { ...escrow, spent: escrow.spent - count, burned: escrow.burned + count },
        lease: { ...lease, spent: lease.spent - count, burned: lease.burned + count },
      };
}

/**
 * A ledger gave rights back. Of a burned lease they stay burned: another copy of that ledger may have spent the very
 * same ones. What the centre had forgotten and has not found again is given back by being claimed no more.
 * @returns with `count`: how many came to the pool
 */
export function reportReturned({ escrow, lease }: Held, count: number): Held & { readonly count: number } {
  assertCount(count);
  const back = lease.status === 'open' ? Math.min(count, lease.held) : 0;
  const unclaimed = lease.status === 'open' ? Math.min(count - back, unmet(lease)) : 0;
  return {
    count: back,
    escrow: { ...escrow, leased: escrow.leased - back, pool: escrow.pool + back },
    lease: {
      ...lease,
      granted: lease.granted + unclaimed,
      held: lease.held - back,
      returned: lease.returned + back + unclaimed,
    },
  };
}

/** The ledger is lost, or has gone on as another incarnation: nobody can say which of its rights were spent. */
export function burnLease({ escrow, lease }: Held): Held {
  return {
    escrow: { ...escrow, leased: escrow.leased - lease.held, burned: escrow.burned + lease.held },
    lease: { ...lease, status: 'burned', held: 0, burned: lease.burned + lease.held },
  };
}

/**
 * A redemption that no right was found for is owed. Once the pool has rights again, and no lease claims them, it is
 * paid: an excess is only what really went past the limit.
 */
export function payFromPool(escrow: Escrow): Result<Escrow, 'exhausted'> {
  if (escrow.pool === 0) return err('exhausted');
  return ok({ ...escrow, pool: escrow.pool - 1, spent: escrow.spent + 1 });
}

/** Raising adds to the pool. Lowering takes what the pool holds; run it again whenever rights come back. */
export function resizeEscrow(escrow: Escrow, target: number): Escrow {
  assertCount(target);
  const change = target >= escrow.n ? target - escrow.n : -Math.min(escrow.n - target, escrow.pool);
  return { ...escrow, n: escrow.n + change, pool: escrow.pool + change };
}

/** Whether each right is in exactly one place. */
export function escrowAddsUp({ n, pool, leased, reserved, spent, burned }: Escrow): boolean {
  const places = [pool, leased, reserved, spent, burned];
  return places.every(isCount) && places.reduce((sum, count) => sum + count, 0) === n;
}

export function leaseAddsUp({ granted, held, spent, returned, burned }: Lease): boolean {
  const places = [held, spent, returned, burned];
  return places.every(isCount) && places.reduce((sum, count) => sum + count, 0) === granted;
}

function isCount(count: number): boolean {
  return Number.isSafeInteger(count) && count >= 0;
}

function assertCount(count: number): void {
  assert(isCount(count), `not a number of rights: ${count}`);
}
