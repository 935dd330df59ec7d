import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchWhenDone } from '../testing/batch-when-done.ts';
import { offerDraft } from '../testing/offer-drafts.ts';
import { openShop } from '../testing/test-core.ts';

describe('labels.render', () => {
  let shop: Awaited<ReturnType<typeof openShop>>;
  beforeAll(async () => {
    shop = await openShop();
  });
  afterAll(() => shop.close());

  async function batchOf(count: number, name = 'Spring / cards: 2026') {
    const { offer } = await shop.ok(
      'offers.create',
      { requestId: randomUUID(), draft: offerDraft() },
      shop.session,
    );
    const batch = await shop.ok(
      'batches.create',
      {
        requestId: randomUUID(),
        offerId: offer.id,
        name,
        count,
        format: { kind: 'crockford', length: 10 },
      },
      shop.session,
    );
    return batchWhenDone(shop, batch.id);
  }

  it('gives a PDF with one label for each code', async () => {
    const batch = await batchOf(25);
    const sheet = await shop.ok('labels.render', { batchId: batch.id, template: 'L7160' }, shop.session);
    expect(sheet).toMatchObject({
      fileName: 'Spring-cards-2026-L7160.pdf',
      mime: 'application/pdf',
      labels: 25,
      pages: 2,
    });
    const pdf = Buffer.from(sheet.base64, 'base64').toString('latin1');
    expect(pdf.slice(0, 5)).toBe('%PDF-');
    expect(pdf.trimEnd().endsWith('%%EOF')).toBe(true);
  });

  it('reads batches that are longer than one read', async () => {
    const batch = await batchOf(1_001, '***');
    const sheet = await shop.ok('labels.render', { batchId: batch.id, template: 'L4732' }, shop.session);
    expect(sheet).toMatchObject({ fileName: 'labels-L4732.pdf', labels: 1_001, pages: 13 });
  });

  it('lets other calls through while it draws', async () => {
    const batch = await batchOf(2_000);
    let drawn = false;
    const sheet = shop
      .ok('labels.render', { batchId: batch.id, template: '5160' }, shop.session)
      .finally(() => {
        drawn = true;
      });
    await new Promise((resolve) => setImmediate(resolve));
    await shop.ok('app.status', {});
    expect(drawn).toBe(false);
    expect((await sheet).labels).toBe(2_000);
  });

  it('refuses an unknown batch, too many labels, and a first label beyond the sheet', async () => {
    const unknown = await shop.call(
      'labels.render',
      { batchId: randomUUID(), template: 'L7160' },
      shop.session,
    );
    expect(unknown).toMatchObject({ ok: false, error: { code: 'not_found' } });

    const large = await batchOf(10_001);
    const tooMany = await shop.call('labels.render', { batchId: large.id, template: 'L7160' }, shop.session);
    expect(tooMany).toMatchObject({
      ok: false,
      error: { code: 'payload_too_large', params: { max: 10_000 } },
    });

    const small = await batchOf(1);
    const beyond = await shop.call(
      'labels.render',
      { batchId: small.id, template: '5163', startAt: 11 },
      shop.session,
    );
    expect(beyond).toMatchObject({
      ok: false,
      error: { code: 'invalid_input', path: 'startAt', params: { max: 10 } },
    });
  });

  it('is for managers', async () => {
    const answer = await shop.call('labels.render', { batchId: randomUUID(), template: 'L7160' });
    expect(answer).toMatchObject({ ok: false, error: { code: 'not_signed_in' } });
  });
});

describe('voucher cards', () => {
  it('keep the look of the shop, take a logo that is one, and go to the print dialog', async () => {
    const shop = await openShop();
    const { offer } = await shop.ok(
      'offers.create',
      { requestId: randomUUID(), draft: offerDraft() },
      shop.session,
    );
    const format = { kind: 'crockford', length: 10 } as const;
    const request = { requestId: randomUUID(), offerId: offer.id, name: 'Cards', count: 12, format };
    const batch = await shop.ok('batches.create', request, shop.session);
    const design = { ground: '#102030', accent: '#ffcc00', heading: 'Gift', note: '' };
    await shop.ok('cards.save', { design }, shop.session);
    const setLogo = (bytes: Uint8Array) =>
      shop.call('cards.setLogo', { base64: Buffer.from(bytes).toString('base64') }, shop.session);
    expect(await setLogo(Buffer.from('GIF89a and more'))).toMatchObject({
      ok: false,
      error: { code: 'invalid_input', path: 'base64' },
    });
    expect(await setLogo(Buffer.from(png.subarray(0, 20)))).toMatchObject({ ok: false });
    expect(await setLogo(png)).toMatchObject({ ok: true, value: { design, logo: { mime: 'image/png' } } });

    const pages = await shop.ok(
      'labels.pages',
      { batchId: batch.id, template: 'C32011', card: design },
      shop.session,
    );
    expect(pages).toMatchObject({ labels: 12, isCopy: false, pages: { length: 2 } });
    expect(pages.pages[0]?.logos).toHaveLength(10);
    expect(pages.pages[0]?.lines.map(({ text }) => text)).toContain('Gift');
    const { entries } = await shop.ok('print.log', { batchId: batch.id }, shop.session);
    expect(entries).toMatchObject([{ by: 'Ada', firstSerial: 1, lastSerial: 12, medium: 'C32011' }]);
    const again = await shop.ok(
      'labels.pages',
      { batchId: batch.id, template: 'A6', lastSerial: 1 },
      shop.session,
    );
    expect(again.isCopy).toBe(true);
    expect(again.pages[0]?.lines.some(({ text }) => text.includes('COPY'))).toBe(true);
    const large = await shop.call(
      'labels.pages',
      { batchId: batch.id, template: 'A6', firstSerial: 9, lastSerial: 8 },
      shop.session,
    );
    expect(large).toMatchObject({ ok: false, error: { code: 'invalid_input' } });
    await shop.close();
  });
});

/** One pixel. */
const png = Uint8Array.from(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
    'base64',
  ),
);
