import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { OfferDraft } from '../../shared/contracts/offer.ts';
import type { InputOf } from '../../shared/contracts/operations.ts';
import { basketOf50, offerDraft } from '../testing/offer-drafts.ts';
import { openShop } from '../testing/test-core.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
const shops: Shop[] = [];

async function shop(): Promise<Shop> {
  const opened = await openShop();
  shops.push(opened);
  return opened;
}

afterEach(async () => {
  for (const opened of shops.splice(0)) await opened.close();
});

type Basket = InputOf<'redemption.check'>['basket'];

async function sell(till: Shop, drafts: readonly Partial<OfferDraft>[], basket: Basket = basketOf50) {
  const codes: string[] = [];
  const offers: string[] = [];
  for (const draft of drafts) {
    const sharedCode = `SAVE${randomUUID().slice(0, 8)}`;
    const made = await till.ok(
      'offers.create',
      { requestId: randomUUID(), draft: offerDraft(draft), sharedCode },
      till.session,
    );
    codes.push(sharedCode);
    offers.push(made.offer.id);
  }
  const basketId = randomUUID();
  await till.ok('redemption.check', { basketId, basket, codes }, till.session);
  const sold = await till.ok('redemption.confirm', { basketId }, till.session);
  const redemptionId = sold.redemptions[0]?.id ?? '';
  return { ...sold, codes, offers, redemptionId };
}

const refund = (
  till: Shop,
  redemptionId: string,
  lines: readonly { lineId: string; units: number }[],
  more: Partial<InputOf<'redemption.refund'>> = {},
  session = till.session,
) =>
  till.call(
    'redemption.refund',
    { refundId: randomUUID(), redemptionId, lines: [...lines], reason: 'did not fit', ...more },
    session,
  );

const onMugs: OfferDraft['benefits'][number] = {
  type: 'percent',
  percentBp: 1_000,
  target: { scope: 'items', select: { include: { skus: ['mug'] } } },
  base: 'sequential',
};

const limited = {
  limits: { total: 1 },
  refundPolicy: { brokenThreshold: 'keep', giveUseBack: 'full_return' },
} as const;

async function usesOf(till: Shop) {
  const { offers } = await till.ok('offers.list', {}, till.session);
  return offers[0];
}

