import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SYNC_PROTOCOL, syncPaths } from '../../shared/contracts/sync.ts';
import { query } from '../store/db.ts';
import { basketOf50, offerTerms } from '../testing/offer-terms.ts';
import { openTestCentre, TEST_NOW, type TestCentre, testableStores } from '../testing/test-centre.ts';
import { enrolDevice, randomKey, redeemed, type TestDevice } from '../testing/test-device.ts';
import { CODES_OF_BATCH } from './pull.ts';

describe.each(testableStores())('sync on %s', (kind) => {
  let test: TestCentre;
  beforeAll(async () => {
    test = await openTestCentre(kind);
  }, 60_000);
  afterAll(() => test.close());
  beforeEach(() => {
    test.ports.nowMs = TEST_NOW;
    return test.empty();
  });

  async function makeCoupon(maxUses?: number, total?: number) {
    const offer = await test.call(
      'POST',
      '/api/offers',
      offerTerms({ limits: total === undefined ? {} : { total } }),
    );
    const coupon = await test.call('POST', '/api/coupons', {
      offer_id: offer.body.id,
      ...(maxUses === undefined ? {} : { max_uses: maxUses }),
    });
    return { couponId: coupon.body.id, offerId: offer.body.id, code: coupon.body.code };
  }
  const usesOf = async (id: string) => (await test.call('GET', `/api/coupons/${id}`)).body.uses;
  const rightsOf = async (id: string) => (await test.call('GET', `/api/offers/${id}`)).body.rights;
  const incidents = async () => (await test.call('GET', '/api/incidents')).body.incidents;
  const stored = async () =>
    query<{ seq: number; state: string }>(
      test.centre.db,
      sql`SELECT seq::int AS seq, state FROM ledger_events ORDER BY incarnation, seq, received_at, state`,
    );

  describe('push', () => {
    it('takes events in order, and the same ones again without effect', async () => {
      const device = await enrolDevice(test);
      const { couponId, offerId } = await makeCoupon(5);
      for (let i = 0; i < 3; i++) device.append('redemption.redeemed', redeemed(couponId, offerId));
      for (let i = 0; i < 2; i++) {
        expect(await device.push()).toMatchObject({ status: 200, body: { ackedSeq: 3, quarantined: [] } });
      }
      device.append('redemption.redeemed', redeemed(couponId, offerId));
      expect((await device.push(3)).body.ackedSeq).toBe(4);
      expect(await usesOf(couponId)).toBe(4);
      expect(await stored()).toHaveLength(4);
    });

    it('tells a ledger that is ahead where to go on', async () => {
      const device = await enrolDevice(test);
      for (let i = 0; i < 5; i++) device.append('operator.signedIn', { operatorId: randomUUID() });
      expect((await device.push(4)).body.ackedSeq).toBe(0);
      expect(await stored()).toHaveLength(0);
    });

    it('counts one redemption once when two pushes of it run at the same time', async () => {
      const device = await enrolDevice(test);
      const { couponId, offerId } = await makeCoupon(5);
      device.append('redemption.redeemed', redeemed(couponId, offerId));
      const answers = await Promise.all(Array.from({ length: 6 }, () => device.push()));
      expect(answers.map((answer) => answer.body.ackedSeq)).toEqual([1, 1, 1, 1, 1, 1]);
      expect(await usesOf(couponId)).toBe(1);
    });

    it('sets bad events aside, says why, and goes on behind them', async () => {
      const device = await enrolDevice(test);
      const { couponId, offerId } = await makeCoupon(5);
      device.appendRaw('no JSON');
      device.appendRaw(JSON.stringify({ v: 1, seq: 2, type: 'unheard.of', payload: {} }));
      device.append('redemption.redeemed', redeemed(couponId, offerId));
      const altered = device.append('redemption.redeemed', redeemed(couponId, offerId));
      device.events[3] = { ...altered, body: altered.body.replace('5000', '9999') };
      device.append('redemption.voided', { redemptionId: randomUUID(), couponId, offerId, reason: 'x' });
      device.append('redemption.redeemed', redeemed(couponId, offerId));
      const { body } = await device.push();
      expect(body.ackedSeq).toBe(6);
      expect(body.quarantined.map((one: { seq: number }) => one.seq)).toEqual([1, 2, 4, 5]);
      expect(body.quarantined[2].reason.code).toBe('ledger_corrupt');
      expect(await usesOf(couponId)).toBe(2);
      const open = await incidents();
      expect(open.filter((one: { kind: string }) => one.kind === 'quarantine')).toHaveLength(4);
    });

    it('counts what a ledger gave a customer under the right name, once it is known, and only there', async () => {
      const a = await enrolDevice(test);
      const b = await enrolDevice(test);
      const { couponId, offerId } = await makeCoupon();
      const [wrong, right] = ['1'.repeat(64), '2'.repeat(64)];
      const use = { ...redeemed(couponId, offerId), customer: wrong };
      const another = () => ({ ...use, redemptionId: randomUUID(), basketId: randomUUID() });
      b.append('redemption.redeemed', another());
      await b.push();
      a.append('redemption.redeemed', another());
      await a.push();
      test.ports.nowMs += 1_000;
      a.append('redemption.redeemed', another());
      a.append('customer.corrected', { customer: wrong, now: right });
      test.ports.nowMs += 1_000;
      a.append('redemption.redeemed', another());
      a.append('customer.erased', { customer: right });
      expect((await a.push()).body.quarantined).toEqual([]);
      const counted = await query<{ customer: string; uses: number }>(
        test.centre.db,
        sql`SELECT customer, count(*)::int AS uses FROM redemptions GROUP BY customer ORDER BY customer`,
      );
      expect(counted).toEqual([
        { customer: wrong, uses: 2 },
        { customer: right, uses: 2 },
      ]);
    });

    it('sets aside what the store itself refuses, and applies the rest of the push', async () => {
      const device = await enrolDevice(test);
      const { couponId, offerId } = await makeCoupon(5, 10);
      const own = { ...offerTerms(), id: randomUUID(), version: 1, status: 'active' as const };
      const batch = {
        batchId: randomUUID(),
        offerId: own.id,
        name: 'B',
        format: { kind: 'uuid' as const },
      };
      const codes = (batchId: string | undefined, code: string, firstSerial = 1) => ({
        offerId: own.id,
        ...(batchId === undefined ? {} : { batchId }),
        ids: [randomUUID()],
        codes: [code],
        firstSerial,
      });
      device.append('redemption.redeemed', redeemed(couponId, offerId));
      device.append('offer.created', { offer: own });
      // Past what the column takes, below what the check allows, and codes of a batch that is not there.
      device.append('batch.created', { ...batch, count: 3_000_000_000 });
      device.append('codes.added', codes(undefined, 'NEGATIVE', -1));
      device.append('codes.added', codes(batch.batchId, 'HOMELESS'));
      device.append('codes.added', codes(undefined, 'WELCOME'));
      device.append('redemption.redeemed', redeemed(couponId, offerId));
      // A name that no column holds.
      device.appendRaw(JSON.stringify({ v: 1, seq: 8, type: '\u0000', payload: {} }));
      const { status, body } = await device.push();
      expect(status).toBe(200);
      expect(body.ackedSeq).toBe(8);
      expect(body.quarantined.map((one: { seq: number }) => one.seq)).toEqual([3, 4, 5, 8]);
      expect(await usesOf(couponId)).toBe(2);
      expect((await test.call('GET', '/api/coupons?search=WELCOME')).body.coupons).toHaveLength(1);
      expect((await stored()).map((one) => one.state)).toEqual([
        'applied',
        'applied',
        'quarantined',
        'quarantined',
        'quarantined',
        'applied',
        'applied',
        'quarantined',
      ]);
      expect(await device.push()).toMatchObject({ status: 200, body: { ackedSeq: 8, quarantined: [] } });
      expect(await usesOf(couponId)).toBe(2);
    });

    it('voids cards by their serials, and forgets a batch that was withdrawn', async () => {
      const device = await enrolDevice(test);
      const offer = { ...offerTerms(), id: randomUUID(), version: 1, status: 'active' as const };
      const batchId = randomUUID();
      const ids = [randomUUID(), randomUUID(), randomUUID()];
      const name = `SER${randomUUID().slice(0, 8).toUpperCase()}`;
      const serials = (status: 'live' | 'void', firstSerial: number, lastSerial: number) =>
        device.append('codes.statusSet', {
          batchId,
          offerId: offer.id,
          firstSerial,
          lastSerial,
          status,
          reason: 'stolen',
        });
      device.append('offer.created', { offer });
      const format = { kind: 'imported' } as const;
      device.append('batch.created', { batchId, offerId: offer.id, name: 'Cards', format, count: 3 });
      const codes = ids.map((_, i) => `${name}-${i}`.replace('-', ''));
      device.append('codes.added', {
        offerId: offer.id,
        batchId,
        ids,
        codes,
        firstSerial: 1,
        usesPerCode: 1,
      });
      serials('void', 2, 3);
      serials('live', 3, 3);
      expect((await device.push()).body.quarantined).toEqual([]);
      const statusOf = async (id = '') => (await test.call('GET', `/api/coupons/${id}`)).body.status;
      expect(await Promise.all(ids.map(statusOf))).toEqual(['active', 'void', 'active']);
      device.append('batch.withdrawn', { batchId, offerId: offer.id, why: 'undone' });
      const next = randomUUID();
      device.append('batch.created', { batchId: next, offerId: offer.id, name: 'Again', format, count: 3 });
      device.append('codes.added', {
        offerId: offer.id,
        batchId: next,
        ids: ids.map(() => randomUUID()),
        codes,
        firstSerial: 1,
        usesPerCode: 1,
      });
      expect((await device.push(6)).body.quarantined).toEqual([]);
      expect((await test.call('GET', `/api/coupons/${ids[0]}`)).status).toBe(404);
    });

    it('lets no device add a batch to an offer of the centre', async () => {
      const device = await enrolDevice(test);
      const { offerId } = await makeCoupon();
      device.append('batch.created', {
        batchId: randomUUID(),
        offerId,
        name: 'Mine',
        format: { kind: 'uuid' },
        count: 1,
      });
      expect((await device.push()).body.quarantined).toMatchObject([
        { seq: 1, reason: { code: 'forbidden' } },
      ]);
    });

    it('refuses events out of order, of another ledger, and of another protocol', async () => {
      const device = await enrolDevice(test);
      for (let i = 0; i < 3; i++) device.append('operator.signedIn', { operatorId: randomUUID() });
      const [a, b, c] = device.events;
      expect((await device.push(1, { events: [a, c, b] as never })).status).toBe(422);
      expect((await device.push(1, { ledgerId: randomUUID() })).status).toBe(403);
      expect(await device.push(1, { protocol: 99 })).toMatchObject({
        status: 426,
        body: { code: 'incompatible_version', params: { centre: SYNC_PROTOCOL, ledger: 99 } },
      });
      expect(await stored()).toHaveLength(0);
    });

    it('keeps both branches of a fork, counts the sales of both, burns rights and retires the incarnation', async () => {
      const device = await enrolDevice(test);
      const { couponId, offerId } = await makeCoupon(undefined, 10);
      await device.push(1, { leaseWishes: [{ offerId, want: 5 }] });
      const fromLease = { leaseId: randomUUID() };
      const first = redeemed(couponId, offerId, fromLease);
      device.append('redemption.redeemed', first);
      await device.push();
      expect(await rightsOf(offerId)).toMatchObject({ pool: 5, leased: 4, spent: 1 });

      // A copy of the ledger from before that redemption was put back, and went on by itself.
      device.events = [];
      device.head = { seq: 0, hash: '0'.repeat(64) };
      device.append('redemption.redeemed', redeemed(couponId, offerId, fromLease));
      expect(await device.push()).toMatchObject({ status: 200, body: { ackedSeq: 1, retired: { next: 2 } } });
      // Another copy that asks is told another number.
      expect(await device.push()).toMatchObject({ status: 200, body: { ackedSeq: 1, retired: { next: 3 } } });
      expect(await rightsOf(offerId)).toMatchObject({ pool: 5, leased: 0, spent: 2, burned: 3 });
      expect(await stored()).toEqual([
        { seq: 1, state: 'applied' },
        { seq: 1, state: 'fork' },
      ]);
      expect((await incidents()).map((one: { kind: string }) => one.kind).sort()).toEqual([
        'fork',
        'lease_burned',
      ]);

      device.incarnation = 2;
      device.append('ledger.continued', { incarnation: 2 });
      expect(await device.push(2)).toMatchObject({ status: 200, body: { ackedSeq: 2 } });
    });

    it('lets a new incarnation begin where the old one was known', async () => {
      const device = await enrolDevice(test);
      const { couponId, offerId } = await makeCoupon(5);
      for (let i = 0; i < 3; i++) device.append('redemption.redeemed', redeemed(couponId, offerId));
      await device.push();
      device.incarnation = 2;
      device.append('ledger.continued', { incarnation: 2 });
      device.append('redemption.redeemed', redeemed(couponId, offerId));
      expect((await device.push(4)).body.ackedSeq).toBe(5);
      expect(await usesOf(couponId)).toBe(4);
      device.incarnation = 1;
      expect((await device.push(4)).body).toMatchObject({ ackedSeq: 5, retired: { next: 3 } });
    });

    it('opens one incident for each use beyond a limit, with its cost and its sides, and closes it with a void', async () => {
      const [a, b] = [await enrolDevice(test, 'A'), await enrolDevice(test, 'B')];
      const { couponId, offerId } = await makeCoupon(1);
      const excess = redeemed(couponId, offerId, { discountMinor: 700 });
      a.append('redemption.redeemed', redeemed(couponId, offerId));
      b.append('redemption.redeemed', excess);
      await a.push();
      await b.push();
      await b.push();
      const [incident, ...more] = await incidents();
      expect(more).toEqual([]);
      expect(incident).toMatchObject({
        kind: 'over_redemption',
        status: 'open',
        cost_minor: 700,
        coupon_id: couponId,
      });
      expect(incident.sides.map((side: { locationId: string }) => side.locationId)).toEqual([
        b.locationId,
        a.locationId,
      ]);
      b.append('redemption.voided', {
        redemptionId: excess.redemptionId,
        couponId,
        offerId,
        reason: 'twice',
      });
      await b.push(2);
      expect((await incidents())[0]).toMatchObject({ status: 'resolved', resolution: 'voided' });
      expect(await usesOf(couponId)).toBe(1);
    });

    it('serves a use at risk from the pool while it can, and then counts the excess', async () => {
      const device = await enrolDevice(test);
      const { couponId, offerId } = await makeCoupon(undefined, 2);
      for (let i = 0; i < 3; i++)
        device.append('redemption.redeemed', redeemed(couponId, offerId, { atRisk: true }));
      await device.push();
      expect(await rightsOf(offerId)).toMatchObject({ total: 2, pool: 0, spent: 2 });
      expect(await incidents()).toHaveLength(1);
    });

    it('counts a use of a code that the web held and then committed as the excess that it is', async () => {
      const device = await enrolDevice(test);
      const { couponId, offerId, code } = await makeCoupon(1);
      const held = await test.call('POST', '/api/reservations', { code, basket_id: 'b', basket: basketOf50 });
      device.append('redemption.redeemed', redeemed(couponId, offerId, { atRisk: true }));
      await device.push();
      expect(await incidents()).toEqual([]);
      expect((await test.call('POST', `/api/reservations/${held.body.id}/commit`, {})).status).toBe(200);
      expect(await usesOf(couponId)).toBe(2);
      const [incident, ...more] = await incidents();
      expect(more).toEqual([]);
      expect(incident).toMatchObject({ kind: 'over_redemption', status: 'open', coupon_id: couponId });
      expect(incident.sides).toHaveLength(2);
    });

    it('counts an order that is given again past the limit of its code as an excess', async () => {
      const { couponId, code } = await makeCoupon(1);
      const sold = await test.call('POST', '/api/redemptions', { code, basket_id: 'b', basket: basketOf50 });
      const again = { ...sold.body, id: randomUUID() };
      expect((await test.call('POST', '/api/redemptions/import', again)).status).toBeLessThan(300);
      expect(await usesOf(couponId)).toBe(2);
      expect(await incidents()).toMatchObject([{ kind: 'over_redemption', coupon_id: couponId }]);
    });

    it('covers a use without a right when the offer gets more, but not one past the limit of its code', async () => {
      const [a, b] = [await enrolDevice(test, 'A'), await enrolDevice(test, 'B')];
      const single = await makeCoupon(1, 1);
      const shared = await makeCoupon(undefined, 1);
      for (const device of [a, b]) {
        for (const { couponId, offerId } of [single, shared])
          device.append('redemption.redeemed', redeemed(couponId, offerId, { atRisk: true }));
        await device.push();
      }
      const statuses = async () =>
        Object.fromEntries(
          (await incidents()).map((one: { coupon_id: string; status: string }) => [
            one.coupon_id,
            one.status,
          ]),
        );
      expect(await statuses()).toEqual({ [single.couponId]: 'open', [shared.couponId]: 'open' });
      for (const { offerId } of [single, shared]) {
        const raised = { terms: offerTerms({ limits: { total: 5 } }) };
        expect((await test.call('PUT', `/api/offers/${offerId}`, raised)).status).toBe(200);
        expect(await rightsOf(offerId)).toMatchObject({ total: 5, spent: 2 });
      }
      expect(await statuses()).toEqual({ [single.couponId]: 'open', [shared.couponId]: 'resolved' });
    });

    it('takes offers, batches and codes of a location, each once', async () => {
      const device = await enrolDevice(test);
      const offer = {
        ...offerTerms({ limits: { total: 3 } }),
        id: randomUUID(),
        version: 1,
        status: 'active' as const,
      };
      const [batchId, couponId] = [randomUUID(), randomUUID()];
      device.append('offer.created', { offer });
      device.append('batch.created', {
        batchId,
        offerId: offer.id,
        name: 'B',
        format: { kind: 'uuid' },
        count: 1,
      });
      device.append('codes.added', {
        offerId: offer.id,
        batchId,
        ids: [couponId],
        codes: ['LOCAL'],
        firstSerial: 1,
        usesPerCode: 1,
      });
      device.append('redemption.redeemed', redeemed(couponId, offer.id, { leaseId: offer.id }));
      expect((await device.push()).body).toMatchObject({ ackedSeq: 4, quarantined: [] });
      expect(await rightsOf(offer.id)).toMatchObject({ total: 3, pool: 0, leased: 2, spent: 1 });
      const { body } = await test.call('GET', `/api/coupons/${couponId}`);
      expect(body).toMatchObject({ code: 'LOCAL', uses: 1, max_uses: 1, offer_id: offer.id });
      const elsewhere = () =>
        test.call('POST', '/api/coupon/validate', { code: 'LOCAL', location_id: randomUUID() });
      expect((await elsewhere()).body.code).toBe('wrong_location');
      // Another shop may call its own code the same.
      const other = await enrolDevice(test, 'B');
      const second = { ...offer, id: randomUUID() };
      other.append('offer.created', { offer: second });
      other.append('codes.added', {
        offerId: second.id,
        ids: [randomUUID()],
        codes: ['LOCAL'],
        firstSerial: 1,
      });
      expect((await other.push()).body.quarantined).toEqual([]);
      expect((await elsewhere()).body.code).toBe('wrong_location');
    });

    it('takes the versions that a location wrote before it joined, and only in their order', async () => {
      const device = await enrolDevice(test);
      const offer = { ...offerTerms({}), id: randomUUID(), version: 1, status: 'active' as const };
      const versionOf = async () => (await test.call('GET', `/api/offers/${offer.id}`)).body;
      device.append('offer.created', { offer });
      device.append('offer.changed', { offer: { ...offer, name: 'Renamed', version: 2 } });
      expect((await device.push()).body.quarantined).toEqual([]);
      expect(await versionOf()).toMatchObject({ name: 'Renamed', version: 2 });
      device.append('offer.changed', { offer: { ...offer, name: 'From the past', version: 2 } });
      device.append('offer.changed', { offer: { ...offer, version: 3, status: 'archived' } });
      await device.push(3);
      expect(await versionOf()).toMatchObject({ name: offer.name, version: 3, status: 'archived' });
      const stranger = await enrolDevice(test, 'B');
      stranger.append('offer.changed', { offer: { ...offer, name: 'Mine now', version: 4 } });
      await stranger.push();
      expect((await versionOf()).version).toBe(3);
    });

    it('lets nobody but the till void what it redeemed', async () => {
      const device = await enrolDevice(test);
      const { couponId, offerId } = await makeCoupon(5);
      const sold = redeemed(couponId, offerId);
      device.append('redemption.redeemed', sold);
      await device.push();
      const { redemptionId } = sold;
      expect(await test.call('POST', `/api/redemptions/${redemptionId}/void`, { reason: 'x' })).toMatchObject(
        {
          status: 409,
          body: { code: 'conflict' },
        },
      );
      expect(await usesOf(couponId)).toBe(1);
      device.append('redemption.voided', { redemptionId, couponId, offerId, reason: 'x' });
      expect((await device.push(2)).body.quarantined).toEqual([]);
      expect(await usesOf(couponId)).toBe(0);
    });

    it('lets no device void what another redeemed, nor add codes to an offer of the centre', async () => {
      const [device, thief] = [await enrolDevice(test), await enrolDevice(test, 'B')];
      const { couponId, offerId } = await makeCoupon(5);
      const sale = redeemed(couponId, offerId);
      device.append('redemption.redeemed', sale);
      await device.push();
      const { redemptionId } = sale;
      thief.append('redemption.voided', { redemptionId, couponId, offerId, reason: 'x' });
      thief.append('codes.added', { offerId, ids: [randomUUID()], codes: ['FORGED'], firstSerial: 1 });
      const { quarantined } = (await thief.push()).body;
      expect(quarantined.map((one: { reason: { code: string } }) => one.reason.code)).toEqual([
        'forbidden',
        'forbidden',
      ]);
      expect(await usesOf(couponId)).toBe(1);
    });
  });

  describe('leases', () => {
    it('grants what is wanted once, leaves some to others, and stops at the pool', async () => {
      const [a, b] = [await enrolDevice(test, 'A'), await enrolDevice(test, 'B')];
      const { offerId } = await makeCoupon(undefined, 10);
      const wish = (device: TestDevice, want: number) => device.push(1, { leaseWishes: [{ offerId, want }] });
      await wish(a, 4);
      await wish(a, 4);
      expect(await rightsOf(offerId)).toMatchObject({ pool: 6, leased: 4 });
      await wish(b, 100);
      expect(await rightsOf(offerId)).toMatchObject({ pool: 3, leased: 7 });
      // It holds as much as the pool now: the rest is for others, until it has spent some.
      for (let i = 0; i < 10; i++) await wish(b, 100);
      expect(await rightsOf(offerId)).toMatchObject({ pool: 3, leased: 7 });
      const { body } = await b.pull();
      expect(body.changes.filter((change: { kind: string }) => change.kind === 'lease')).toMatchObject([
        { offerId, total: 3 },
      ]);
    });

    it('grants all wishes of many ledgers at once without going past the pool', async () => {
      const devices = await Promise.all(Array.from({ length: 6 }, (_, i) => enrolDevice(test, `Shop ${i}`)));
      const offers = [(await makeCoupon(undefined, 7)).offerId, (await makeCoupon(undefined, 7)).offerId];
      await Promise.all(
        devices.flatMap((device, i) =>
          Array.from({ length: 3 }, () => {
            const leaseWishes = offers.map((offerId) => ({ offerId, want: 3 }));
            return device.push(1, { leaseWishes: i % 2 ? leaseWishes : leaseWishes.reverse() });
          }),
        ),
      );
      for (const offerId of offers) {
        const rights = await rightsOf(offerId);
        expect(rights.pool + rights.leased).toBe(7);
        expect(rights.pool).toBeGreaterThanOrEqual(0);
      }
    }, 60_000);
  });

  describe('pull', () => {
    const kinds = (body: { changes: { kind: string }[] }) => body.changes.map((change) => change.kind);

    it('gives what changed since the cursor, and nothing twice', async () => {
      const device = await enrolDevice(test);
      const { couponId, offerId, code } = await makeCoupon(2);
      const first = await device.pull();
      expect(kinds(first.body)).toEqual(['offer', 'codes']);
      expect(first.body.changes[1]).toMatchObject({
        offerId,
        ids: [couponId],
        usesPerCode: 2,
        issuedAt: TEST_NOW,
      });
      expect(first.body.changes[1].codes).toEqual([code.replaceAll('-', '')]);
      expect((await device.pull(first.body.cursor)).body.changes).toEqual([]);

      device.append('redemption.redeemed', redeemed(couponId, offerId));
      await device.push();
      // The ledger counts what it told itself; the others hear of it.
      expect((await device.pull(first.body.cursor)).body.changes).toEqual([]);
      const other = await enrolDevice(test, 'B');
      const all = await other.pull();
      expect(kinds(all.body)).toEqual(['offer', 'codes', 'codeUse']);
      expect(all.body.changes[2]).toMatchObject({
        kind: 'codeUse',
        couponId,
        used: 1,
        usedHere: 0,
        lastWhere: 'Corner Shop',
      });
    });

    it('keeps the leases and offers of one location from another', async () => {
      const [a, b] = [await enrolDevice(test, 'A'), await enrolDevice(test, 'B')];
      const { offerId } = await makeCoupon(undefined, 10);
      await a.push(1, { leaseWishes: [{ offerId, want: 3 }] });
      const offer = { ...offerTerms(), id: randomUUID(), version: 1, status: 'active' as const };
      a.append('offer.created', { offer });
      await a.push();
      expect(kinds((await a.pull()).body)).toEqual(['offer', 'codes', 'lease', 'offer']);
      expect(kinds((await b.pull()).body)).toEqual(['offer', 'codes']);
    });

    it('brings many codes in pages that fit into memory', async () => {
      const device = await enrolDevice(test);
      const { offerId } = await makeCoupon();
      for (let i = 0; i < 3; i++)
        await test.call('POST', `/api/offers/${offerId}/codes`, { name: `B${i}`, count: 10_000 });
      let cursor: string | undefined;
      const codes = new Set<string>();
      let pages = 0;
      for (let more = true; more; pages++) {
        const { body } = await device.pull(cursor);
        for (const change of body.changes) for (const code of change.codes ?? []) codes.add(code);
        ({ cursor, more } = body);
      }
      expect(codes.size).toBe(30_001);
      expect(pages).toBeGreaterThan(1);
    }, 60_000);

    it('finds the codes of a change by an index over their serials', async () => {
      const ids = Array.from({ length: 3 }, () => `'${randomUUID()}'`);
      const plan = await test.centre.db.transaction(async (tx) => {
        // In an empty table reading all of it is best; in one of a million codes it takes a minute for each page.
        await tx.execute(sql`SET LOCAL enable_seqscan = off`);
        await tx.execute(sql.raw(`PREPARE of_batch (uuid, uuid, int, int, uuid) AS ${CODES_OF_BATCH}`));
        const rows = await query<{ 'QUERY PLAN': string }>(
          tx,
          sql.raw(`EXPLAIN EXECUTE of_batch (${ids[0]}, ${ids[1]}, 1, 2000, ${ids[2]})`),
        );
        await tx.execute(sql`DEALLOCATE of_batch`);
        return rows.map((row) => row['QUERY PLAN']).join('\n');
      });
      expect(plan).toMatch(/Index Cond: .*offer_id.*batch_id.*serial/);
    });

    it('starts anew for a cursor of another server epoch', async () => {
      const device = await enrolDevice(test);
      await makeCoupon();
      expect(kinds((await device.pull('7.999999')).body)).toEqual(['offer', 'codes']);
    });
  });

  describe('signatures', () => {
    const push = (device: TestDevice, tamper: (headers: Record<string, string>) => void) =>
      device.send('GET', syncPaths.pull, undefined, tamper);

    it.each<[string, (headers: Record<string, string>) => void]>([
      ['none', (headers) => delete headers.signature],
      [
        'of other bytes',
        (headers) => Object.assign(headers, { signature: `sig=:${randomKey()}${randomKey()}=:` }),
      ],
      [
        'that covers less',
        (headers) =>
          Object.assign(headers, { 'signature-input': headers['signature-input']?.replace(' "@query"', '') }),
      ],
      [
        'of another device',
        (headers) =>
          Object.assign(headers, {
            'signature-input': headers['signature-input']?.replace(
              /keyid="[^"]+"/,
              `keyid="${randomUUID()}"`,
            ),
          }),
      ],
      [
        'for another purpose',
        (headers) =>
          Object.assign(headers, {
            'signature-input': headers['signature-input']?.replace('counterfoil-sync', 'other'),
          }),
      ],
    ])('refuses a request with a signature %s', async (_what, tamper) => {
      const device = await enrolDevice(test);
      expect(await push(device, tamper)).toMatchObject({ status: 401, body: { code: 'signature_invalid' } });
    });

    it('refuses a body or a query that is not the signed one, and a signature that is old', async () => {
      const device = await enrolDevice(test);
      const refused = { status: 401, body: { code: 'signature_invalid' } };
      const signed: Record<string, string> = {};
      const altered = await device.send('POST', syncPaths.push, { a: 1 }, (headers) => {
        Object.assign(signed, headers);
        headers['content-digest'] = `sha-256=:${Buffer.alloc(32).toString('base64')}:`;
      });
      expect(altered).toMatchObject(refused);
      const post = (body: string, more = {}) =>
        test.call('POST', syncPaths.push, body, { authorization: '', ...signed, ...more });
      expect((await post('{"a":1}')).status).toBe(422);
      expect(await post('{"a":2}')).toMatchObject(refused);
      // Nobody unpacks, or reads as JSON, what no device signed.
      expect(await post('no gzip', { 'content-encoding': 'gzip' })).toMatchObject(refused);
      expect(await post('{')).toMatchObject(refused);
      const old: Record<string, string> = {};
      await device.send('GET', syncPaths.pull, undefined, (headers) => Object.assign(old, headers));
      expect((await test.call('GET', syncPaths.pull, undefined, old)).status).toBe(200);
      expect((await test.call('GET', `${syncPaths.pull}?cursor=1.5`, undefined, old)).status).toBe(401);
      test.ports.nowMs += 301_000;
      expect(await test.call('GET', syncPaths.pull, undefined, old)).toMatchObject({
        status: 401,
        body: { params: { serverTime: test.ports.nowMs } },
      });
    });
  });

  it('answers a stranger before a byte of the body is there', async () => {
    const { hostname, port } = new URL(await test.listen());
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST ${syncPaths.push} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 15000000\r\n\r\n`,
    );
    const [answer] = await once(socket, 'data');
    socket.destroy();
    expect(String(answer)).toMatch(/^HTTP\/1.1 401 /);
  });

  describe('enrolment', () => {
    it('ends with its time', async () => {
      const { body } = await test.call('POST', '/api/locations/enrolments', { note: 'Berlin' });
      expect(body.expires_at).toBe(new Date(TEST_NOW + 86_400_000).toISOString());
      test.ports.nowMs += 86_400_001;
      const late = await test.call('POST', syncPaths.enrol, {
        protocol: SYNC_PROTOCOL,
        enrolmentCode: body.enrolment_code,
        ledgerId: randomUUID(),
        incarnation: 1,
        locationId: randomUUID(),
        locationName: 'Late',
        currency: 'EUR',
        timeZone: 'UTC',
        publicKey: randomKey(),
      });
      expect(late).toMatchObject({ status: 401, body: { code: 'enrolment_code_invalid' } });
    });

    it('needs no body; who makes what needs one is told so', async () => {
      expect((await test.call('POST', '/api/locations/enrolments')).status).toBe(201);
      const json = { 'content-type': 'application/json' };
      expect((await test.call('POST', '/api/locations/enrolments', undefined, json)).status).toBe(201);
      expect((await test.call('POST', '/api/coupons')).body).toMatchObject({
        code: 'invalid_input',
        errors: [{ path: 'body', message: 'a JSON object is needed' }],
      });
    });

    it('is bound to a new location, or to the one that it was made for', async () => {
      const shop = await enrolDevice(test, 'Berlin');
      const other = await enrolDevice(test, 'Hamburg');
      const join = (code: string, into: TestDevice) =>
        test.call('POST', syncPaths.enrol, {
          protocol: SYNC_PROTOCOL,
          enrolmentCode: code,
          ledgerId: into.ledgerId,
          incarnation: 1,
          locationId: into.locationId,
          locationName: 'Berlin',
          currency: 'EUR',
          timeZone: 'UTC',
          publicKey: randomKey(),
        });
      const codeFor = async (body: object) =>
        (await test.call('POST', '/api/locations/enrolments', body)).body.enrolment_code;
      const refused = { status: 401, body: { code: 'enrolment_code_invalid' } };
      // A code that is lying about must not let a stranger speak for a shop that is there already.
      expect(await join(await codeFor({}), shop)).toMatchObject(refused);
      const forOther = await codeFor({ location_id: other.locationId });
      expect(await join(forOther, shop)).toMatchObject(refused);
      expect((await shop.push()).status).toBe(200);
      expect((await join(forOther, other)).status).toBe(200);
      expect(
        (await test.call('POST', '/api/locations/enrolments', { location_id: randomUUID() })).status,
      ).toBe(404);
    });

    it('shows locations and how far they are behind', async () => {
      const device = await enrolDevice(test, 'Berlin');
      for (let i = 0; i < 3; i++) device.append('operator.signedIn', { operatorId: randomUUID() });
      await device.push(1, { events: device.events.slice(0, 1) });
      const { body } = await test.call('GET', '/api/locations');
      expect(body.locations).toMatchObject([
        { name: 'Berlin', currency: 'EUR', behind: 2, last_seen_at: new Date(TEST_NOW).toISOString() },
      ]);
    });
  });
});
