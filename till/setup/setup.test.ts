import { randomUUID } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../shared/kernel/instant.ts';
import { CoreStartError } from '../core-start-error.ts';
import { basketOf50, offerDraft } from '../testing/offer-drafts.ts';
import { ADMIN_PIN, openShop, openTestTill, type TestTill } from '../testing/test-core.ts';
import { askForErasure } from './erase-demo.ts';

const tills: TestTill[] = [];
const kept = <T extends TestTill>(till: T): T => {
  tills.push(till);
  return till;
};

afterEach(async () => {
  for (const till of tills.splice(0)) await till.close();
});

describe('the first run', () => {
  it('asks for a location before anything else', async () => {
    const till = kept(await openTestTill());
    expect(await till.ok('app.status', {})).toEqual({ phase: 'setup', version: '0.0.0', host: 'web' });
    expect(await till.call('offers.list', {})).toMatchObject({ error: { code: 'setup_required' } });
    expect(await till.call('no.such' as 'app.status', {})).toMatchObject({
      error: { code: 'unknown_operation' },
    });
  });

  it('makes the location once', async () => {
    const till = kept(await openShop());
    const status = await till.ok('app.status', {});
    expect(status).toMatchObject({
      phase: 'ready',
      location: { name: 'Corner Shop', tillName: 'Till 1', demo: false },
      operators: [{ name: 'Ada', role: 'admin' }],
      faults: [],
    });
    expect(status).not.toHaveProperty('demoPins');
    const again = {
      locationName: 'Other',
      currency: 'EUR',
      timeZone: 'Europe/Berlin',
      language: 'en',
      adminName: 'Eve',
      adminPin: '938475',
    } as const;
    expect(await till.call('setup.create', again)).toMatchObject({ error: { code: 'already_set_up' } });
  });

  it('names the field that is wrong', async () => {
    const till = kept(await openTestTill());
    const input = {
      locationName: 'Shop',
      currency: 'EUR',
      timeZone: 'Europe/Nowhere',
      language: 'en',
      adminName: 'Ada',
      adminPin: ADMIN_PIN,
    } as const;
    expect(await till.call('setup.create', input)).toMatchObject({
      error: { code: 'invalid_input', path: 'timeZone' },
    });
    expect(await till.call('setup.create', { ...input, adminPin: '12' })).toMatchObject({
      error: { code: 'invalid_input', path: 'adminPin' },
    });
  });

  it('makes a demo when asked to, and takes all of it away again', async () => {
    const till = kept(await openTestTill());
    await till.ok('demo.make', {});
    expect(await till.call('demo.make', {})).toMatchObject({ error: { code: 'already_set_up' } });
    const status = await till.ok('app.status', {});
    if (status.phase !== 'ready') throw new Error('the demo is ready');
    const [ada, marco] = status.demoPins ?? [];
    const signIn = async ({ operatorId = '', pin = '' } = {}) =>
      (await till.ok('session.signIn', { operatorId, pin })).session;
    const pin = ada?.pin ?? '';
    expect(await till.call('demo.remove', { pin: marco?.pin ?? '' }, await signIn(marco))).toMatchObject({
      error: { code: 'forbidden' },
    });
    const session = await signIn(ada);
    expect(await till.call('demo.remove', { pin: marco?.pin ?? '' }, session)).toMatchObject({
      error: { code: 'wrong_pin' },
    });
    const topics: string[] = [];
    const over = new Promise<void>((resolve) => {
      till.core.subscribe(({ topic }) => {
        topics.push(topic);
        if (topic === 'app.changed') resolve();
      });
    });
    await till.ok('demo.remove', { pin }, session);
    await over;
    expect(await till.ok('app.status', {})).toMatchObject({ phase: 'setup' });
    expect(await till.call('offers.list', {}, session)).toMatchObject({ error: { code: 'setup_required' } });

    // The shop's own ledger has nothing of the demo, and is no older copy of anything.
    const own = {
      locationName: 'Own',
      currency: 'EUR',
      timeZone: 'Europe/Berlin',
      language: 'en',
      adminName: 'Grace',
      adminPin: ADMIN_PIN,
    } as const;
    const { adminId } = await till.ok('setup.create', own);
    expect(topics.at(-1)).toBe('app.changed');
    const again = kept(await till.reopen());
    expect(await again.ok('app.status', {})).toMatchObject({
      phase: 'ready',
      location: { name: 'Own', demo: false },
      operators: [{ name: 'Grace' }],
      faults: [],
    });
    const { session: grace } = await again.ok('session.signIn', { operatorId: adminId, pin: ADMIN_PIN });
    expect((await again.ok('offers.list', {}, grace)).offers).toEqual([]);
    expect(await again.call('demo.remove', { pin: ADMIN_PIN }, grace)).toMatchObject({
      error: { code: 'forbidden' },
    });
  });

  it('goes on removing a demo that was cut off in the middle', async () => {
    const till = kept(await openTestTill({ demo: true }));
    askForErasure(till.dataDir);
    const again = kept(await till.reopen({ demo: false }));
    expect(await again.ok('app.status', {})).toMatchObject({ phase: 'setup' });
  });

  it('makes a demo location with people, PINs, offers and codes', async () => {
    const till = kept(await openTestTill({ demo: true }));
    const status = await till.ok('app.status', {});
    if (status.phase !== 'ready') throw new Error('the demo is ready');
    expect(status.location.demo).toBe(true);
    const { operatorId = '', pin = '' } = status.demoPins?.[1] ?? {};
    const { session } = await till.ok('session.signIn', { operatorId, pin });
    const { offers } = await till.ok('offers.list', {}, session);
    expect(offers.map((row) => row.codes).sort()).toEqual([1, 1, 1, 20]);
    const again = await till.reopen();
    expect(await again.ok('app.status', {})).toEqual(status);
    await again.core.close();
  });

  it('does not start with a ledger whose key is gone, and leaves it alone', async () => {
    const till = kept(await openShop());
    await till.core.close();
    till.keys.clear();
    const start = till.reopen();
    await expect(start).rejects.toThrow(CoreStartError);
    await expect(start).rejects.toMatchObject({ refusal: { code: 'ledger_key_wrong' } });
    expect(till.keys.size).toBe(0);
  });
});

