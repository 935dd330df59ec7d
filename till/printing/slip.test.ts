import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { basketOf50, offerDraft } from '../testing/offer-drafts.ts';
import { openShop } from '../testing/test-core.ts';
import { type Slip, slipBytes, slipLines } from './slip.ts';

const redemption: Slip['redemptions'][number] = {
  id: randomUUID(),
  basketId: randomUUID(),
  code: 'SPRING20',
  offerId: randomUUID(),
  offerName: 'Spring: a fifth off everything that grows in the garden',
  channel: 'pos',
  status: 'redeemed',
  discountMinor: 916,
  currency: 'EUR',
  operatorId: randomUUID(),
  operatorName: 'Ada',
  tillName: 'Till 1',
  redeemedAt: Date.UTC(2026, 10, 24, 11, 27),
};
const slip: Slip = {
  shop: 'Corner Shop',
  language: 'en',
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  redemptions: [redemption],
  subtotalMinor: 4_580,
  payableMinor: 3_664,
  footer: '',
  isCopy: false,
};

describe('the lines of a slip', () => {
  it.each([32, 48])('fit %i columns, amounts at the right', (columns) => {
    const lines = slipLines(slip, columns);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    expect(lines[0]).toBe('24 Nov 2026, 12:27');
    expect(lines.at(-1)).toMatch(/^To pay +€36\.64$/);
    expect(lines.at(-1)).toHaveLength(columns);
  });

  it.each([58, 80] as const)('reach %i mm paper unbroken, whatever the sign of the currency', (paper) => {
    const columns = paper === 58 ? 32 : 48;
    // The number of a code page may be that of a line feed.
    const changeOfCodePage = new RegExp(`${String.fromCharCode(0x1b)}t[^]`, 'g');
    for (const language of ['en', 'de', 'es'] as const) {
      const bytes = Buffer.from(slipBytes({ ...slip, language }, paper)).toString('latin1');
      const lines = bytes.replaceAll(changeOfCodePage, '').split('\n\r');
      expect(
        lines.find((line) => /36[.,]64/.test(line)),
        language,
      ).toHaveLength(columns);
    }
  });

  it('say what was voided, and that it is paid', () => {
    const lines = slipLines({ ...slip, redemptions: [{ ...redemption, status: 'voided' }] }, 48);
    expect(lines).toContain('  VOIDED');
    expect(lines.at(-1)).toMatch(/€45\.80$/);
  });
});

describe('the slip of a redemption', () => {
  let shop: Awaited<ReturnType<typeof openShop>>;
  beforeEach(async () => {
    shop = await openShop();
  });
  afterEach(() => shop.close());

  it('goes to a printer, and says COPY from the second time on', async () => {
    const draft = offerDraft();
    await shop.ok('offers.create', { requestId: randomUUID(), draft, sharedCode: 'TENOFF' }, shop.session);
    const basketId = randomUUID();
    await shop.ok('redemption.check', { basketId, basket: basketOf50, codes: ['TENOFF'] }, shop.session);
    const sold = await shop.ok('redemption.confirm', { basketId }, shop.session);
    const printerId = randomUUID();
    // Nobody listens there: the jobs wait.
    const link = { kind: 'tcp', host: '127.0.0.1', port: 9 } as const;
    await shop.ok(
      'printers.save',
      { printerId, name: 'Counter', settings: { link, paperMm: 80 } },
      shop.session,
    );
    const print = (requestId: string) =>
      shop.ok(
        'print.slip',
        { requestId, printerId, redemptionId: sold.redemptions[0]?.id ?? '' },
        shop.session,
      );
    const first = randomUUID();
    expect(await print(first)).toMatchObject({ document: 'slip', batchName: '', isCopy: false });
    expect((await print(first)).id).toBe(first);
    expect((await print(randomUUID())).isCopy).toBe(true);
    expect((await shop.ok('print.queue', {}, shop.session)).jobs).toHaveLength(2);
    expect(
      await shop.call(
        'print.slip',
        { requestId: randomUUID(), printerId, redemptionId: randomUUID() },
        shop.session,
      ),
    ).toMatchObject({ ok: false, error: { code: 'redemption_unknown' } });
  });
});
