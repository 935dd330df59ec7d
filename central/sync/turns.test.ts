import { expect, it } from 'vitest';
import { createTurns } from './turns.ts';

it('lets so many run at once, and the rest in their order', async () => {
  const inTurn = createTurns(2, 10_000);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const all = [0, 1, 2, 3].map((n) =>
    inTurn(async () => {
      begun.push(n);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (n === 0) throw new Error('it failed');
    }),
  );
  const outcomes = Promise.allSettled(all);
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toEqual([0, 1]);
  for (let n = 0; n < 4; n++) {
    await new Promise((resolve) => setImmediate(resolve));
    ends[n]?.();
  }
  expect((await outcomes).map(({ status }) => status)).toEqual([
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
  expect(begun).toEqual([0, 1, 2, 3]);
});

it('sends away whose turn does not come in time, and nobody behind him', async () => {
  const inTurn = createTurns(1, 20);
  let end = () => {};
  const first = inTurn(() => new Promise<void>((resolve) => (end = resolve)));
  await expect(inTurn(async () => 'second')).rejects.toMatchObject({ refusal: { code: 'busy' } });
  end();
  await first;
  expect(await inTurn(async () => 'third')).toBe('third');
});
