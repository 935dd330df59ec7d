import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InputOf } from '../../shared/contracts/operations.ts';
import { basketOf50, offerDraft } from '../testing/offer-drafts.ts';
import { openShop } from '../testing/test-core.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
type Settings = InputOf<'imports.run'>['settings'];

describe('an import', () => {
  let shop: Shop;
  let offerId: string;
  beforeEach(async () => {
    shop = await openShop();
    offerId = (await shop.ok('offers.create', { requestId: randomUUID(), draft: offerDraft() }, shop.session))
      .offer.id;
  });
  afterEach(() => shop.close());

  async function upload(content: Uint8Array | string): Promise<string> {
    const bytes = Buffer.from(content as string);
    const importId = randomUUID();
    await shop.ok('imports.begin', { importId, fileName: 'codes.csv', bytes: bytes.length }, shop.session);
    const half = Math.floor(bytes.length / 2);
    const send = (offset: number, part: Buffer) =>
      shop.ok('imports.upload', { importId, offset, base64: part.toString('base64') }, shop.session);
    await send(0, bytes.subarray(0, half));
    // An answer that was lost: the same part comes again.
    await send(0, bytes.subarray(0, half));
    const whole = await send(half, bytes.subarray(half));
    expect(whole.state).toBe('uploaded');
    return importId;
  }

  async function run(importId: string, changes: Partial<Settings> = {}, dryRun = false) {
    const { columns, hasHeader } = await shop.ok('imports.preview', { importId }, shop.session);
    const settings = { offerId, name: 'From the web shop', hasHeader, columns, usesPerCode: 1, ...changes };
    await shop.ok('imports.run', { importId, settings, dryRun }, shop.session);
    for (;;) {
      await sleep(2);
      const now = await shop.ok('imports.get', { importId }, shop.session);
      if (now.state !== 'reading' && now.state !== 'importing') return now;
    }
  }

  const check = async (code: string) =>
    (
      await shop.ok(
        'redemption.check',
        { basketId: randomUUID(), basket: basketOf50, codes: [code] },
        shop.session,
      )
    ).coupons[0];

  it('takes the good rows, and says of every other one why not', async () => {
    const id = await upload('code\nSPRING-1\nspring 1\n\n=CMD()\nWELCOME\n"a b"\n"bad\u0007"\n');
    const dry = await run(id, {}, true);
    expect(dry).toMatchObject({
      state: 'uploaded',
      report: { rows: 7, good: 4, faults: { twice: 1, malformed: 1 } },
    });
    expect(await check('WELCOME')).toMatchObject({ refusal: { code: 'code_unknown' } });
    const done = await run(id);
    expect(done.state).toBe('done');
    expect(await check('welcome')).toMatchObject({ status: 'accepted' });
    const { base64 } = await shop.ok('imports.faults', { importId: id }, shop.session);
    expect(Buffer.from(base64, 'base64').toString()).toContain('3,SPRING1,twice');
    const exported = await shop.ok('batches.export', { batchId: done.batchId ?? '' }, shop.session);
    expect(Buffer.from(exported.base64, 'base64').toString().split('\r\n')).toEqual([
      'serial,code,status,uses',
      '1,SPRING1,live,0',
      "2,'=CMD(),live,0",
      '3,WELCOME,live,0',
      '4,AB,live,0',
      '',
    ]);
  });

  it.each([
    ['UTF-8 with a mark', Buffer.from('\uFEFFcode\nGRÜN1\n')],
    ['UTF-16 of Windows', Buffer.from('\uFEFFcode\r\nGRÜN1\r\n', 'utf16le')],
    ['UTF-16 without a mark', Buffer.from('code\r\nGRÜN1\r\n', 'utf16le')],
    ['Windows-1252', Buffer.from('code\nGRÜN1\n', 'latin1')],
    ['Windows-1252 after a long beginning', Buffer.from(`code\n${'X1\n'.repeat(40_000)}GRÜN1\n`, 'latin1')],
  ])('reads %s', async (_name, content) => {
    const done = await run(await upload(content));
    expect(done.state).toBe('done');
    expect(await check('grün1')).toMatchObject({ status: 'accepted' });
  });

  it('reads the export of WooCommerce: what is used up, ended or of other terms stays out', async () => {
    const id = await upload(
      [
        'post_title;discount_type;coupon_amount;usage_limit;usage_count;expiry_date',
        'KEEP1;percent;10;5;3;2030-01-01',
        'GONE1;percent;10;5;5;',
        'OLD1;percent;10;;;2020-01-01',
        'OTHER1;fixed_cart;10;1;0;',
        'OTHER2;percent;15;1;0;',
        'FREE1;percent;10.00;0;7;',
      ].join('\r\n'),
    );
    expect(await shop.ok('imports.preview', { importId: id }, shop.session)).toMatchObject({
      profile: 'woocommerce',
      delimiter: ';',
      columns: { code: 0, discountType: 1, amount: 2, uses: 3, used: 4, expires: 5 },
    });
    const done = await run(id);
    expect(done.report).toEqual({
      rows: 6,
      good: 2,
      faults: { used_up: 1, expired: 1, other_terms: 2 },
      notes: { ends_later: 1 },
      unread: [],
    });
  });

  it('says what a file tells of its codes that codes here have no place for', async () => {
    const id = await upload(
      [
        'coupon_code,post_status,expiry_date,usage_limit,usage_limit_per_user,minimum_amount,description,discount_type',
        'LATER1,publish,2030-01-01,,0,,,percent',
        'LATER2,publish,31.12.2030,,2,25.00,Card,percent',
        'WHEN,publish,next spring,,1,0.00,,percent',
        'MANY,publish,,2000000,,,,percent',
        'DRAFT1,draft,,,1,,,percent',
        'LATER1,publish,2030-01-01,,5,,,percent',
      ].join('\n'),
    );
    const dry = await run(id, {}, true);
    expect(dry.report).toEqual({
      rows: 6,
      good: 4,
      faults: { inactive: 1, twice: 1 },
      notes: { ends_later: 2, unread_end: 1, many_uses: 1 },
      unread: [
        { name: 'usage_limit_per_user', rows: 2, limits: true },
        { name: 'minimum_amount', rows: 1, limits: true },
        { name: 'description', rows: 1, limits: false },
      ],
    });
  });

  it('says that codes end with an offer that ends before them', async () => {
    const draft = offerDraft({ validity: { days: { zone: 'Europe/Berlin', last: '2030-06-30' } } });
    const made = await shop.ok('offers.create', { requestId: randomUUID(), draft }, shop.session);
    const ends = ['2030-06-29', '2030-06-30', '2030-07-01', '2030-07-05'];
    const id = await upload(`code,expires\n${ends.map((end, i) => `CARD${i},${end}`).join('\n')}\n`);
    const { report } = await run(id, { offerId: made.offer.id }, true);
    expect(report).toMatchObject({ good: 4, notes: { ends_later: 1, ends_sooner: 2 } });
  });

  it('leaves no code on the disk that is not encrypted: file, good rows and faults', async () => {
    const id = await upload(`code\nCANARYCODE\nCANARYCODE\n${'FILL1\n'.repeat(3)}`);
    const folder = path.join(shop.dataDir, 'imports');
    const texts = () => readdirSync(folder).map((file) => readFileSync(path.join(folder, file), 'latin1'));
    const isHidden = () => texts().every((text) => !text.includes('CANARY') && !text.includes('FILL'));
    expect(isHidden()).toBe(true);
    await run(id, {}, true);
    expect(texts()).toHaveLength(2);
    expect(isHidden()).toBe(true);
    await run(id);
    await expect.poll(texts).toHaveLength(1);
    expect(isHidden()).toBe(true);
    const { base64 } = await shop.ok('imports.faults', { importId: id }, shop.session);
    expect(Buffer.from(base64, 'base64').toString()).toContain('CANARYCODE,twice');
  });

  it('is undone as long as nothing of it was redeemed, and can come again', async () => {
    const content = 'code\nCARD1\nCARD2\n';
    const done = await run(await upload(content));
    await shop.ok('imports.undo', { importId: done.id }, shop.session);
    for (let i = 0; i < 100; i++) await sleep(1);
    expect(await check('CARD1')).toMatchObject({ refusal: { code: 'code_unknown' } });
    const again = await run(await upload(content));
    expect(again.report).toMatchObject({ good: 2, faults: {} });
    expect(await check('CARD1')).toMatchObject({ status: 'accepted' });
    const third = await run(await upload(content));
    expect(third).toMatchObject({ state: 'uploaded', report: { good: 0, faults: { exists: 2 } } });
  });

  const isUndone = async (batchId = '') => {
    for (let i = 0; i < 200; i++) {
      const { batches } = await shop.ok('batches.list', {}, shop.session);
      const batch = batches.find(({ id }) => id === batchId);
      if (batch?.state === 'withdrawn') return true;
      await sleep(2);
    }
    return false;
  };

  it.each([
    ['held', 1],
    ['not held, as it has no limit', undefined],
  ])('is undone while a code of it is in an open basket (%s), which cannot be paid then', async (_, uses) => {
    const done = await run(await upload('code\nCARD1\nCARD2\n'), { usesPerCode: uses });
    const basketId = randomUUID();
    const basket = { basketId, basket: basketOf50, codes: ['CARD1'] };
    await shop.ok('redemption.check', basket, shop.session);
    await shop.ok('imports.undo', { importId: done.id }, shop.session);
    // At once, while the codes are being removed, and afterwards.
    const voided = { ok: false, error: { code: 'code_void' } };
    expect(await shop.call('redemption.confirm', { basketId }, shop.session)).toMatchObject(voided);
    expect(await isUndone(done.batchId)).toBe(true);
    expect(await shop.call('redemption.confirm', { basketId }, shop.session)).toMatchObject(voided);
    expect(await check('CARD1')).toMatchObject({ refusal: { code: 'code_unknown' } });
    expect(await run(await upload('code\nCARD1\nCARD2\n'))).toMatchObject({ report: { good: 2 } });
  });

  it('is undone after a use of it was voided: that code stays, and is void', async () => {
    const done = await run(await upload('code\nCARD1\nCARD2\n'));
    const basketId = randomUUID();
    await shop.ok('redemption.check', { basketId, basket: basketOf50, codes: ['CARD1'] }, shop.session);
    const { redemptions } = await shop.ok('redemption.confirm', { basketId }, shop.session);
    const undo = () => shop.call('imports.undo', { importId: done.id }, shop.session);
    expect(await undo()).toMatchObject({ ok: false, error: { code: 'conflict' } });
    const redemptionId = redemptions[0]?.id ?? '';
    await shop.ok('redemption.void', { redemptionId, reason: 'wrong' }, shop.session);
    expect(await undo()).toMatchObject({ ok: true });
    expect(await isUndone(done.batchId)).toBe(true);
    expect(await check('CARD1')).toMatchObject({ refusal: { code: 'code_void' } });
    expect(await check('CARD2')).toMatchObject({ refusal: { code: 'code_unknown' } });
  });

  it('is cancelled in the middle: nothing of it stays, neither codes nor the file', async () => {
    const id = await upload(`code\n${Array.from({ length: 9_000 }, (_, i) => `CARD${i}`).join('\n')}\n`);
    const { columns, hasHeader } = await shop.ok('imports.preview', { importId: id }, shop.session);
    const settings = { offerId, name: 'Cards', hasHeader, columns, usesPerCode: 1 };
    await shop.ok('imports.run', { importId: id, settings, dryRun: false }, shop.session);
    let batchId: string | undefined;
    while (batchId === undefined) {
      await sleep(1);
      ({ batchId } = await shop.ok('imports.get', { importId: id }, shop.session));
    }
    await shop.ok('batches.cancel', { batchId }, shop.session);
    expect(await isUndone(batchId)).toBe(true);
    expect(await shop.ok('imports.get', { importId: id }, shop.session)).toMatchObject({ state: 'undone' });
    expect(readdirSync(path.join(shop.dataDir, 'imports'))).toEqual([]);
    expect(await check('CARD1')).toMatchObject({ refusal: { code: 'code_unknown' } });
    expect(await run(await upload('code\nCARD1\n'))).toMatchObject({ state: 'done', report: { good: 1 } });
  });
});
