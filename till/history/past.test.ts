import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_HISTORY_ROWS } from '../../shared/contracts/operations/history.ts';
import { basketOf50, offerDraft } from '../testing/offer-drafts.ts';
import { openShop } from '../testing/test-core.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
let till: Shop;

beforeEach(async () => {
  till = await openShop();
});
afterEach(() => till.close());

const HEADER = 'time_utc,code,discount,what,operator';

async function upload(text: string): Promise<string> {
  const importId = randomUUID();
  const bytes = Buffer.from(text);
  await till.ok('imports.begin', { importId, fileName: 'old.csv', bytes: bytes.length }, till.session);
  const part = 500_000;
  for (let offset = 0; offset < bytes.length; offset += part) {
    const base64 = bytes.subarray(offset, offset + part).toString('base64');
    await till.ok('imports.upload', { importId, offset, base64 }, till.session);
  }
  return importId;
}

async function take(text: string, dryRun = false) {
  const importId = await upload(text);
  return { importId, ...(await till.ok('history.import', { importId, dryRun }, till.session)) };
}

const find = async (text: string) => (await till.ok('search.find', { text }, till.session)).past;
const summary = () =>
  till.ok('reports.summary', { from: '2025-01-01', to: '2025-12-31' }, till.session).then(({ past }) => past);
const audit = () => till.ok('audit.run', {}, till.session);