describe('a clock that was set back', () => {
  it('stops redemptions until a manager accepts it, on record', async () => {
    const till = kept(await openShop());
    till.clock.nowMs -= 4 * MINUTE_MS;
    const basket = () => ({ basketId: randomUUID(), basket: basketOf50, codes: ['NOSUCH'] });
    expect(await till.call('redemption.check', basket(), till.session)).toMatchObject({ ok: true });
    till.clock.nowMs -= 2 * HOUR_MS;
    expect(await till.call('redemption.check', basket(), till.session)).toMatchObject({
      error: { code: 'clock_fault' },
    });
    expect(await till.ok('app.status', {})).toMatchObject({
      faults: [{ kind: 'clock_set_back', blocks: 'everything' }],
    });
    await till.ok('faults.clear', { kind: 'clock_set_back' }, till.session);
    expect(await till.ok('app.status', {})).toMatchObject({ faults: [] });
    expect(await till.call('redemption.check', basket(), till.session)).toMatchObject({ ok: true });
  });

  it('that was accepted lets go of what was held until a time that it named', async () => {
    const till = kept(await openShop());
    const draft = offerDraft({ limits: { total: 1 } });
    await till.ok('offers.create', { requestId: randomUUID(), draft, sharedCode: 'ONLYONE' }, till.session);
    const check = () =>
      till.ok(
        'redemption.check',
        { basketId: randomUUID(), basket: basketOf50, codes: ['ONLYONE'] },
        till.session,
      );
    const right = till.clock.nowMs;
    till.clock.nowMs += 9_000 * HOUR_MS;
    expect((await check()).coupons).toMatchObject([{ status: 'accepted' }]);
    till.clock.nowMs = right + MINUTE_MS;
    await till.ok('app.status', {});
    await till.ok('faults.clear', { kind: 'clock_set_back' }, till.session);
    expect((await check()).coupons).toMatchObject([{ status: 'accepted' }]);
  });

  it('is shown after it was set right again, but stops nobody', async () => {
    const till = kept(await openShop());
    till.clock.nowMs -= HOUR_MS;
    await till.ok('app.status', {});
    till.clock.nowMs += HOUR_MS;
    expect(await till.ok('app.status', {})).toMatchObject({
      faults: [{ kind: 'clock_set_back', blocks: 'nothing' }],
    });
  });

  it('never makes an expired offer valid again', async () => {
    const till = kept(await openShop());
    const endsAt = till.clock.nowMs + HOUR_MS;
    const draft = offerDraft({ validity: { endsAt } });
    await till.ok('offers.create', { requestId: randomUUID(), draft, sharedCode: 'SOON' }, till.session);
    const check = () =>
      till.ok(
        'redemption.check',
        { basketId: randomUUID(), basket: basketOf50, codes: ['SOON'] },
        till.session,
      );
    till.clock.nowMs = endsAt + MINUTE_MS;
    expect((await check()).coupons[0]).toMatchObject({ refusal: { code: 'expired' } });
    till.clock.nowMs = endsAt - MINUTE_MS;
    expect((await check()).coupons[0]).toMatchObject({ refusal: { code: 'expired' } });
  });
});

