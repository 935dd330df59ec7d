import { describe, expect, it } from 'vitest';
import { decideOn, refusalOf } from '../../../test/fixtures/engine.ts';

describe('channels', () => {
  it('holds in one of the named channels', () => {
    const decision = decideOn({ type: 'channels', channels: ['web', 'pos'] });
    expect(decision.outcome).toBe('accepted');
    expect(decision.trace).toContainEqual({
      check: 'channels',
      ok: true,
      facts: { channel: 'pos', allowed: 'web, pos' },
    });
  });

  it('says where it may be used instead', () => {
    expect(refusalOf(decideOn({ type: 'channels', channels: ['web', 'phone'] }))).toEqual({
      code: 'wrong_channel',
      nextStep: 'use_elsewhere',
      params: { channel: 'pos', allowed: 'web, phone' },
    });
  });
});
