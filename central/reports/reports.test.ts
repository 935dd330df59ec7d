import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { syncPaths } from '../../shared/contracts/sync.ts';
import { basketOf50, offerTerms } from '../testing/offer-terms.ts';
import { openTestCentre, TEST_NOW, type TestCentre, testableStores } from '../testing/test-centre.ts';
import { enrolDevice } from '../testing/test-device.ts';
import { endOfDay, startOfDate } from './days.ts';

const DAY_MS = 86_400_000;

describe.each(testableStores())('reports and campaigns on %s', (kind) => {
  let test: TestCentre;
  beforeAll(async () => {
    test = await openTestCentre(kind, { config: { time_zone: 'Europe/Berlin' } });
  }, 60_000);
  afterAll(() => test.close());
  beforeEach(async () => {
    await test.empty();
    test.ports.nowMs = TEST_NOW;
  });

  const redeem = (code: string, more: object = {}) =>
    test.call('POST', '/api/redemptions', { code, basket_id: 'b', basket: basketOf50, ...more });
  const campaign = async (body: object = {}) =>
    (await test.call('POST', '/api/campaigns', { name: 'Autumn', ...body })).body;
  async function code(text: string, campaignId?: string): Promise<string> {
    const offer = await test.call(
      'POST',
      '/api/offers',
      offerTerms(campaignId === undefined ? {} : { campaignId }),
    );
    await test.call('POST', '/api/coupons', { offer_id: offer.body.id, code: text });
    return offer.body.id;
  }
  const report = async (search: string) =>
    (await test.call('GET', `/api/reports/redemptions?${search}`)).body;

  it('answers a till that signs with everything that a manager sees', async () => {
    await code('EVERY');
    await redeem('EVERY', { user_id: 'ada' });
    const device = await enrolDevice(test);
    const url = (query: string) => `${syncPaths.reports}?${query}`;
    const days = 'from=2026-11-01&to=2026-11-24&timeZone=Europe%2FBerlin';
    const { status, body } = await device.send('GET', url(days));
    expect(status).toBe(200);
    const { by, ...about } = body;
    expect(about).toEqual({
      asOf: test.ports.nowMs,
      timeZone: 'Europe/Berlin',
      locationsBehind: 0,
      truncated: false,
    });
    const counted = { redemptions: 1, discountMinor: 500, subtotalMinor: 5_000, currency: 'EUR' };
    expect(by.day).toMatchObject([{ key: '2026-11-24', ...counted }]);
    expect(by.location).toMatchObject([{ key: null, ...counted }]);
    expect(by.offer).toMatchObject([{ codes: 1, codesUsed: 1, ...counted }]);
    expect((await device.send('GET', url(days.replace('2026-11-01', '2020-01-01')))).status).toBe(422);
    expect((await device.send('GET', url(days.replace('Berlin', 'Nowhere')))).status).toBe(422);
    expect((await test.call('GET', url(days))).status).toBe(401);
  });

  it('counts redemptions and their cost by day of the asked zone', async () => {
    await code('DAILY');
    await redeem('DAILY', { user_id: 'ada' });
    // 23:30 in Berlin, and still the same day in New York when it is the next one here.
    test.ports.nowMs = Date.UTC(2026, 10, 24, 22, 30);
    await redeem('DAILY', { user_id: 'ada' });
    test.ports.nowMs += 3_600_000;
    const last = await redeem('DAILY', { user_id: 'bob' });
    await test.call('POST', `/api/redemptions/${last.body.id}/void`, { reason: 'mistake' });
    await redeem('DAILY', { channel: 'phone' });
    const berlin = await report('group_by=day');
    expect(berlin).toMatchObject({
      time_zone: 'Europe/Berlin',
      to: '2026-11-25',
      data_as_of: new Date(test.ports.nowMs).toISOString(),
      locations_behind: 0,
      truncated: false,
    });
    expect(berlin.rows).toMatchObject([
      {
        key: '2026-11-24',
        redemptions: 2,
        voided: 0,
        customers: 1,
        discount_minor: 1_000,
        cost_minor: 1_000,
      },
      { key: '2026-11-25', redemptions: 1, voided: 1, customers: 0, discount_minor: 500 },
    ]);
    const newYork = await report('group_by=day&time_zone=America/New_York');
    expect(newYork.rows).toMatchObject([{ key: '2026-11-24', redemptions: 3, voided: 1 }]);
    expect((await report('group_by=channel')).rows.map((row: { key: string }) => row.key)).toEqual([
      'web',
      'phone',
    ]);
    expect((await report('from=2026-11-25&to=2026-11-25')).rows).toHaveLength(1);
  });

  it('says which share of a batch was used', async () => {
    const offer = await code('X');
    const batch = await test.call('POST', `/api/offers/${offer}/codes`, { name: 'Flyer', count: 4 });
    await redeem(batch.body.codes[0]);
    const { rows } = await report('group_by=batch');
    expect(rows).toMatchObject([
      { key: batch.body.batch_id, name: 'Flyer', codes: 4, codes_used: 1, rate: 0.25, redemptions: 1 },
    ]);
  });

  it('refuses spans and zones that make no sense', async () => {
    for (const search of [
      'from=2026-11-25&to=2026-11-24',
      'from=2020-01-01',
      'time_zone=Mars/Olympus',
      'x=1',
    ])
      expect((await report(search)).status, search).toBe(422);
  });

  it('gives the history of a campaign, and what it gave', async () => {
    const { id } = await campaign();
    await code('ONE', id);
    await code('TWO', id);
    await code('OTHER');
    for (const text of ['ONE', 'TWO', 'OTHER']) await redeem(text);
    const history = await test.call('GET', `/api/redemptions?campaign_id=${id}`);
    expect(history.body.redemptions).toHaveLength(2);
    const known = await test.call('GET', `/api/campaigns/${id}`);
    expect(known.body).toMatchObject({ offers: 2, uses: 2, discount_minor: 1_000, status: 'active' });
    expect((await report('group_by=campaign')).rows[0]).toMatchObject({
      key: id,
      name: 'Autumn',
      redemptions: 2,
    });
    expect((await test.call('GET', '/api/campaigns?search=autu')).body.campaigns).toHaveLength(1);
    expect((await test.call('GET', '/api/campaigns?search=spring')).body.campaigns).toEqual([]);
  });

  it('ends a campaign by its uses, its budget and its days, over all its offers', async () => {
    const uses = await campaign({ max_uses: 2 });
    await code('U1', uses.id);
    await code('U2', uses.id);
    const answers = await Promise.all(['U1', 'U2', 'U1', 'U2', 'U1'].map((text) => redeem(text)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(2);

    const money = await campaign({ budget_minor: 1_200 });
    await code('M1', money.id);
    const spent = await Promise.all([1, 2, 3, 4].map(() => redeem('M1')));
    expect(spent.filter(({ status }) => status === 201)).toHaveLength(2);
    expect(spent.find(({ status }) => status !== 201)?.body.code).toBe('budget_exhausted');

    const days = await campaign({ first_day: '2026-11-25', last_day: '2026-11-25' });
    await code('D1', days.id);
    expect((await redeem('D1')).body.code).toBe('not_started');
    test.ports.nowMs += DAY_MS;
    expect((await redeem('D1')).status).toBe(201);
    test.ports.nowMs += DAY_MS;
    expect((await redeem('D1')).body.code).toBe('expired');
  });

  it('is changed by whoever saw its version, and archived for good', async () => {
    const { id, version } = await campaign();
    await code('C1', id);
    const put = (body: object, seen: number) =>
      test.call('PUT', `/api/campaigns/${id}`, body, { 'if-match': `"${seen}"` });
    expect((await put({ name: 'Winter', max_uses: 1 }, version)).body).toMatchObject({
      version: 2,
      max_uses: 1,
    });
    expect((await put({ name: 'Late' }, version)).body).toMatchObject({ status: 412, code: 'stale_version' });
    await redeem('C1');
    expect((await redeem('C1')).status).not.toBe(201);
    await put({ name: 'Winter' }, 2);
    expect((await redeem('C1')).status).toBe(201);
    expect((await test.call('DELETE', `/api/campaigns/${id}`)).body.status).toBe('archived');
    expect((await put({ name: 'x' }, 4)).status).toBe(410);
    test.ports.nowMs += 1_000;
    expect((await redeem('C1')).body.code).toBe('expired');
    const offer = { ...offerTerms(), campaignId: '00000000-0000-7000-8000-000000000001' };
    expect((await test.call('POST', '/api/offers', offer)).status).toBe(404);
  });
});

describe('a day', () => {
  it.each([
    ['Europe/Berlin', '2026-11-24', '2026-11-23T23:00:00.000Z', '2026-11-24T22:59:59.999Z'],
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00.000Z', '2026-03-29T21:59:59.999Z'],
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00.000Z', '2026-10-25T22:59:59.999Z'],
    ['Pacific/Kiritimati', '2026-01-01', '2025-12-31T10:00:00.000Z', '2026-01-01T09:59:59.999Z'],
    ['Pacific/Pago_Pago', '2026-01-01', '2026-01-01T11:00:00.000Z', '2026-01-02T10:59:59.999Z'],
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z', '2018-11-05T01:59:59.999Z'],
    ['UTC', '2026-12-31', '2026-12-31T00:00:00.000Z', '2026-12-31T23:59:59.999Z'],
  ])('of %s, %s', (zone, date, first, last) => {
    expect(new Date(startOfDate(zone, date)).toISOString()).toBe(first);
    expect(new Date(endOfDay(zone, date)).toISOString()).toBe(last);
  });
});
