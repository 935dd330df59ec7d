import { randomUUID } from 'node:crypto';
import type { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Offer } from '../../shared/engine/offer.ts';
import { buildServer } from '../server.ts';
import { query } from '../store/db.ts';
import { openStoreOn } from '../store/open.ts';
import { basketOf50, offerTerms } from '../testing/offer-terms.ts';
import { openTestCentre, type TestCentre, testableStores } from '../testing/test-centre.ts';
import { enrolDevice, redeemed, type TestDevice } from '../testing/test-device.ts';

const OPEN: Offer['offlinePolicy'] = { type: 'open' };

describe.each(testableStores())('rights that a restored centre forgot, on %s', (kind) => {
  let test: TestCentre;
  let offerId: string;
  let couponId: string;
  let first: TestDevice;
  let second: TestDevice;

  beforeEach(async () => {
    test = await openTestCentre(kind, { restored: true });
    const offer = await test.call(
      'POST',
      '/api/offers',
      offerTerms({ limits: { total: 4 }, offlinePolicy: OPEN }),
    );
    offerId = offer.body.id;
    couponId = (await test.call('POST', '/api/coupons', { offer_id: offerId, code: 'SPRING' })).body.id;
    first = await enrolDevice(test, 'One');
    second = await enrolDevice(test, 'Two');
    return () => test.close();
  }, 60_000);

  const tell = async (device: TestDevice) => {
    const answer = await device.push(1, { knownServerEpoch: test.centre.store.epoch });
    expect(answer).toMatchObject({ status: 200, body: { quarantined: [] } });
  };
  const receive = (device: TestDevice, total: number) =>
    device.append('lease.received', { leaseId: randomUUID(), offerId, total });
  const giveBack = (device: TestDevice, count: number) =>
    device.append('lease.returned', { leaseId: randomUUID(), offerId, count });
  const spend = (device: TestDevice) =>
    device.append('redemption.redeemed', redeemed(couponId, offerId, { leaseId: randomUUID() }));

  async function lease(device: TestDevice) {
    const [row] = await query<Record<string, unknown>>(
      test.centre.db,
      sql`SELECT granted, claimed, held, spent FROM leases WHERE ledger_id = ${device.ledgerId}`,
    );
    return row && Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)]));
  }

  it('are claimed by their ledger even when another one has taken the whole pool meanwhile', async () => {
    receive(first, 4);
    await tell(first);
    receive(second, 2);
    await tell(second);
    expect(await lease(second)).toEqual({ granted: 0, claimed: 2, held: 0, spent: 0 });
    giveBack(first, 3);
    await tell(first);
    expect(await lease(second)).toEqual({ granted: 2, claimed: 2, held: 2, spent: 0 });
  });

  it('are not granted again when they were spent before the pool had any', async () => {
    receive(first, 4);
    await tell(first);
    receive(second, 1);
    spend(second);
    await tell(second);
    const owed = async () => (await test.call('GET', '/api/incidents?status=open')).body.incidents.length;
    expect(await owed()).toBe(1);
    giveBack(first, 4);
    await tell(first);
    expect(await owed()).toBe(0);
    expect(await lease(second)).toEqual({ granted: 1, claimed: 1, held: 0, spent: 1 });
  });
});

describe('a hold that was in the backup', () => {
  let test: TestCentre;
  beforeEach(async () => {
    test = await openTestCentre('pglite');
    return () => test.close();
  }, 60_000);

  it.each([
    ['rights', { total: 1 }, 1],
    ['money', { budgetMinor: 500 }, 500],
  ])('leaves its %s to what is owed, before anybody else is served', async (_, limits, all) => {
    const offer = await test.call('POST', '/api/offers', offerTerms({ limits, offlinePolicy: OPEN }));
    const offerId: string = offer.body.id;
    const coupon = await test.call('POST', '/api/coupons', { offer_id: offerId, code: 'SPRING' });
    const hold = { code: 'SPRING', basket_id: randomUUID(), basket: basketOf50 };
    expect((await test.call('POST', '/api/reservations', hold)).status).toBe(201);
    const device = await enrolDevice(test);
    device.append('redemption.redeemed', redeemed(coupon.body.id, offerId, { atRisk: true }));
    expect(await device.push()).toMatchObject({ status: 200, body: { quarantined: [] } });
    const open = async () => (await test.call('GET', '/api/incidents?status=open')).body.incidents.length;
    expect(await open()).toBe(1);

    const { $client } = test.centre.db as unknown as { $client: PGlite };
    const store = await openStoreOn($client, test.ports, { restored: true });
    const app = await buildServer({ ...test.centre, db: store.db, store }, pino({ level: 'silent' }));
    await app.close();

    const table = sql.raw(all === 1 ? 'escrows' : 'budgets');
    const [places] = await query<Record<string, unknown>>(
      test.centre.db,
      sql`SELECT pool, reserved, spent FROM ${table} WHERE offer_id = ${offerId}`,
    );
    const numbers = Object.entries(places ?? {}).map(([name, value]) => [name, Number(value)]);
    expect(Object.fromEntries(numbers)).toEqual({ pool: 0, reserved: 0, spent: all });
    expect(await open()).toBe(0);
  });
});