describe('a refund', () => {
  it('gives back what was paid for the goods, and the rest later', async () => {
    const till = await shop();
    const { redemptionId } = await sell(till, [{}]);
    const mug = await refund(till, redemptionId, [{ lineId: '2', units: 1 }]);
    expect(mug).toMatchObject({ ok: true, value: { refundMinor: 2_700, clawedBackMinor: 0, usesBack: [] } });
    const { redemptions } = await till.ok('redemption.recent', {}, till.session);
    expect(redemptions[0]).toMatchObject({
      status: 'partly_refunded',
      returnedMinor: 300,
      discountMinor: 500,
    });
    const coffee = await refund(till, redemptionId, [{ lineId: '1', units: 2 }]);
    expect(coffee).toMatchObject({ ok: true, value: { refundMinor: 1_800 } });
    expect(await till.ok('redemption.sale', { redemptionId }, till.session)).toMatchObject({
      payableMinor: 4_500,
      refundedMinor: 4_500,
      lines: [
        { lineId: '1', qty: 2, returned: 2, discountMinor: 200 },
        { lineId: '2', qty: 1, returned: 1, discountMinor: 300 },
      ],
      redemptions: [{ status: 'refunded', returnedMinor: 500 }],
    });
    expect(await refund(till, redemptionId, [{ lineId: '1', units: 1 }])).toMatchObject({
      ok: false,
      error: { code: 'already_refunded' },
    });
  });

  it('quotes the same amount before, and writes nothing', async () => {
    const till = await shop();
    const { redemptionId } = await sell(till, [{}]);
    const goods = { redemptionId, lines: [{ lineId: '1', units: 1 }] };
    const quoted = await till.ok('redemption.quoteRefund', goods, till.session);
    expect(quoted).toMatchObject({
      refundMinor: 900,
      lines: [{ units: 1, priceMinor: 1_000, discountMinor: 100 }],
    });
    expect(await till.ok('redemption.sale', { redemptionId }, till.session)).toMatchObject({
      refundedMinor: 0,
    });
    expect(await refund(till, redemptionId, goods.lines)).toMatchObject({ value: quoted });
  });

  it('answers a retry as it answered first, also after a restart; the same id serves no other goods', async () => {
    const till = await shop();
    const { redemptionId } = await sell(till, [limited]);
    const refundId = randomUUID();
    const goods = [{ lineId: '1', units: 1 }];
    const first = await refund(till, redemptionId, goods, { refundId });
    expect(first.ok).toBe(true);
    till.clock.nowMs += 60_000;
    expect(await refund(till, redemptionId, goods, { refundId })).toEqual(first);
    expect(await refund(till, redemptionId, [{ lineId: '1', units: 2 }], { refundId })).toMatchObject({
      error: { code: 'conflict' },
    });
    const again = await till.reopen();
    const { session } = await again.ok('session.signIn', { operatorId: till.adminId, pin: '482913' });
    const retried = { refundId, redemptionId, lines: goods, reason: 'did not fit' };
    expect(await again.call('redemption.refund', retried, session)).toEqual(first);
    expect(await again.ok('redemption.sale', { redemptionId }, session)).toMatchObject({
      refundedMinor: 900,
      lines: [{ returned: 1 }, { returned: 0 }],
    });
    await again.core.close();
  });

  it('gives the use back to its own lease when all has come back, where the offer says so', async () => {
    const till = await shop();
    const { redemptionId, codes } = await sell(till, [limited]);
    expect(await usesOf(till)).toMatchObject({ uses: 1, usesLeftHere: 0 });
    await refund(till, redemptionId, [{ lineId: '1', units: 2 }]);
    expect(await usesOf(till)).toMatchObject({ uses: 1, usesLeftHere: 0 });
    expect(await refund(till, redemptionId, [{ lineId: '2', units: 1 }])).toMatchObject({
      value: { usesBack: [expect.any(String)] },
    });
    expect(await usesOf(till)).toMatchObject({ uses: 0, usesLeftHere: 1 });
    const check = { basketId: randomUUID(), basket: basketOf50, codes };
    expect(await till.ok('redemption.check', check, till.session)).toMatchObject({
      coupons: [{ status: 'accepted' }],
    });
  });

  it('keeps the use with the first unit back, or for ever, by other policies', async () => {
    for (const [giveUseBack, uses] of [
      ['any_return', 0],
      ['never', 1],
    ] as const) {
      const till = await shop();
      const offer = { limits: { total: 5 }, refundPolicy: { brokenThreshold: 'keep', giveUseBack } } as const;
      const { redemptionId } = await sell(till, [offer]);
      await refund(till, redemptionId, [{ lineId: '1', units: 1 }]);
      expect(await usesOf(till)).toMatchObject({ uses });
      await refund(till, redemptionId, [
        { lineId: '1', units: 1 },
        { lineId: '2', units: 1 },
      ]);
      expect(await usesOf(till)).toMatchObject({ uses });
    }
  });

  it('frees the budget by what came back', async () => {
    const till = await shop();
    const { redemptionId, codes } = await sell(till, [{ limits: { budgetMinor: 600 } }]);
    const basket = { ...basketOf50, lines: [{ id: '1', sku: 'mug', qty: 1, unitPriceMinor: 3_000 }] };
    const check = () => till.ok('redemption.check', { basketId: randomUUID(), basket, codes }, till.session);
    expect(await check()).toMatchObject({ coupons: [{ refusal: { code: 'budget_exhausted' } }] });
    await refund(till, redemptionId, [{ lineId: '2', units: 1 }]);
    expect(await check()).toMatchObject({ coupons: [{ status: 'accepted', discountMinor: 300 }] });
  });

  it('takes a discount back whose minimum the return broke, where the offer says so', async () => {
    const till = await shop();
    const { redemptionId } = await sell(till, [
      {
        conditions: [{ type: 'min_spend', amountMinor: 5_000, measure: 'before_discounts' }],
        refundPolicy: { brokenThreshold: 'claw_back', giveUseBack: 'never' },
      },
    ]);
    // The coffee stays, at its full price of 20.00.
    expect(await refund(till, redemptionId, [{ lineId: '2', units: 1 }])).toMatchObject({
      value: { refundMinor: 2_500, clawedBackMinor: 200 },
    });
  });

  it.each([
    ['a line that was not sold', [{ lineId: '9', units: 1 }], 'invalid_input'],
    ['more units than were sold', [{ lineId: '1', units: 3 }], 'more_than_sold'],
    ['nothing', [], 'invalid_input'],
  ])('is refused for %s', async (_what, lines, code) => {
    const till = await shop();
    const { redemptionId } = await sell(till, [{}]);
    expect(await refund(till, redemptionId, lines)).toMatchObject({ ok: false, error: { code } });
  });

  it('and a void exclude each other', async () => {
    const till = await shop();
    const { redemptionId } = await sell(till, [{}]);
    await refund(till, redemptionId, [{ lineId: '1', units: 1 }]);
    const undo = (id: string) =>
      till.call('redemption.void', { redemptionId: id, reason: 'wrong' }, till.session);
    expect(await undo(redemptionId)).toMatchObject({ error: { code: 'already_refunded' } });
    const other = await sell(till, [{}]);
    await undo(other.redemptionId);
    expect(await refund(till, other.redemptionId, [{ lineId: '1', units: 1 }])).toMatchObject({
      error: { code: 'already_voided' },
    });
  });

  it('goes by what was paid when one of the redemptions was voided before', async () => {
    const till = await shop();
    const sold = await sell(till, [{ benefits: [onMugs] }, {}]);
    const [kept, voided] = sold.redemptions;
    expect(sold.redemptions).toHaveLength(2);
    await till.ok('redemption.void', { redemptionId: voided?.id ?? '', reason: 'not hers' }, till.session);
    const back = await refund(till, kept?.id ?? '', [
      { lineId: '1', units: 2 },
      { lineId: '2', units: 1 },
    ]);
    // The voided discount was paid after all.
    expect(back).toMatchObject({ value: { refundMinor: sold.subtotalMinor - (kept?.discountMinor ?? 0) } });
    expect(await till.ok('audit.run', {}, till.session)).toMatchObject({ whole: true });
  });

  it('of goods that carried no share leaves nothing of its sale to void', async () => {
    const till = await shop();
    const { redemptionId } = await sell(till, [{ benefits: [onMugs] }]);
    expect(await refund(till, redemptionId, [{ lineId: '1', units: 1 }])).toMatchObject({
      value: { refundMinor: 1_000 },
    });
    const undo = { redemptionId, reason: 'wrong' };
    expect(await till.call('redemption.void', undo, till.session)).toMatchObject({
      ok: false,
      error: { code: 'already_refunded' },
    });
  });

  it("needs a manager's PIN when a cashier gives it", async () => {
    const till = await shop();
    const { redemptionId } = await sell(till, [{}]);
    const kim = await till.ok('operators.add', { name: 'Kim', role: 'cashier', pin: '739182' }, till.session);
    const { session } = await till.ok('session.signIn', { operatorId: kim.id, pin: '739182' });
    const goods = [{ lineId: '1', units: 1 }];
    expect(await refund(till, redemptionId, goods, {}, session)).toMatchObject({
      error: { code: 'manager_required' },
    });
    expect(await refund(till, redemptionId, goods, { managerPin: '482913' }, session)).toMatchObject({
      ok: true,
    });
  });

  it('is a row of its own for accountants', async () => {
    const till = await shop();
    const { redemptionId } = await sell(till, [{}]);
    await refund(till, redemptionId, [{ lineId: '2', units: 1 }]);
    const exported = await till.ok('history.export', { from: 0, to: till.clock.nowMs }, till.session);
    const [, sold, back] = Buffer.from(exported.base64, 'base64').toString('utf8').split('\r\n');
    expect(sold).toContain(',redemption,');
    expect(back).toMatch(/,refund,.*,-3\.00,did not fit$/);
  });
});