describe('an old copy of the ledger put back', () => {
  async function restored() {
    const till = kept(await openShop());
    const draft = offerDraft({ limits: { total: 1 } });
    await till.ok('offers.create', { requestId: randomUUID(), draft, sharedCode: 'ONE' }, till.session);
    await till.core.close();
    const file = path.join(till.dataDir, 'ledger.db');
    copyFileSync(file, `${file}.copy`);
    const second = await till.reopen();
    const { session } = await second.ok('session.signIn', { operatorId: till.adminId, pin: ADMIN_PIN });
    const basketId = randomUUID();
    await second.ok('redemption.check', { basketId, basket: basketOf50, codes: ['ONE'] }, session);
    await second.ok('redemption.confirm', { basketId }, session);
    await second.core.close();
    copyFileSync(`${file}.copy`, file);
    const third = kept(await till.reopen());
    const signedIn = await third.ok('session.signIn', { operatorId: till.adminId, pin: ADMIN_PIN });
    return { till: third, session: signedIn.session };
  }

  it('is noticed by the anchor: limited offers wait for a manager, who goes on as a new incarnation', async () => {
    const { till, session } = await restored();
    expect(await till.ok('app.status', {})).toMatchObject({
      faults: [{ kind: 'ledger_unanchored', blocks: 'limited_offers' }],
    });
    const check = () =>
      till.ok('redemption.check', { basketId: randomUUID(), basket: basketOf50, codes: ['ONE'] }, session);
    expect((await check()).coupons[0]).toMatchObject({ refusal: { code: 'no_lease_here' } });
    const clear = (managerPin?: string) =>
      till.call(
        'faults.clear',
        { kind: 'ledger_unanchored', ...(managerPin === undefined ? {} : { managerPin }) },
        session,
      );
    expect(await clear()).toMatchObject({ error: { code: 'manager_required' } });
    expect(await clear('000000')).toMatchObject({ error: { code: 'wrong_pin' } });
    expect(await clear(ADMIN_PIN)).toMatchObject({ ok: true, value: { faults: [] } });
    expect((await check()).coupons[0]).toMatchObject({ status: 'accepted' });
  });

  it('is noticed when the anchor is missing', async () => {
    const till = kept(await openShop());
    await till.core.close();
    for (const slot of ['a', 'b']) rmSync(`${till.dataDir}-outside.anchor-${slot}`, { force: true });
    const again = kept(await till.reopen());
    expect(await again.ok('app.status', {})).toMatchObject({ faults: [{ kind: 'ledger_unanchored' }] });
  });

  it('is not suspected after a clean restart', async () => {
    const till = kept(await openShop());
    const again = kept(await till.reopen());
    expect(await again.ok('app.status', {})).toMatchObject({ faults: [] });
  });
});

describe('what the ledger keeps', () => {
  it('is readable in no file', async () => {
    const till = kept(await openShop());
    const draft = offerDraft({ limits: { perCustomer: 5 } });
    await till.ok(
      'offers.create',
      { requestId: randomUUID(), draft, sharedCode: 'CANARYCODE' },
      till.session,
    );
    const basketId = randomUUID();
    const customer = { kind: 'email', value: 'canary@example.com' } as const;
    await till.ok(
      'redemption.check',
      { basketId, basket: basketOf50, codes: ['CANARYCODE'], customer },
      till.session,
    );
    await till.ok('redemption.confirm', { basketId }, till.session);
    const folders = [till.dataDir, path.dirname(till.dataDir)];
    const ours = folders.flatMap((folder) =>
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isFile() && path.join(folder, entry.name).startsWith(till.dataDir))
        .map((entry) => readFileSync(path.join(folder, entry.name)).toString('latin1')),
    );
    expect(ours.length).toBeGreaterThan(4);
    for (const word of ['CANARYCODE', 'canary@example', ADMIN_PIN, 'Corner Shop']) {
      expect(ours.join('')).not.toContain(word);
    }
  });
});
