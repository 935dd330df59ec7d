import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { basketOf50, offerDraft } from '../testing/offer-drafts.ts';
import { ADMIN_PIN, openShop } from '../testing/test-core.ts';

let shop: Awaited<ReturnType<typeof openShop>>;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.close());

describe('people', () => {
  const signIn = (operatorId: string, pin: string) => shop.call('session.signIn', { operatorId, pin });

  it('get another name, role and PIN; what they were signed in as ends', async () => {
    const kim = await shop.ok('operators.add', { name: 'Kim', role: 'cashier', pin: '384756' }, shop.session);
    for (const pin of ['111111', '123456']) {
      const simple = await shop.call('operators.add', { name: 'Bo', role: 'cashier', pin }, shop.session);
      expect(simple).toMatchObject({ ok: false, error: { code: 'pin_too_simple' } });
    }
    const before = await signIn(kim.id, '384756');
    if (!before.ok) throw new Error('Kim may sign in');
    await shop.ok(
      'operators.change',
      { operatorId: kim.id, name: 'Kim B.', role: 'manager', pin: '291837' },
      shop.session,
    );
    const old = await shop.call('redemption.recent', {}, before.value.session);
    expect(old).toMatchObject({ ok: false, error: { code: 'not_signed_in' } });
    expect((await signIn(kim.id, '384756')).ok).toBe(false);
    expect(await signIn(kim.id, '291837')).toMatchObject({
      ok: true,
      value: { operator: { name: 'Kim B.', role: 'manager' } },
    });
  });

  it('who left may not sign in, and no PIN of theirs vouches for anything', async () => {
    const may = await shop.ok('operators.add', { name: 'May', role: 'manager', pin: '561028' }, shop.session);
    const kim = await shop.ok('operators.add', { name: 'Kim', role: 'cashier', pin: '384756' }, shop.session);
    await shop.ok(
      'operators.change',
      { operatorId: may.id, name: 'May', role: 'manager', removed: true },
      shop.session,
    );
    expect(await signIn(may.id, '561028')).toMatchObject({ ok: false, error: { code: 'not_found' } });
    const { operators } = await shop.ok('operators.list', {}, shop.session);
    expect(operators.map(({ name }) => name).sort()).toEqual(['Ada', 'Kim']);

    await shop.ok(
      'offers.create',
      { requestId: randomUUID(), draft: offerDraft(), sharedCode: 'TEN' },
      shop.session,
    );
    const basketId = randomUUID();
    await shop.ok('redemption.check', { basketId, basket: basketOf50, codes: ['TEN'] }, shop.session);
    const { redemptions } = await shop.ok('redemption.confirm', { basketId }, shop.session);
    const cashier = await signIn(kim.id, '384756');
    const answer = await shop.call(
      'redemption.void',
      { redemptionId: redemptions[0]?.id ?? '', reason: 'x', managerPin: '561028' },
      cashier.ok ? cashier.value.session : '',
    );
    expect(answer).toMatchObject({ ok: false, error: { code: 'wrong_pin' } });
  });

  it('always leave one admin', async () => {
    const change = (part: object) =>
      shop.call(
        'operators.change',
        { operatorId: shop.adminId, name: 'Ada', role: 'admin', ...part },
        shop.session,
      );
    expect(await change({ role: 'manager' })).toMatchObject({ ok: false, error: { code: 'last_admin' } });
    expect(await change({ removed: true })).toMatchObject({ ok: false, error: { code: 'last_admin' } });
    expect(await change({ pin: '457545' })).toMatchObject({ ok: true });
    await shop.ok('operators.add', { name: 'Eve', role: 'admin', pin: '938475' }, shop.session);
    expect(await change({ removed: true })).toMatchObject({ ok: true });
    expect((await signIn(shop.adminId, ADMIN_PIN)).ok).toBe(false);
  });
});

describe('the location', () => {
  it('changes its name, zone, language and tax mode, on record', async () => {
    const changes = {
      name: 'Market Square',
      tillName: 'Front',
      timeZone: 'America/New_York',
      language: 'es' as const,
      taxMode: 'exclusive' as const,
    };
    const changed = await shop.ok('location.change', changes, shop.session);
    expect(changed).toMatchObject({ ...changes, currency: 'EUR' });
    const status = await shop.ok('app.status', {});
    expect(status).toMatchObject({ location: changes });
    const { events } = await shop.ok('audit.events', { limit: 1 }, shop.session);
    expect(events).toMatchObject([{ type: 'location.changed', operatorName: 'Ada', till: 'Till 1' }]);
    const unknown = await shop.call('location.change', { ...changes, timeZone: 'Moon/Base' }, shop.session);
    expect(unknown).toMatchObject({ ok: false, error: { code: 'invalid_input', path: 'timeZone' } });
  });

  it('keeps its quick keys', async () => {
    const keys = [{ id: randomUUID(), name: 'Tea', sku: 'TEA', unitPriceMinor: 250, category: 'Drinks' }];
    await shop.ok('quickKeys.save', { keys }, shop.session);
    expect(await shop.ok('quickKeys.list', {}, shop.session)).toEqual({ keys });
  });
});

describe('the audit from the screen', () => {
  it('finds the ledger whole, also while it is used', async () => {
    await shop.ok(
      'offers.create',
      { requestId: randomUUID(), draft: offerDraft(), sharedCode: 'TEN' },
      shop.session,
    );
    const audit = shop.ok('audit.run', {}, shop.session);
    const basketId = randomUUID();
    await shop.ok('redemption.check', { basketId, basket: basketOf50, codes: ['TEN'] }, shop.session);
    await shop.ok('redemption.confirm', { basketId }, shop.session);
    expect(await audit).toMatchObject({ whole: true });
    expect(await shop.ok('audit.run', {}, shop.session)).toMatchObject({ whole: true, redemptions: 1 });
  });

  it('shows the chain as it was written, page by page', async () => {
    const first = await shop.ok('audit.events', { limit: 2 }, shop.session);
    expect(first.events.map(({ type }) => type)).toEqual(['operator.signedIn', 'operator.added']);
    const { nextCursor = '' } = first;
    const rest = await shop.ok('audit.events', { limit: 2, cursor: nextCursor }, shop.session);
    expect(rest.events.map(({ type }) => type)).toEqual(['ledger.created']);
    expect(rest.nextCursor).toBeUndefined();
  });
});