describe('any partial refunds of a sale, in any order', () => {
  const line = (id: string) =>
    fc.record({
      id: fc.constant(id),
      sku: fc.constantFrom('coffee', 'mug'),
      qty: fc.integer({ min: 1, max: 5 }),
      unitPriceMinor: fc.integer({ min: 1, max: 3_333 }),
    });
  const sale = fc.record({
    lines: fc.tuple(line('1'), line('2'), line('3')),
    percentBp: fc.integer({ min: 1, max: 10_000 }),
    amountMinor: fc.integer({ min: 1, max: 2_000 }),
    giveUseBack: fc.constantFrom('never' as const, 'any_return' as const, 'full_return' as const),
    brokenThreshold: fc.constantFrom('keep' as const, 'claw_back' as const),
    picks: fc.array(fc.record({ line: fc.nat({ max: 2 }), units: fc.integer({ min: 1, max: 3 }) }), {
      maxLength: 8,
    }),
  });

  it('give back exactly what was paid, never more on the way, and a chain that is whole', async () => {
    const till = await shop();
    await fc.assert(
      fc.asyncProperty(sale, async ({ lines, percentBp, amountMinor, picks, ...refundPolicy }) => {
        const basket: Basket = { currency: 'EUR', taxMode: 'inclusive', lines };
        const sold = await sell(
          till,
          [
            {
              refundPolicy,
              limits: { total: 3 },
              benefits: [{ type: 'percent', percentBp, target: { scope: 'order' }, base: 'sequential' }],
            },
            {
              refundPolicy,
              benefits: [{ type: 'fixed', amountMinor, per: 'total', target: { scope: 'order' } }],
            },
          ],
          basket,
        );
        if (sold.redemptions.length === 0) return;
        const left = new Map(lines.map(({ id, qty }) => [id, qty]));
        const returned: { lineId: string; units: number }[] = [];
        for (const { line: index, units } of picks) {
          const lineId = lines[index]?.id ?? '';
          const possible = Math.min(units, left.get(lineId) ?? 0);
          if (possible > 0) returned.push({ lineId, units: possible });
          left.set(lineId, (left.get(lineId) ?? 0) - possible);
        }
        let sum = 0;
        for (const goods of returned) {
          const back = await refund(till, sold.redemptionId, [goods]);
          if (!back.ok) throw new Error(back.error.code);
          sum += back.value.refundMinor;
          expect(sum).toBeLessThanOrEqual(sold.payableMinor);
        }
        const rest = [...left].filter(([, units]) => units > 0).map(([lineId, units]) => ({ lineId, units }));
        if (rest.length > 0) {
          const back = await refund(till, sold.redemptionId, rest);
          if (!back.ok) throw new Error(back.error.code);
          sum += back.value.refundMinor;
        }
        expect(sum).toBe(sold.payableMinor);
        for (const offerId of sold.offers) {
          const { offer, uses } = await till.ok('offers.get', { offerId }, till.session);
          const wasUsed = sold.redemptions.some((one) => one.offerId === offer.id);
          expect(uses).toBe(wasUsed && refundPolicy.giveUseBack === 'never' ? 1 : 0);
        }
      }),
      { numRuns: 60 },
    );
    expect(await till.ok('audit.run', {}, till.session)).toMatchObject({ whole: true });
  }, 60_000);
});
