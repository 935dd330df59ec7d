import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../shared/kernel/instant.ts';
import { basketOf50, offerDraft } from '../testing/offer-drafts.ts';
import { ADMIN_PIN, openShop } from '../testing/test-core.ts';
import { delayMs } from './throttle.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
let till: Shop;

afterEach(() => till.close());

const WRONG = '000001';
const KIM_PIN = '271828';

async function kim(): Promise<string> {
  till = await openShop();
  const added = await till.ok('operators.add', { name: 'Kim', role: 'cashier', pin: KIM_PIN }, till.session);
  return added.id;
}

const signIn = (operatorId: string, pin: string) => till.call('session.signIn', { operatorId, pin });

describe('signing in', () => {
  it('needs the right PIN, and gives a session that ends', async () => {
    const operatorId = await kim();
    expect(await signIn(operatorId, WRONG)).toMatchObject({ error: { code: 'wrong_pin' } });
    const answer = await till.ok('session.signIn', { operatorId, pin: KIM_PIN });
    expect(answer.operator).toEqual({ id: operatorId, name: 'Kim', role: 'cashier' });
    expect(await till.call('offers.list', {}, answer.session)).toMatchObject({ ok: true });
    expect(await till.call('operators.list', {}, answer.session)).toMatchObject({
      error: { code: 'forbidden' },
    });
    await till.ok('session.signOut', {}, answer.session);
    expect(await till.call('offers.list', {}, answer.session)).toMatchObject({
      error: { code: 'not_signed_in' },
    });
  });

  it('delays after five failures, longer each time, and the delay survives a restart', async () => {
    const operatorId = await kim();
    for (let i = 0; i < 5; i++) await signIn(operatorId, WRONG);
    const waiting = { error: { code: 'throttled', params: { waitSeconds: 5, manager: false } } };
    expect(await signIn(operatorId, KIM_PIN)).toMatchObject(waiting);
    const again = await till.reopen();
    expect(await again.call('session.signIn', { operatorId, pin: KIM_PIN })).toMatchObject(waiting);
    till.clock.nowMs += 5 * SECOND_MS;
    expect(await again.call('session.signIn', { operatorId, pin: KIM_PIN })).toMatchObject({ ok: true });
    await again.core.close();
  });

  it('locks a cashier after ten, until a manager unlocks', async () => {
    const operatorId = await kim();
    for (let i = 0; i < 10; i++) {
      await signIn(operatorId, WRONG);
      till.clock.nowMs += 20 * MINUTE_MS;
    }
    expect(await signIn(operatorId, KIM_PIN)).toMatchObject({
      error: { code: 'throttled', params: { manager: true } },
    });
    await till.ok('operators.unlock', { operatorId }, till.session);
    expect(await signIn(operatorId, KIM_PIN)).toMatchObject({ ok: true });
  });

  it('never locks out the only admin for longer than the longest delay', async () => {
    await kim();
    for (let i = 0; i < 12; i++) {
      await signIn(till.adminId, WRONG);
      till.clock.nowMs += 15 * MINUTE_MS;
    }
    expect(await signIn(till.adminId, ADMIN_PIN)).toMatchObject({ ok: true });
  });

  it('gives many guesses at once no free one', async () => {
    const operatorId = await kim();
    const guesses = await Promise.all(
      Array.from({ length: 30 }, (_, i) => signIn(operatorId, String(100_000 + i))),
    );
    const looked = guesses.filter((answer) => !answer.ok && answer.error.code === 'wrong_pin');
    expect(looked).toHaveLength(5);
    expect(guesses.filter((answer) => !answer.ok && answer.error.code === 'throttled')).toHaveLength(25);
  });

  const check = (...codes: string[]) =>
    till.call('redemption.check', { basketId: randomUUID(), basket: basketOf50, codes }, till.session);

  const publicCode = () =>
    till.ok(
      'offers.create',
      { requestId: randomUUID(), draft: offerDraft(), sharedCode: 'PUBLIC10' },
      till.session,
    );

  it('counts unknown codes as guesses, and an accepted one beside them takes none back', async () => {
    await kim();
    await publicCode();
    for (let i = 0; i < 5; i++) expect(await check('PUBLIC10', `NOSUCH${i}X`)).toMatchObject({ ok: true });
    expect(await check('NOSUCH')).toMatchObject({ error: { code: 'throttled' } });
  });

  it('forgives one of them for each sale', async () => {
    await kim();
    await publicCode();
    for (let i = 0; i < 4; i++) await check(`NOSUCH${i}X`);
    const basket = { basketId: randomUUID(), basket: basketOf50, codes: ['PUBLIC10'] };
    await till.ok('redemption.check', basket, till.session);
    await till.ok('redemption.confirm', { basketId: basket.basketId }, till.session);
    expect(await check('NOSUCH4X')).toMatchObject({ ok: true });
    expect(await check('NOSUCH5X')).toMatchObject({ ok: true });
    expect(await check('NOSUCH')).toMatchObject({ error: { code: 'throttled' } });
  });

  it('refuses a second person of the same name', async () => {
    await kim();
    const twin = { name: ' kIM ', role: 'manager', pin: '111222' } as const;
    expect(await till.call('operators.add', twin, till.session)).toMatchObject({
      error: { code: 'conflict' },
    });
  });
});

describe('the delay', () => {
  it('grows from five seconds to a quarter of an hour', () => {
    expect([1, 4, 5, 6, 7, 12, 100].map(delayMs)).toEqual(
      [0, 0, 5, 10, 20, 640, 900].map((seconds) => seconds * SECOND_MS),
    );
  });
});
