import { z } from 'zod';
import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import type { Basket } from '../../shared/engine/types.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';

/** What a rule of the integrator is asked, before a coupon is applied. */
export type HookQuestion = {
  readonly action: 'validate' | 'reserve' | 'redeem';
  /** Every coupon that is to be applied to the basket. */
  readonly coupons: readonly {
    readonly coupon_id: string | null;
    readonly offer_id: string;
    readonly offer_version: number;
    /** Absent where no basket was named. */
    readonly discount_minor?: number;
  }[];
  readonly currency: string;
  readonly channel: string;
  readonly location_id: string | null;
  readonly basket_id: string | null;
  readonly basket: Basket | null;
  /** The pseudonym by which redemptions name the customer. */
  readonly customer: string | null;
  readonly attributes: Readonly<Record<string, string>>;
};

const MAX_MESSAGE = 200;

/** Answers with more than this are cut off and count as none. */
export const hookAnswerSchema = z.object({
  allow: z.boolean(),
  /** Why not, for the person at the counter or in the shop. */
  message: z.string().trim().min(1).max(MAX_MESSAGE).optional(),
});
export type HookAnswer = z.output<typeof hookAnswerSchema>;

/**
 * The extension point in the process: given as `Centre.hook` by whoever composes the centre, or by the file of
 * `validation_hook_module`. It throws, or answers late, like a callback that does not answer.
 */
export type ValidationHook = (question: HookQuestion, signal: AbortSignal) => Promise<HookAnswer>;

export type AskHook = (question: HookQuestion) => Promise<Result<void, Refusal>>;

/** After so many failures in a row nobody waits for the hook for a while; then one question tries it again. */
const FAILURES_TO_OPEN = 5;
const OPEN_MS = 30_000;

/**
 * Asks a hook with a time limit and a circuit breaker. It must be called outside of a transaction: a hook that takes
 * its time must not keep rows locked.
 */
export function createAskHook(
  hook: ValidationHook,
  options: {
    readonly timeoutMs: number;
    readonly whenSilent: 'allow' | 'refuse';
    readonly now: () => number;
    readonly onSilence?: (fault: string) => void;
  },
): AskHook {
  let failures = 0;
  let closedUntil = 0;
  const silence = (fault: string): Result<void, Refusal> => {
    options.onSilence?.(fault);
    return options.whenSilent === 'allow' ? ok(undefined) : err(refusal('hook_unavailable'));
  };
  return async (question) => {
    const isOpen = failures >= FAILURES_TO_OPEN;
    if (isOpen && options.now() < closedUntil) return silence('not asked: it did not answer before');
    // Only this question tries; the others go on without the hook meanwhile.
    if (isOpen) closedUntil = options.now() + OPEN_MS;
    try {
      const answer = hookAnswerSchema.parse(await inTime(hook, question, options.timeoutMs));
      failures = 0;
      return answer.allow ? ok(undefined) : err(refusedBy(answer));
    } catch (error) {
      failures += 1;
      closedUntil = options.now() + OPEN_MS;
      return silence(error instanceof Error ? error.message : String(error));
    }
  };
}

function refusedBy({ message }: HookAnswer): Refusal {
  return refusal('hook_refused', message === undefined ? {} : { message });
}

async function inTime(hook: ValidationHook, question: HookQuestion, timeoutMs: number): Promise<HookAnswer> {
  const signal = AbortSignal.timeout(timeoutMs);
  return Promise.race([
    hook(question, signal),
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error(`no answer within ${timeoutMs} ms`)), {
        once: true,
      });
    }),
  ]);
}
