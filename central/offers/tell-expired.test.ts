import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createJobRunner, schedule } from '../jobs/run-jobs.ts';
import { jobHandlers } from '../jobs.ts';
import { query } from '../store/db.ts';
import { offerTerms } from '../testing/offer-terms.ts';
import { openTestCentre, TEST_NOW, type TestCentre, testableStores } from '../testing/test-centre.ts';
import { endsAt } from './ends-at.ts';

const HOUR_MS = 3_600_000;

describe.each(testableStores())('the end of coupons on %s', (kind) => {
  let test: TestCentre;
  beforeAll(async () => {
    test = await openTestCentre(kind);
  }, 60_000);
  afterAll(() => test.close());
  beforeEach(async () => {
    await test.empty();
    test.ports.nowMs = TEST_NOW;
    await test.call('POST', '/api/webhooks', { url: 'https://example.com/', events: ['coupon.expired'] });
    const { expiry } = jobHandlers(test.centre);
    if (expiry === undefined) throw new Error('there is no such job');
    await schedule(test.centre, { expiry });
  });

  /** Two processes look at the same time, as often as they please. */
  async function sweep(): Promise<Record<string, unknown>[]> {
    const { expiry } = jobHandlers(test.centre);
    if (expiry === undefined) throw new Error('there is no such job');
    for (let i = 0; i < 3; i++) {
      test.ports.nowMs += 30_000;
      await Promise.all([1, 2].map(() => createJobRunner(test.centre, { expiry }).runOne()));
    }
    const rows = await query<{ data: Record<string, unknown> }>(
      test.centre.db,
      sql`DELETE FROM outbox WHERE type = 'coupon.expired' RETURNING data`,
    );
    return rows.map(({ data }) => data);
  }
  const at = (ms: number) => new Date(ms).toISOString();

  it('is told once, and again only when it was put off and came', async () => {
    const end = TEST_NOW + HOUR_MS;
    const coupon = (await test.call('POST', '/api/coupons', { discount_value: 10, expires_at: at(end) }))
      .body;
    await test.call('POST', '/api/coupons', { discount_value: 10 });
    expect(await sweep()).toEqual([]);
    test.ports.nowMs = end + 1;
    expect(await sweep()).toEqual([{ offer_id: coupon.offer_id, coupon_id: coupon.id, expired_at: end }]);
    expect(await sweep()).toEqual([]);
    const later = test.ports.nowMs + HOUR_MS;
    await test.call('PUT', `/api/coupons/${coupon.id}`, { discount_value: 10, expires_at: at(later) });
    expect(await sweep()).toEqual([]);
    test.ports.nowMs = later + 1;
    expect(await sweep()).toMatchObject([{ expired_at: later }]);
  });

  it('is not told of what was archived before', async () => {
    const { id } = (
      await test.call('POST', '/api/coupons', { discount_value: 10, expires_at: at(TEST_NOW + 1_000) })
    ).body;
    await test.call('DELETE', `/api/coupons/${id}`);
    expect(await sweep()).toEqual([]);
  });

  it('that comes some time after the issue is told for each code, and for a batch as a whole', async () => {
    const terms = offerTerms({ validity: { afterIssueMs: HOUR_MS } });
    const offer = (await test.call('POST', '/api/offers', terms)).body;
    const first = (await test.call('POST', '/api/coupons', { offer_id: offer.id })).body;
    test.ports.nowMs += HOUR_MS / 2;
    const second = (await test.call('POST', '/api/coupons', { offer_id: offer.id })).body;
    const batch = (await test.call('POST', `/api/offers/${offer.id}/codes`, { name: 'B', count: 3 })).body;
    test.ports.nowMs = TEST_NOW + HOUR_MS + 1;
    expect(await sweep()).toEqual([
      { offer_id: offer.id, coupon_id: first.id, expired_at: TEST_NOW + HOUR_MS },
    ]);
    test.ports.nowMs += HOUR_MS;
    const told = await sweep();
    expect(told).toHaveLength(2);
    expect(told).toContainEqual(expect.objectContaining({ coupon_id: second.id }));
    expect(told).toContainEqual(expect.objectContaining({ batch_id: batch.batch_id, count: 3 }));
    expect(await sweep()).toEqual([]);
  });
});

describe('the last instant of terms', () => {
  const of = (validity: object) =>
    endsAt({ ...offerTerms({ validity }), id: '', version: 1, status: 'active' });
  it('is the earlier of instant and day, and nothing where neither is said', () => {
    const end = Date.UTC(2026, 10, 24, 12);
    expect(of({})).toBeUndefined();
    expect(of({ endsAt: end })).toBe(end);
    expect(of({ endsAt: end, days: { zone: 'Europe/Berlin', last: '2026-11-23' } })).toBe(
      Date.UTC(2026, 10, 23, 23) - 1,
    );
    expect(of({ days: { zone: 'Europe/Berlin', first: '2026-11-23' } })).toBeUndefined();
  });
});
