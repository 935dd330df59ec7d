import { describe, expect, it } from 'vitest';
import { guessability } from './guessability.ts';

describe('guessability', () => {
  it('counts the random symbols only, less what the batch size gives away', () => {
    const made = guessability({ kind: 'crockford', length: 10 }, 2 ** 20);
    expect(made.bits).toBe(30);
    expect(made.chancePerGuess).toBe(2 ** -30);
    expect(made.rating).toBe('fair');
  });

  it('calls a hundred default codes strong', () => {
    expect(guessability({ kind: 'crockford', length: 10 }, 100).rating).toBe('strong');
  });

  it('calls classic codes weak in any number worth printing', () => {
    expect(guessability({ kind: 'classic' }, 100)).toMatchObject({ space: 2_300_000, rating: 'weak' });
  });

  it('never says more than certainty', () => {
    expect(guessability({ kind: 'classic' }, 5_000_000)).toMatchObject({ chancePerGuess: 1, bits: 0 });
  });

  it('estimates collisions by the birthday rule', () => {
    expect(guessability({ kind: 'classic' }, 2_301).expectedCollisions).toBeCloseTo(1.15, 2);
  });
});
