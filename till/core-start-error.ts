import type { Refusal } from '../shared/contracts/refusal.ts';

/**
 * Why there is no core: the ledger could not be opened. Nothing was overwritten. In a file of its own, so that a
 * host's main thread knows it without loading core and store, which live in the worker.
 */
export class CoreStartError extends Error {
  override readonly name = 'CoreStartError';
  readonly refusal: Refusal;
  constructor(why: Refusal) {
    super(why.code);
    this.refusal = why;
  }
}
