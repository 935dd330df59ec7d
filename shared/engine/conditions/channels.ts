import type { Condition } from '../offer.ts';
import { type ConditionKind, fails, holds } from './condition.ts';

/** Redeemed where the offer is meant to be: at the counter, in the web shop, by phone. */
export const channels: ConditionKind<Extract<Condition, { type: 'channels' }>> = (
  condition,
  _prepared,
  context,
) => {
  const { channel } = context.facts;
  const facts = { channel, allowed: condition.channels.join(', ') };
  if (condition.channels.includes(channel)) return holds('channels', facts);
  return fails('channels', 'wrong_channel', 'use_elsewhere', facts);
};