describe('history from elsewhere', () => {
  it('is shown by reports and searches, and spends nothing', async () => {
    const draft = offerDraft({ limits: { total: 1 } });
    await till.ok('offers.create', { requestId: randomUUID(), draft, sharedCode: 'OLD-10' }, till.session);
    const done = await take(
      `${HEADER}\n2025-03-01T10:00:00Z,old-10,5.00,,Eve\n2025-03-01 10:05,OLD-10,5.00,void,Eve\n2025-04-01T23:30:00Z,other9,2.5,,\n`,
    );
    expect(done).toMatchObject({ imported: true, rows: 3, good: 3, faults: {} });
    // 23:30 in UTC is the next day in Berlin.
    expect(done).toMatchObject({ firstDay: '2025-03-01', lastDay: '2025-04-02' });
    expect(await summary()).toEqual({ redemptions: 2, takenBack: 1, discountMinor: 250 });
    expect(await find('other9')).toMatchObject([{ code: 'OTHER9', discountMinor: 250, what: 'redemption' }]);

    const basketId = randomUUID();
    await till.ok('redemption.check', { basketId, basket: basketOf50, codes: ['OLD-10'] }, till.session);
    const { redemptions } = await till.ok('redemption.confirm', { basketId }, till.session);
    expect(redemptions).toHaveLength(1);
    const [hit] = (await till.ok('search.find', { text: 'OLD-10' }, till.session)).codes;
    const shown = await till.ok('search.code', { couponId: hit?.couponId ?? '' }, till.session);
    expect(shown).toMatchObject({ used: 1 });
    expect(shown.events.map(({ kind }) => kind)).toEqual(['redeemed', 'issued', 'past', 'past']);
    expect(await audit()).toMatchObject({ whole: true });
  });

  it('of a dry run leaves nothing', async () => {
    const { importId, imported, good } = await take(`${HEADER}\n2025-03-01T10:00:00Z,A1,5.00,,\n`, true);
    expect({ imported, good }).toEqual({ imported: false, good: 1 });
    expect(await summary()).toBeUndefined();
    expect(await till.ok('history.imports', {}, till.session)).toEqual({ imports: [] });
    // The same upload is then read in.
    expect(await till.ok('history.import', { importId, dryRun: false }, till.session)).toMatchObject({
      imported: true,
    });
  });

  it('says of every row that is left out why', async () => {
    const rows = [
      '2025-03-01T10:00:00Z,,5.00,,',
      '2025-03-01T10:00:00Z,\u0007,5.00,,',
      '2025-02-30T10:00:00Z,A1,5.00,,',
      'yesterday,A2,5.00,,',
      '2099-01-01T10:00:00Z,A3,5.00,,',
      '2025-03-01T10:00:00Z,A4,five,,',
      '2025-03-01T10:00:00Z,A5,-5.00,,',
      '2025-03-01T10:00:00Z,A6,5.00,sold,',
      '',
      '2025-03-01T10:00:00+01:00,A7,5,refund,',
    ];
    const done = await take(`${HEADER}\n${rows.join('\n')}\n`);
    expect(done).toMatchObject({ rows: 9, good: 1 });
    expect(done.faults).toEqual({
      empty: 1,
      malformed: 1,
      bad_time: 2,
      future: 1,
      bad_amount: 2,
      bad_what: 1,
    });
    const { base64 } = await till.ok('imports.faults', { importId: done.importId }, till.session);
    expect(Buffer.from(base64, 'base64').toString('utf8')).toContain('5,A2,bad_time\n');
    expect(await find('A7')).toMatchObject([{ what: 'refund', discountMinor: -500 }]);
    expect(await take('time_utc,code,discount,currency\n2025-03-01T10:00:00Z,A8,5.00,USD\n')).toMatchObject({
      faults: { other_currency: 1 },
      imported: false,
    });
  });

  it('is taken once, by file and by row, however often it comes', async () => {
    const twice = '2025-03-01T10:00:00Z,A1,5.00,,Eve\n'.repeat(2);
    expect(await take(`${HEADER}\n${twice}`)).toMatchObject({ good: 2 });
    const again = await upload(`${HEADER}\n${twice}`);
    expect(await till.call('history.import', { importId: again, dryRun: true }, till.session)).toMatchObject({
      error: { code: 'conflict' },
    });
    // A longer export of the same system.
    const longer = await take(`${HEADER}\n${twice}2025-03-02T10:00:00Z,A1,5.00,,Eve\n`);
    expect(longer).toMatchObject({ good: 1, faults: { exists: 2 } });
    expect(await summary()).toEqual({ redemptions: 3, takenBack: 0, discountMinor: 1_500 });
  });

  it('is no second count of what this ledger redeemed itself', async () => {
    const draft = offerDraft();
    await till.ok('offers.create', { requestId: randomUUID(), draft, sharedCode: 'MINE' }, till.session);
    const basketId = randomUUID();
    await till.ok('redemption.check', { basketId, basket: basketOf50, codes: ['MINE'] }, till.session);
    await till.ok('redemption.confirm', { basketId }, till.session);
    const at = till.clock.nowMs;
    const { base64 } = await till.ok('history.export', { from: at, to: at }, till.session);
    const own = Buffer.from(base64, 'base64').toString('utf8');
    expect(await take(own, true)).toMatchObject({ rows: 1, good: 0, faults: { own: 1 } });
    // The same row of another till is history.
    const foreign = own.replace(/redemption,[0-9a-f-]{36}/, `redemption,${randomUUID()}`);
    expect(await take(foreign)).toMatchObject({ good: 1, imported: true });
  });

  it('is taken out again, whole, and may then come again', async () => {
    const text = `${HEADER}\n2025-03-01T10:00:00Z,A1,5.00,,\n`;
    const { importId } = await take(text);
    await till.ok('history.undoImport', { importId }, till.session);
    await till.ok('history.undoImport', { importId }, till.session);
    expect(await find('A1')).toEqual([]);
    expect(await audit()).toMatchObject({ whole: true });
    expect(await take(text)).toMatchObject({ imported: true });
    expect(await till.call('history.undoImport', { importId: randomUUID() }, till.session)).toMatchObject({
      error: { code: 'not_found' },
    });
  });

  it('leaves no readable file behind', async () => {
    const { importId } = await take(`${HEADER}\n2025-03-01T10:00:00Z,A1,5.00,,\n`);
    expect(existsSync(path.join(till.dataDir, 'imports', `${importId}.upload`))).toBe(false);
  });

  it('needs the columns that a row is read by, and no more rows than an export has', async () => {
    const bad = await upload('when,code\n2025-03-01,A1\n');
    expect(await till.call('history.import', { importId: bad, dryRun: true }, till.session)).toMatchObject({
      error: { code: 'columns_missing', params: { columns: 'time_utc, discount' } },
    });
    const row = '2025-03-01T10:00:00Z,A1,5,,\n';
    const long = await upload(`${HEADER}\n${row.repeat(MAX_HISTORY_ROWS + 1)}`);
    expect(await till.call('history.import', { importId: long, dryRun: true }, till.session)).toMatchObject({
      error: { code: 'payload_too_large', params: { max: MAX_HISTORY_ROWS } },
    });
  });
});
