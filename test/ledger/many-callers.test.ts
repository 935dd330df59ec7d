import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OfferDraft } from '../../shared/contracts/offer.ts';
import { MINUTE_MS } from '../../shared/kernel/instant.ts';
import { basketOf50, offerDraft } from '../../till/testing/offer-drafts.ts';
import { openShop } from '../../till/testing/test-core.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
let till: Shop;

beforeEach(async () => {
  till = await openShop();
});
afterEach(() => till.close());

async function limitedOffer(total: number): Promise<{ readonly offerId: string; readonly code: string }> {
  const code = `LIMITED${randomUUID().slice(0, 8)}`;
  const row = await till.ok(
    'offers.create',
    { requestId: randomUUID(), draft: offerDraft({ limits: { total } }), sharedCode: code },
    till.session,
  );
  return { offerId: row.offer.id, code };
}

const check = (basketId: string, code: string) =>
  till.call('redemption.check', { basketId, basket: basketOf50, codes: [code] }, till.session);
const confirm = (basketId: string) => till.call('redemption.confirm', { basketId }, till.session);

async function redeem(code: string): Promise<boolean> {
  const basketId = randomUUID();
  await check(basketId, code);
  return (await confirm(basketId)).ok;
}

describe('many callers at once', () => {
  it.each([
    [50, 10],
    [500, 1],
  ])('%i callers on %i uses: exactly so many get one', async (callers, uses) => {
    const { offerId, code } = await limitedOffer(uses);
    const got = await Promise.all(Array.from({ length: callers }, () => redeem(code)));
    expect(got.filter(Boolean)).toHaveLength(uses);
    const row = await till.ok('offers.get', { offerId }, till.session);
    expect(row).toMatchObject({ uses, usesLeftHere: 0 });
  });

  it('confirm one basket many times at once: one redemption, the same answer for all', async () => {
    const { code } = await limitedOffer(5);
    const basketId = randomUUID();
    await check(basketId, code);
    const answers = await Promise.all(Array.from({ length: 40 }, () => confirm(basketId)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    const { redemptions } = await till.ok('redemption.recent', {}, till.session);
    expect(redemptions).toHaveLength(1);
  });
});

type Step = { readonly do: 'check' | 'confirm' | 'release' | 'void' | 'wait'; readonly basket: number };
const BASKETS = 5;

/** Offers that allow so many uses of the same person, day, place or budget: each discount is 5.00. */
const USES = 7;
const DISCOUNT_MINOR = 500;
const CALLERS = 40;
const limitsOf: Readonly<Record<string, OfferDraft['limits']>> = {
  total: { total: USES },
  perDay: { perDay: USES },
  perLocation: { perLocation: USES },
  perOperator: { perOperator: USES },
  perCustomer: { perCustomer: USES },
  budget: { budgetMinor: USES * DISCOUNT_MINOR },
  'total and budget': { total: CALLERS, budgetMinor: USES * DISCOUNT_MINOR },
};

describe('many callers at once on every kind of limit', () => {
  it.each(Object.keys(limitsOf))('%s: exactly so many get one', async (kind) => {
    const code = `LIMIT${randomUUID().slice(0, 8)}`;
    const draft = offerDraft({ limits: limitsOf[kind] ?? {} });
    const { offer } = await till.ok(
      'offers.create',
      { requestId: randomUUID(), draft, sharedCode: code },
      till.session,
    );
    const customer = { kind: 'loyalty', value: 'C-1' } as const;
    const one = async () => {
      const basketId = randomUUID();
      const input = { basketId, basket: basketOf50, codes: [code], customer };
      await till.call('redemption.check', input, till.session);
      return (await confirm(basketId)).ok;
    };
    const got = await Promise.all(Array.from({ length: CALLERS }, one));
    expect(got.filter(Boolean)).toHaveLength(USES);
    const row = await till.ok('offers.get', { offerId: offer.id }, till.session);
    expect(row.uses).toBe(USES);
  });

  it('a campaign with few uses and one with little money, over two offers each', async () => {
    for (const budget of [{ maxUses: USES }, { budgetMinor: USES * DISCOUNT_MINOR }]) {
      const campaign = await till.ok(
        'campaigns.create',
        { requestId: randomUUID(), draft: { name: `C ${randomUUID()}`, ...budget } },
        till.session,
      );
      const codes: string[] = [];
      for (let i = 0; i < 2; i++) {
        const sharedCode = `CAMP${randomUUID().slice(0, 8)}`;
        const draft = offerDraft({ campaignId: campaign.id });
        await till.ok('offers.create', { requestId: randomUUID(), draft, sharedCode }, till.session);
        codes.push(sharedCode);
      }
      const got = await Promise.all(
        Array.from({ length: CALLERS }, (_, i) => redeem(codes[i % codes.length] ?? '')),
      );
      expect(got.filter(Boolean), JSON.stringify(budget)).toHaveLength(USES);
    }
  });
});

describe('any order of check, confirm, release, expiry and void', () => {
  it('keeps uses, rights and redemptions in step', async () => {
    const steps = fc.array(
      fc.record<Step>({
        do: fc.constantFrom('check', 'check', 'confirm', 'confirm', 'release', 'void', 'wait'),
        basket: fc.nat({ max: BASKETS - 1 }),
      }),
      { minLength: 5, maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 3 }), async (order, total) => {
        const { offerId, code } = await limitedOffer(total);
        const baskets = Array.from({ length: BASKETS }, () => randomUUID());
        const redeemed = new Map<string, string>();
        const voided = new Set<string>();
        for (const step of order) {
          const basketId = baskets[step.basket] ?? '';
          if (step.do === 'check') await check(basketId, code);
          else if (step.do === 'wait') till.clock.nowMs += 4 * MINUTE_MS;
          else if (step.do === 'release') await till.call('redemption.release', { basketId }, till.session);
          else if (step.do === 'confirm') {
            const answer = await confirm(basketId);
            const id = answer.ok ? answer.value.redemptions[0]?.id : undefined;
            // The first answer stays the answer.
            if (id !== undefined) expect(redeemed.get(basketId) ?? id).toBe(id);
            if (id !== undefined) redeemed.set(basketId, id);
          } else {
            const redemptionId = redeemed.get(basketId);
            if (redemptionId === undefined) continue;
            const answer = await till.call('redemption.void', { redemptionId, reason: 'test' }, till.session);
            expect(answer.ok).toBe(!voided.has(redemptionId));
            voided.add(redemptionId);
          }
          const row = await till.ok('offers.get', { offerId }, till.session);
          expect(row.uses).toBe(redeemed.size - voided.size);
          expect(row.uses + (row.usesLeftHere ?? 0)).toBeLessThanOrEqual(total);
        }
        // Whatever is still held goes back when its time is over.
        till.clock.nowMs += 11 * MINUTE_MS;
        await check(randomUUID(), 'NOSUCHCODE');
        await till.ok('operators.unlock', { operatorId: till.adminId }, till.session);
        const row = await till.ok('offers.get', { offerId }, till.session);
        expect(row.uses + (row.usesLeftHere ?? 0)).toBe(total);
      }),
      { numRuns: 60 },
    );
  });
});
