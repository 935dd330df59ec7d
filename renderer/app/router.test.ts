import { expect, it } from 'vitest';
import { parseRoute } from './router.ts';

it('reads the screen and its subject', () => {
  expect(parseRoute('#/offers')).toEqual({ screen: 'offers', subject: undefined });
  expect(parseRoute('#/batches/a%2Fb')).toEqual({ screen: 'batches', subject: 'a/b' });
});

it('opens the redeem screen for everything unknown', () => {
  for (const hash of ['', '#', '#/', '#/nonsense/x', '#secret=abc'])
    expect(parseRoute(hash).screen).toBe('redeem');
});
