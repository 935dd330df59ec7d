import type { Applied } from './apply.ts';
import type { Verdict } from './conditions/condition.ts';
import type { Candidate } from './eligibility.ts';
import type { Search } from './types.ts';

/** What a way of combining came to. */
export type Settled = {
  readonly applied: Applied;
  /** Why a candidate could not join, where that is known. */
  readonly reasons: ReadonlyMap<Candidate, Verdict>;
  readonly search: Search;
};
