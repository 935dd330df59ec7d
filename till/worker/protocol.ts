import type { Answer } from '../../shared/contracts/operation.ts';
import type { Push } from '../../shared/contracts/pushes.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import type { Caller } from '../core.ts';

/** Between a host's main thread and the worker thread that holds core and store. Both ends ship together. */
export type ToCore =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly name: string;
      readonly input: unknown;
      readonly caller: Caller;
    }
  | { readonly kind: 'close' };

export type FromCore =
  | { readonly kind: 'ready' }
  /** The core could not start; nothing follows. */
  | { readonly kind: 'failed'; readonly refusal: Refusal }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer<unknown> }
  | { readonly kind: 'push'; readonly push: Push }
  | { readonly kind: 'closed' };
