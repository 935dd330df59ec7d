import type { OperatorRole } from '../shared/contracts/operation.ts';
import type { OperationName, OutputOf, ParsedInputOf } from '../shared/contracts/operations.ts';
import type { Refusal } from '../shared/contracts/refusal.ts';
import { assert } from '../shared/kernel/assert.ts';
import type { Result } from '../shared/kernel/result.ts';

/** A till or tablet that uses this ledger over the shop's network. */
export type Lane = { readonly id: string; readonly name: string };

/** The person behind a call. */
export type SignedIn = {
  readonly session: string;
  readonly operatorId: string;
  readonly name: string;
  readonly role: OperatorRole;
  /** Where they signed in; absent at the till that holds the ledger. */
  readonly lane?: Lane | undefined;
};

/** What a handler knows about one call. `by` is present whenever the operation's role is not `anyone`. */
export type Call = { readonly by: SignedIn | undefined; readonly lane?: Lane | undefined };

export type Outcome<T> = Result<T, Refusal>;

export type Handler<N extends OperationName> = (
  call: Call,
  input: ParsedInputOf<N>,
) => Outcome<OutputOf<N>> | Promise<Outcome<OutputOf<N>>>;

export type Handlers = { readonly [N in OperationName]?: Handler<N> };

/** A room of the core: the operations it answers, and its life in the background. */
export type Feature = {
  readonly handlers: Handlers;
  /** Called once, when the core is ready to be called. */
  start?(): void;
  stop?(): void | Promise<void>;
};

/** The operator of a call whose role was checked before the handler ran. */
export function signedIn(call: Call): SignedIn {
  assert(call.by, 'the operation needs a role, so the caller is signed in');
  return call.by;
}
