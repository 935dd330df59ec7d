import type { Refusal } from '../shared/contracts/refusal.ts';
import { uuidV7 } from '../shared/kernel/ids.ts';
import type { Result } from '../shared/kernel/result.ts';
import type { Config } from './config.ts';
import type { AskHook } from './hook/validation-hook.ts';
import type { Ports } from './ports.ts';
import type { Db } from './store/db.ts';
import type { Store } from './store/open.ts';

/** What every use case of the centre works with. */
export type Centre = {
  readonly db: Db;
  readonly store: Store;
  readonly config: Config;
  readonly ports: Ports;
  /** A rule of the integrator that is asked before a coupon is applied. */
  readonly hook?: AskHook | undefined;
};

export type Outcome<T> = Result<T, Refusal>;

const UUID_RANDOM_BYTES = 10;

export function newId(ports: Ports): string {
  return uuidV7(ports.now(), ports.randomBytes(UUID_RANDOM_BYTES));
}
