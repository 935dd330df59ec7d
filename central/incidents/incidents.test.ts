import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { offerTerms } from '../testing/offer-terms.ts';
import { openTestCentre, type TestCentre, testableStores } from '../testing/test-centre.ts';
import { enrolDevice, redeemed, type TestDevice } from '../testing/test-device.ts';

describe.each(testableStores())('the inbox on %s', (kind) => {
  let test: TestCentre;
  beforeAll(async () => {
    test = await openTestCentre(kind);
  }, 60_000);
  afterAll(() => test.close());
  beforeEach(() => test.empty());

  async function offerWithCode() {
    const offer = (await test.call('POST', '/api/offers', offerTerms())).body;
    const code = (await test.call('POST', '/api/coupons', { offer_id: offer.id, max_uses: 1 })).body;
    return { offerId: offer.id as string, couponId: code.id as string };
  }

  /** Two locations gave one code. */
  async function overRedeemed(a: TestDevice, b: TestDevice) {
    const { offerId, couponId } = await offerWithCode();
    for (const device of [a, b]) {
      device.append('redemption.redeemed', redeemed(couponId, offerId, { atRisk: true }));
      expect((await device.push()).status).toBe(200);
    }
    const [incident] = (await test.call('GET', '/api/incidents?kind=over_redemption')).body.incidents;
    expect(incident).toMatchObject({ status: 'open', cost_minor: 500 });
    return incident as { id: string };
  }

  const changesOf = async (device: TestDevice) => (await device.pull()).body.changes as { kind: string }[];

  it('tells both locations of an over-redemption, and takes the decision of one of them once', async () => {
    const [a, b] = [await enrolDevice(test, 'A'), await enrolDevice(test, 'B')];
    const { id } = await overRedeemed(a, b);
    for (const device of [a, b]) {
      const told = (await changesOf(device)).filter((change) => change.kind === 'incident');
      expect(told).toMatchObject([{ incident: { id, status: 'open', sides: [{}, {}] } }]);
    }
    const decided = {
      incidentId: id,
      by: 'Ada',
      outcome: 'recovered',
      recoveredFrom: 'the customer',
    } as const;
    a.append('incident.resolved', decided);
    expect((await a.push()).body.quarantined).toEqual([]);
    b.append('incident.resolved', { incidentId: id, by: 'Bea', outcome: 'accepted' });
    expect((await b.push()).body.quarantined).toEqual([]);
    expect((await test.call('GET', `/api/incidents/${id}`)).body).toMatchObject({
      status: 'resolved',
      outcome: 'recovered',
      recovered_from: 'the customer',
      resolved_by: 'Ada, A',
      event: null,
    });
  });

  it('lets no location decide about others', async () => {
    const [a, b, c] = [await enrolDevice(test), await enrolDevice(test), await enrolDevice(test)];
    const { id } = await overRedeemed(a, b);
    c.append('incident.resolved', { incidentId: id, by: 'Eve', outcome: 'written_off' });
    expect((await c.push()).body.quarantined).toMatchObject([{ reason: { code: 'forbidden' } }]);
    expect((await test.call('GET', `/api/incidents/${id}`)).body.status).toBe('open');
  });

  it('asks from whom an excess was recovered, and what fits its kind', async () => {
    const [a, b] = [await enrolDevice(test), await enrolDevice(test)];
    const { id } = await overRedeemed(a, b);
    const resolve = (body: object) => test.call('POST', `/api/incidents/${id}/resolve`, body);
    expect(await resolve({ outcome: 'recovered' })).toMatchObject({ status: 422 });
    expect(await resolve({ outcome: 'replayed' })).toMatchObject({ status: 422 });
    const done = await resolve({ outcome: 'written_off', resolution: 'too small to chase' });
    expect(done).toMatchObject({ status: 200, body: { resolution: 'too small to chase' } });
    expect(await resolve({ outcome: 'written_off' })).toMatchObject({ status: 200 });
    expect(await resolve({ outcome: 'accepted' })).toMatchObject({ status: 409 });
  });

  it('replays an event once what it needed is there, and says why it still cannot', async () => {
    const device = await enrolDevice(test);
    const offer = { ...offerTerms(), id: randomUUID(), version: 1, status: 'active' as const };
    const batchId = randomUUID();
    const couponId = randomUUID();
    device.append('offer.created', { offer });
    device.append('codes.added', {
      offerId: offer.id,
      batchId,
      ids: [couponId],
      codes: ['LATE1'],
      firstSerial: 1,
      usesPerCode: 1,
    });
    expect((await device.push()).body.quarantined).toHaveLength(1);
    const [incident] = (await test.call('GET', '/api/incidents?kind=quarantine')).body.incidents;
    const replay = () => test.call('POST', `/api/incidents/${incident.id}/resolve`, { outcome: 'replayed' });
    expect(await replay()).toMatchObject({ status: 409 });
    expect((await test.call('GET', `/api/incidents/${incident.id}`)).body).toMatchObject({
      status: 'open',
      event: { type: 'codes.added' },
    });
    device.append('batch.created', {
      batchId,
      offerId: offer.id,
      name: 'Late',
      format: { kind: 'uuid' },
      count: 1,
    });
    expect((await device.push(3)).body.quarantined).toEqual([]);
    expect(await replay()).toMatchObject({ status: 200, body: { outcome: 'replayed' } });
    expect((await test.call('GET', `/api/coupons/${couponId}`)).body).toMatchObject({ code: 'LATE1' });
  });

  it('counts what a till replays in the same push as another use of the code', async () => {
    const device = await enrolDevice(test);
    const offer = (await test.call('POST', '/api/offers', offerTerms({ limits: { total: 5 } }))).body;
    const coupon = (await test.call('POST', '/api/coupons', { offer_id: offer.id, max_uses: 3 })).body;
    const sold = redeemed(coupon.id, offer.id);
    const { redemptionId, couponId, offerId } = sold;
    device.append('redemption.voided', { redemptionId, couponId, offerId, reason: 'too early' });
    device.append('redemption.redeemed', sold);
    expect((await device.push()).body.quarantined).toHaveLength(1);
    const [incident] = (await test.call('GET', '/api/incidents?kind=quarantine')).body.incidents;
    device.append('redemption.redeemed', redeemed(couponId, offerId));
    device.append('incident.resolved', { incidentId: incident.id, by: 'Ada', outcome: 'replayed' });
    expect((await device.push(3)).body.quarantined).toEqual([]);
    expect((await test.call('GET', `/api/incidents/${incident.id}`)).body).toMatchObject({
      outcome: 'replayed',
    });
    expect((await test.call('GET', `/api/redemptions/${redemptionId}`)).body.status).toBe('voided');
    expect((await test.call('GET', `/api/coupons/${couponId}`)).body).toMatchObject({ uses: 1 });
    expect((await test.call('GET', `/api/offers/${offerId}`)).body.rights).toMatchObject({
      spent: 1,
      pool: 4,
    });
  });

  it('puts a clock that was set back, and rights that were given up, before somebody', async () => {
    const device = await enrolDevice(test);
    const offer = {
      ...offerTerms({ limits: { total: 5 } }),
      id: randomUUID(),
      version: 1,
      status: 'active' as const,
    };
    device.append('offer.created', { offer });
    device.append('clock.setBack', { behindMs: 600_000 });
    device.append('ledger.unanchored', { why: 'behind', anchoredSeq: 9, ledgerSeq: 2 });
    await device.push();
    const { incidents } = (await test.call('GET', '/api/incidents')).body;
    expect(incidents.map((one: { kind: string }) => one.kind).sort()).toEqual([
      'clock_fault',
      'lease_burned',
    ]);
  });
});
