import type { z } from 'zod';
import type { ErrorCode } from './error-codes.ts';
import type { Refusal } from './refusal.ts';

/** Who may call. Each role may do what the ones before it may; `anyone` needs no session. */
export const roles = ['anyone', 'cashier', 'manager', 'admin'] as const;
type PersonRole = (typeof roles)[number];
/** `host`: not for people; only the program around the core may call it, and no window or network reaches it. */
export type Role = PersonRole | 'host';
export type OperatorRole = Exclude<PersonRole, 'anyone'>;

export function roleMay(held: OperatorRole, needed: PersonRole): boolean {
  return roles.indexOf(held) >= roles.indexOf(needed);
}

/** One operation of the core, declared once and served over IPC, the web host's HTTP and, where it exists, REST. */
export type Operation<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> = {
  readonly input: I;
  readonly output: O;
  readonly role: Role;
  /** Refusals that a caller should expect, besides bad input, a missing session or role, and faults of the storage. */
  readonly errors: readonly ErrorCode[];
  readonly summary: string;
};

export function operation<I extends z.ZodType, O extends z.ZodType>(
  definition: Operation<I, O>,
): Operation<I, O> {
  return definition;
}

/** What a transport carries back. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Refusal };
