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
