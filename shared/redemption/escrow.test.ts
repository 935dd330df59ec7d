import { describe, expect, it } from 'vitest';
import {
  escrowAddsUp,
  type Held,
  leaseAddsUp,
  NO_LEASE,
  newEscrow,
  relearnGrant,
  reportReturned,
  reportSpent,
  reportVoided,
} from './escrow.ts';

/** A restored centre that heard of a grant of `total` while its pool had `pool` of `n` rights. */
function claiming(n: number, pool: number, total: number): Held {
  const escrow = { ...newEscrow(n), pool, spent: n - pool };
  return relearnGrant({ escrow, lease: NO_LEASE }, total);
}

function expectSound({ escrow, lease }: Held): void {
  expect(escrowAddsUp(escrow)).toBe(true);
  expect(leaseAddsUp(lease)).toBe(true);
}

describe('rights that a restored centre had forgotten', () => {
  it('come from the pool into their lease when they are spent, so that they are not granted once more', () => {
    const before = claiming(3, 0, 2);
    expect(before.lease).toMatchObject({ claimed: 2, granted: 0 });
    const withPool = { ...before, escrow: { ...before.escrow, pool: 1, spent: 2 } };
    const spent = reportSpent(withPool);
    if (!spent.ok) throw new Error(spent.error);
    expectSound(spent.value);
    expect(spent.value.lease).toMatchObject({ granted: 1, spent: 1, held: 0 });
    const voided = reportVoided(spent.value);
    expectSound(voided);
    expect(voided.lease).toMatchObject({ granted: 1, held: 1 });
  });

  it('are owed while nobody has any', () => {
    expect(reportSpent(claiming(3, 0, 2))).toEqual({ ok: false, error: 'exhausted' });
  });

  it('are claimed no more when they are returned', () => {
    const before = claiming(5, 1, 4);
    expect(before.lease).toMatchObject({ granted: 1, held: 1, claimed: 4 });
    const after = reportReturned(before, 3);
    expectSound(after);
    expect(after.count).toBe(1);
    expect(after.escrow.pool).toBe(1);
    expect(after.lease).toMatchObject({ granted: 3, held: 0, returned: 3, claimed: 4 });
    // One is still with the ledger, and gets its right.
    expect(relearnGrant(after, 0).lease).toMatchObject({ granted: 4, held: 1 });
  });

  it('of a lease that is over stay claimed: another copy may have spent what this one returns', () => {
    const { escrow, lease } = claiming(5, 1, 4);
    const over = {
      escrow: { ...escrow, leased: 0, burned: 1 },
      lease: { ...lease, status: 'burned' as const, held: 0, burned: 1 },
    };
    expect(reportReturned(over, 3)).toMatchObject({ count: 0, lease: { granted: 1, returned: 0 } });
  });
});
