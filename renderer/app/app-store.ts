import { create } from 'zustand';
import type { OperatorRole } from '../../shared/contracts/operation.ts';
import type { SyncStatus } from '../../shared/contracts/operations/sync.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';

export type AppStatus = OutputOf<'app.status'>;
export type Location = Extract<AppStatus, { phase: 'ready' }>['location'];
export type Operator = { readonly id: string; readonly name: string; readonly role: OperatorRole };

type AppState = {
  readonly status: AppStatus | undefined;
  /** Why the core could not say its status. */
  readonly fault: Refusal | undefined;
  readonly operator: Operator | undefined;
  readonly sync: SyncStatus | undefined;
  /** The core of this machine answers; nothing to do with the network. */
  readonly linked: boolean;
  readonly helpOpen: boolean;
};

export const useApp = create<AppState>(() => ({
  status: undefined,
  fault: undefined,
  operator: undefined,
  sync: undefined,
  linked: true,
  helpOpen: false,
}));

/** The location of every screen behind sign-in. */
export function useLocation(): Location {
  const location = useApp((app) => (app.status?.phase === 'ready' ? app.status.location : undefined));
  if (location === undefined) throw new Error('this screen needs a location');
  return location;
}

export function useOperator(): Operator {
  const operator = useApp((app) => app.operator);
  if (operator === undefined) throw new Error('this screen needs a signed-in operator');
  return operator;
}
