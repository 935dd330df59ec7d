import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { basketOf50, offerTerms } from '../testing/offer-terms.ts';
import { openTestCentre, type TestCentre, testableStores } from '../testing/test-centre.ts';
import { enrolDevice, type TestDevice } from '../testing/test-device.ts';

describe.each(testableStores())('a code text that several locations have, on %s', (kind) => {
  let test: TestCentre;
  beforeAll(async () => {
    test = await openTestCentre(kind);
  }, 60_000);
  afterAll(() => test.close());
  beforeEach(() => test.empty());

  async function ownCode(device: TestDevice, percentBp: number): Promise<void> {
    const benefits = [
      {
        type: 'percent' as const,
        percentBp,
        target: { scope: 'order' as const },
        base: 'sequential' as const,
      },
    ];
    const offer = { ...offerTerms({ benefits }), id: randomUUID(), version: 1, status: 'active' as const };
    device.append('offer.created', { offer });
    device.append('codes.added', {
      offerId: offer.id,
      ids: [randomUUID()],
      codes: ['WELCOME'],
      firstSerial: 1,
    });
    expect((await device.push()).body.quarantined).toEqual([]);
  }
  const redeem = (body: object = {}) =>
    test.call('POST', '/api/redemptions', { code: 'WELCOME', basket_id: 'b', basket: basketOf50, ...body });

  it('is asked for its location, and given there alone', async () => {
    const [berlin, hamburg] = [await enrolDevice(test, 'Berlin'), await enrolDevice(test, 'Hamburg')];
    await ownCode(berlin, 1_000);
    expect(await redeem()).toMatchObject({ status: 201, body: { discount_minor: 500 } });
    expect(await redeem({ location_id: hamburg.locationId })).toMatchObject({
      status: 403,
      body: { code: 'wrong_location' },
    });
    await ownCode(hamburg, 2_000);
    expect(await redeem()).toMatchObject({ status: 422, body: { code: 'location_required' } });
    expect(await test.call('POST', '/api/coupon/validate', { code: 'welcome' })).toMatchObject({
      status: 422,
      body: { code: 'location_required' },
    });
    for (const [device, discount] of [
      [berlin, 500],
      [hamburg, 1_000],
    ] as const) {
      expect((await redeem({ location_id: device.locationId })).body.discount_minor).toBe(discount);
    }
    // One that is for everywhere leaves nothing to ask.
    const offer = await test.call('POST', '/api/offers', offerTerms());
    await test.call('POST', '/api/coupons', { offer_id: offer.body.id, code: 'WELCOME' });
    expect((await redeem()).body.offer_id).toBe(offer.body.id);
  });
});
