import { beforeEach, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../shared/contracts/error-codes.ts';
import type { Answer } from '../../shared/contracts/operation.ts';
import type { CheckResult } from '../../shared/contracts/operations/redemption.ts';
import { createClient } from '../api/client.ts';
import { advanceRedeem } from './advance.ts';
import { useRedeem } from './redeem-store.ts';

type Call = { readonly name: string; readonly input: Record<string, unknown> };

/** A core that answers from a script; the real one is behind the same door in the end-to-end tests. */
function coreThat(judge: (code: string) => 'accepted' | 'min_spend' | 'code_unknown' | 'manager_required') {
  const calls: Call[] = [];
  const held: (() => void)[] = [];
  let holds = false;
  let refused: ErrorCode | undefined;
  const client = createClient({
    host: 'web',
    listen: () => () => undefined,
    saveFile: async () => ({ ok: true, value: { saved: true } }),
    async call(name, input): Promise<Answer<unknown>> {
      calls.push({ name, input: input as Record<string, unknown> });
      if (holds) await new Promise<void>((resolve) => held.push(resolve));
      if (refused !== undefined) {
        const error = { code: refused, params: {} };
        refused = undefined;
        return { ok: false, error };
      }
      if (name === 'redemption.check') {
        const automatic = [{ offerId: 'a', offerVersion: 1, offerName: 'A', discountMinor: 100 }];
        const value = checked(input as never, judge);
        return { ok: true, value: core.automatic ? { ...value, automatic } : value };
      }
      if (name === 'redemption.confirm')
        return { ok: true, value: { redemptions: [{ id: 'r1' }], payableMinor: 900 } };
      return { ok: true, value: {} };
    },
  });
  const names = () => calls.map((call) => call.name);
  const core = {
    /** An offer applies that needs no code. */
    automatic: false,
    client,
    calls,
    names,
    hold: () => {
      holds = true;
    },
    refuseOnce: (code: ErrorCode) => {
      refused = code;
    },
    letGo: (index: number) => held[index]?.(),
  };
  return core;
}

function checked(input: { basketId: string; codes: string[] }, judge: (code: string) => string): CheckResult {
  return {
    basketId: input.basketId,
    currency: 'EUR',
    subtotalMinor: 1000,
    discountMinor: 100,
    payableMinor: 900,
    lines: [],
    coupons: input.codes.map((entered) => {
      const verdict = judge(entered);
      return verdict === 'accepted'
        ? {
            status: 'accepted',
            entered,
            code: entered,
            offerId: 'o',
            offerVersion: 1,
            offerName: 'O',
            discountMinor: 100,
          }
        : { status: 'refused', entered, refusal: { code: verdict as 'min_spend', params: {} } };
    }),
  };
}

const type = (text: string) => {
  for (const char of text) useRedeem.getState().type(char);
};
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

beforeEach(() => {
  useRedeem.getState().clear();
});

describe('typing', () => {
  it('takes digits as the total until a letter begins a code', () => {
    type('1250');
    expect(useRedeem.getState().totalMinor()).toBe(1250);
    type('SAVE10');
    expect(useRedeem.getState()).toMatchObject({ draft: 'SAVE10', entry: '1250' });
  });

  it('takes back what belonged to a scan', () => {
    type('12');
    type('7K3');
    useRedeem.getState().takeBack(3);
    expect(useRedeem.getState()).toMatchObject({ draft: '', entry: '12' });
  });

  it('adds items, and counts the open one', () => {
    type('500+');
    type('250');
    expect(useRedeem.getState().items).toEqual([{ unitPriceMinor: 500, qty: 1 }]);
    expect(useRedeem.getState().totalMinor()).toBe(750);
  });

  it('rings up an article again on its own line, as often as the digits before it say', () => {
    const tea = { name: 'Tea', sku: 'TEA', unitPriceMinor: 250, category: 'Drinks' };
    const { addArticle } = useRedeem.getState();
    addArticle(tea);
    type('3');
    addArticle(tea);
    expect(useRedeem.getState().items).toEqual([{ unitPriceMinor: 250, qty: 4, article: tea }]);
    expect(useRedeem.getState().entry).toBe('');
    // An amount that is being typed is no number of pieces.
    type('1250');
    addArticle({ ...tea, sku: 'CAKE' });
    expect(useRedeem.getState().totalMinor()).toBe(4 * 250 + 250 + 1_250);
  });
});

describe('no code', () => {
  it('has the offers judged that need none, and confirms what they give', async () => {
    const core = coreThat(() => 'accepted');
    core.automatic = true;
    type('1000');
    advanceRedeem(core.client);
    await settle();
    expect(useRedeem.getState()).toMatchObject({ phase: 'result', codes: [] });
    advanceRedeem(core.client);
    await settle();
    expect(core.names()).toEqual(['redemption.check', 'redemption.confirm']);
    expect(useRedeem.getState().phase).toBe('done');
  });

  it('and no such offer leaves the basket as it was, however often it is asked', async () => {
    const core = coreThat(() => 'accepted');
    type('1000');
    for (let i = 0; i < 3; i++) {
      advanceRedeem(core.client);
      await settle();
    }
    expect(useRedeem.getState()).toMatchObject({ phase: 'entry', result: undefined, entry: '1000' });
  });
});

describe('codes', () => {
  it('waits for the total, then checks, then confirms: each by Enter', async () => {
    const core = coreThat(() => 'accepted');
    await useRedeem.getState().present(core.client, 'SAVE10');
    expect(core.calls).toEqual([]);
    type('1000');
    advanceRedeem(core.client);
    await settle();
    expect(useRedeem.getState().phase).toBe('result');
    advanceRedeem(core.client);
    await settle();
    expect(useRedeem.getState().phase).toBe('done');
    expect(core.names()).toEqual(['redemption.check', 'redemption.confirm']);
    advanceRedeem(core.client);
    expect(useRedeem.getState()).toMatchObject({ phase: 'entry', codes: [], entry: '' });
  });

  it('asks once for a code that is scanned twice, however it is written', async () => {
    const core = coreThat(() => 'accepted');
    type('1000');
    await useRedeem.getState().present(core.client, 'save-10');
    await useRedeem.getState().present(core.client, 'SAVE10');
    expect(core.calls.at(-1)?.input.codes).toEqual(['save-10']);
  });

  it('takes the digits after a failed check as the total of the next customer', async () => {
    const core = coreThat(() => 'accepted');
    for (const digit of ['2', '0', '00']) useRedeem.getState().type(digit);
    useRedeem.getState().setCustomer({ kind: 'phone', value: '12' });
    core.refuseOnce('customer_unreadable');
    await useRedeem.getState().present(core.client, 'SUMMER10');
    expect(useRedeem.getState().fault?.code).toBe('customer_unreadable');
    for (const digit of ['1', '5', '00']) useRedeem.getState().type(digit);
    const { codes, customer, fault, totalMinor } = useRedeem.getState();
    expect({ codes, customer, fault, total: totalMinor() }).toEqual({
      codes: [],
      customer: undefined,
      fault: undefined,
      total: 1_500,
    });
  });

  it('replaces a refused code by the next scan and keeps an accepted one', async () => {
    const core = coreThat((code) => (code === 'GOOD' ? 'accepted' : 'code_unknown'));
    type('1000');
    await useRedeem.getState().present(core.client, 'BAD1');
    await useRedeem.getState().present(core.client, 'GOOD');
    await useRedeem.getState().present(core.client, 'BAD2');
    expect(core.calls.map((call) => call.input.codes)).toEqual([['BAD1'], ['GOOD'], ['GOOD', 'BAD2']]);
  });

  it('asks again after a change of the basket only where that can help', async () => {
    const core = coreThat((code) => (code === 'LOW' ? 'min_spend' : 'code_unknown'));
    type('1000');
    await useRedeem.getState().present(core.client, 'LOW');
    type('0');
    expect(useRedeem.getState().stale).toBe(true);
    await useRedeem.getState().check(core.client);
    expect(core.calls).toHaveLength(2);
    await useRedeem.getState().present(core.client, 'NONE');
    type('0');
    await useRedeem.getState().check(core.client);
    expect(core.calls).toHaveLength(3);
  });

  it('shows only the newest answer', async () => {
    const core = coreThat((code) => (code === 'FIRST' ? 'code_unknown' : 'accepted'));
    core.hold();
    type('1000');
    const first = useRedeem.getState().present(core.client, 'FIRST');
    const second = useRedeem.getState().present(core.client, 'SECOND');
    core.letGo(1);
    await second;
    const shown = useRedeem.getState().result;
    core.letGo(0);
    await first;
    expect(useRedeem.getState().result).toBe(shown);
  });

  it('never confirms a basket that has changed since it was judged', async () => {
    const core = coreThat(() => 'accepted');
    type('1000');
    await useRedeem.getState().present(core.client, 'SAVE10');
    type('0');
    await useRedeem.getState().confirm(core.client);
    expect(core.names()).toEqual(['redemption.check']);
  });

  it('lets go of what was held when the basket is cleared', async () => {
    const core = coreThat(() => 'accepted');
    type('1000');
    await useRedeem.getState().present(core.client, 'SAVE10');
    const { basketId } = useRedeem.getState();
    useRedeem.getState().clear();
    expect(core.calls.at(-1)).toEqual({ name: 'redemption.release', input: { basketId } });
    expect(useRedeem.getState().basketId).not.toBe(basketId);
  });

  it('brings a cleared basket back with its codes, and judges it anew', async () => {
    const core = coreThat(() => 'accepted');
    type('1000');
    await useRedeem.getState().present(core.client, 'SAVE10');
    const { basketId } = useRedeem.getState();
    useRedeem.getState().clear();
    await useRedeem.getState().bringBack(core.client);
    const now = useRedeem.getState();
    expect(now).toMatchObject({ phase: 'result', entry: '1000', codes: ['SAVE10'], lost: undefined });
    expect(core.calls.at(-1)).toMatchObject({ name: 'redemption.check', input: { codes: ['SAVE10'] } });
    // Its uses were let go of under the other name.
    expect(now.basketId).not.toBe(basketId);
  });

  it('brings a removed item back, until somebody goes on', async () => {
    const core = coreThat(() => 'accepted');
    type('500');
    useRedeem.getState().addItem();
    useRedeem.getState().removeItem(0);
    expect(useRedeem.getState().items).toEqual([]);
    await useRedeem.getState().bringBack(core.client);
    expect(useRedeem.getState().items).toHaveLength(1);
    useRedeem.getState().removeItem(0);
    type('7');
    await useRedeem.getState().bringBack(core.client);
    expect(useRedeem.getState().items).toEqual([]);
  });

  it('has nothing to bring back after a sale', async () => {
    const core = coreThat(() => 'accepted');
    type('1000');
    await useRedeem.getState().present(core.client, 'SAVE10');
    await useRedeem.getState().confirm(core.client);
    useRedeem.getState().clear();
    expect(useRedeem.getState().lost).toBeUndefined();
  });

  it('asks again with a manager’s PIN; a wrong one leaves the answer as it was', async () => {
    const core = coreThat(() => 'manager_required');
    type('1000');
    await useRedeem.getState().present(core.client, 'ATRISK');
    const { result } = useRedeem.getState();
    core.refuseOnce('wrong_pin');
    expect(await useRedeem.getState().vouch(core.client, '111111')).toMatchObject({ code: 'wrong_pin' });
    expect(useRedeem.getState()).toMatchObject({ phase: 'result', result, fault: undefined });
    expect(await useRedeem.getState().vouch(core.client, '222222')).toBeUndefined();
    expect(core.calls.at(-1)?.input).toMatchObject({ codes: ['ATRISK'], managerPin: '222222' });
  });

  it('takes one code off the sale and judges the others again', async () => {
    const core = coreThat(() => 'accepted');
    type('1000');
    await useRedeem.getState().present(core.client, 'ONE');
    await useRedeem.getState().present(core.client, 'TWO');
    await useRedeem.getState().removeCode(core.client, 'TWO');
    expect(core.calls.at(-1)).toMatchObject({ name: 'redemption.check', input: { codes: ['ONE'] } });
    expect(useRedeem.getState()).toMatchObject({ phase: 'result', latest: 'ONE' });
  });

  it('keeps the basket when its last code is taken off, and lets go of the use', async () => {
    const core = coreThat(() => 'accepted');
    type('1000');
    await useRedeem.getState().present(core.client, 'ONE');
    const { basketId } = useRedeem.getState();
    await useRedeem.getState().removeCode(core.client, 'ONE');
    expect(core.calls.at(-1)).toEqual({ name: 'redemption.release', input: { basketId } });
    expect(useRedeem.getState()).toMatchObject({
      phase: 'entry',
      codes: [],
      result: undefined,
      entry: '1000',
    });
    expect(useRedeem.getState().basketId).not.toBe(basketId);
  });

  it('keeps the ten codes that it has, and says that the eleventh was left out', async () => {
    const core = coreThat(() => 'accepted');
    for (let i = 1; i <= 10; i++) await useRedeem.getState().present(core.client, `CODE${i}`);
    await useRedeem.getState().present(core.client, 'ELEVENTH');
    expect(useRedeem.getState().codes).toHaveLength(10);
    expect(useRedeem.getState()).toMatchObject({ leftOut: 'ELEVENTH', latest: 'CODE10' });
    await useRedeem.getState().removeCode(core.client, 'CODE3');
    await useRedeem.getState().present(core.client, 'ELEVENTH');
    expect(useRedeem.getState().codes).toContain('ELEVENTH');
    expect(useRedeem.getState().leftOut).toBeUndefined();
  });

  it('begins the next customer’s sale with another code after a failed check, and brings the old one back', async () => {
    const core = coreThat(() => 'accepted');
    type('1000');
    core.refuseOnce('host_unreachable');
    await useRedeem.getState().present(core.client, 'ONE');
    await useRedeem.getState().present(core.client, 'OTHER');
    expect(useRedeem.getState()).toMatchObject({
      phase: 'entry',
      codes: ['OTHER'],
      entry: '',
      fault: undefined,
    });
    await useRedeem.getState().bringBack(core.client);
    expect(useRedeem.getState()).toMatchObject({ phase: 'result', codes: ['ONE'], entry: '1000' });
  });

  it('tries again when the same code is scanned after a failed check', async () => {
    const core = coreThat(() => 'accepted');
    type('1000');
    core.refuseOnce('host_unreachable');
    await useRedeem.getState().present(core.client, 'ONE');
    await useRedeem.getState().present(core.client, 'ONE');
    expect(useRedeem.getState()).toMatchObject({ phase: 'result', codes: ['ONE'], fault: undefined });
  });
});
