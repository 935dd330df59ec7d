import { fails, holds } from '../conditions/condition.ts';
import type { Check } from './check.ts';

/** Live, neither paused nor archived. */
export const status: Check = ({ prepared }) => {
  const facts = { status: prepared.offer.status };
  switch (prepared.offer.status) {
    case 'active':
      return holds('status', facts);
    case 'paused':
      return fails('status', 'paused', 'ask_manager', facts);
    case 'archived':
      return fails('status', 'archived', 'none', facts);
  }
};
