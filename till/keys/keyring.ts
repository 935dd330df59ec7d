import { ok, type Result } from '../../shared/kernel/result.ts';

/** Older ones are forgotten, and with them the backups that only they open: years of changing the key every month. */
export const MAX_RETIRED_KEYS = 48;

type Ring = {
  readonly ledger?: string | undefined;
  readonly next?: string | undefined;
  readonly retired?: string[] | undefined;
};

/** The keys after `next` became the ledger's; undefined where there is no next one. */
export function promoted<K extends Ring>(keys: K): Result<K, never> | undefined {
  const { ledger, next, ...others } = keys;
  if (next === undefined) return undefined;
  const retired = [...(ledger === undefined ? [] : [ledger]), ...(keys.retired ?? [])];
  // What is left out is `next`, which is optional in every ring.
  return ok({ ...others, ledger: next, retired: retired.slice(0, MAX_RETIRED_KEYS) } as unknown as K);
}
