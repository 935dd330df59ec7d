import { describe, expect, it } from 'vitest';
import { basket, decideOn, line, refusalOf } from '../../../test/fixtures/engine.ts';

const on = basket([line('a', 100, 2), line('b', 100, 3, { tags: ['new'] })]);

describe('min_quantity', () => {
  it('counts units over the basket', () => {
    expect(decideOn({ type: 'min_quantity', qty: 5 }, { basket: on }).outcome).toBe('accepted');
    expect(refusalOf(decideOn({ type: 'min_quantity', qty: 6 }, { basket: on }))).toEqual({
      code: 'min_quantity',
      nextStep: 'add_units',
      params: { required: 6, actual: 5, missing: 1 },
    });
  });

  it('wants the units on one line where it says so', () => {
    expect(decideOn({ type: 'min_quantity', qty: 3, onOneLine: true }, { basket: on }).outcome).toBe(
      'accepted',
    );
    expect(
      refusalOf(decideOn({ type: 'min_quantity', qty: 4, onOneLine: true }, { basket: on }))?.params,
    ).toEqual({
      required: 4,
      actual: 3,
      missing: 1,
    });
  });

  it('counts the selected goods only', () => {
    const select = { include: { tags: ['new'] } };
    expect(decideOn({ type: 'min_quantity', qty: 4, select }, { basket: on }).outcome).toBe('refused');
  });
});
