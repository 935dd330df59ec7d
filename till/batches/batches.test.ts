import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalCode } from '../../shared/codes/canonical-code.ts';
import { checkSymbolsFit } from '../../shared/codes/check-symbols.ts';
import type { CodeFormat } from '../../shared/contracts/operations/batches.ts';
import { batchWhenDone } from '../testing/batch-when-done.ts';
import { offerDraft } from '../testing/offer-drafts.ts';
import { openShop } from '../testing/test-core.ts';

describe('batches', () => {
  let shop: Awaited<ReturnType<typeof openShop>>;
  let offerId: string;
  beforeAll(async () => {
    shop = await openShop();
    const { offer } = await shop.ok(
      'offers.create',
      { requestId: randomUUID(), draft: offerDraft() },
      shop.session,
    );
    offerId = offer.id;
  });
  afterAll(() => shop.close());

  async function create(count: number, format: CodeFormat, requestId: string = randomUUID()) {
    const made = await shop.call(
      'batches.create',
      { requestId, offerId, name: 'Cards', count, format },
      shop.session,
    );
    return made.ok ? { ok: true as const, value: await batchWhenDone(shop, made.value.id) } : made;
  }

  async function codesOf(batchId: string): Promise<{ serial: number; code: string }[]> {
    const codes: { serial: number; code: string }[] = [];
    let cursor: string | undefined;
    do {
      const page = await shop.ok(
        'batches.codes',
        { batchId, limit: 200, ...(cursor === undefined ? {} : { cursor }) },
        shop.session,
      );
      codes.push(...page.codes);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return codes;
  }

  it('hold as many different codes as were asked for, under serials that tell nothing about them', async () => {
    const count = 2_300;
    const made = await create(count, { kind: 'crockford', length: 10 });
    if (!made.ok) throw new Error(made.error.code);
    const codes = await codesOf(made.value.id);
    expect(codes.map(({ serial }) => serial)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
    const canonical = codes.map(({ code }) => canonicalCode(code) ?? '');
    expect(new Set(canonical).size).toBe(count);
    expect(canonical.every(checkSymbolsFit)).toBe(true);
    // Of neighbours in serial order, about half are in alphabetical order too.
    const ascending = canonical.filter((code, i) => i > 0 && code > (canonical[i - 1] ?? '')).length;
    expect(ascending / count).toBeGreaterThan(0.4);
    expect(ascending / count).toBeLessThan(0.6);
  });

  it('are made once, however often the call is repeated', async () => {
    const requestId = randomUUID();
    const first = await create(3, { kind: 'uuid' }, requestId);
    const second = await create(3, { kind: 'uuid' }, requestId);
    expect(first.ok && first).toEqual(second);
  });

  it('share no code, also where the space is small', async () => {
    const seen = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const made = await create(5_000, { kind: 'classic' });
      if (!made.ok) throw new Error(made.error.code);
      for (const { code } of await codesOf(made.value.id)) seen.add(code);
    }
    expect(seen.size).toBe(15_000);
  });

  it('are refused when the format has too few codes, with the arithmetic, and when it cannot be read', async () => {
    expect(await create(51, { kind: 'pattern', pattern: 'DAY_%d%d' })).toMatchObject({
      ok: false,
      error: { code: 'conflict', path: 'format', params: { count: 51, space: 100, usable: 50 } },
    });
    expect(await create(1, { kind: 'pattern', pattern: 'DAY_%q' })).toMatchObject({
      ok: false,
      error: { code: 'invalid_input', path: 'format.pattern' },
    });
    expect((await create(50, { kind: 'pattern', pattern: 'DAY_%d%d' })).ok).toBe(true);
  });

  it('redeem any code that they hold', async () => {
    const made = await create(20, { kind: 'crockford', length: 8 });
    if (!made.ok) throw new Error(made.error.code);
    for (const { code } of await codesOf(made.value.id)) {
      const basket = {
        currency: 'EUR',
        taxMode: 'inclusive' as const,
        lines: [{ id: '1', sku: 'mug', qty: 1, unitPriceMinor: 1_000 }],
      };
      const checked = await shop.ok(
        'redemption.check',
        { basketId: randomUUID(), basket, codes: [code.toLowerCase()] },
        shop.session,
      );
      expect(checked.discountMinor).toBe(100);
    }
  });
});
