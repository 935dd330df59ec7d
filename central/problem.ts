import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { type ErrorCode, errorCodes } from '../shared/contracts/error-codes.ts';
import { type Refusal, refusal, refusalParamsSchema } from '../shared/contracts/refusal.ts';

/** RFC 9457 problem details. `code` is the registry's; `type` is stable and names the code too. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
  params: refusalParamsSchema.optional(),
  /** For `invalid_input`: every field that does not fit. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.output<typeof problemSchema>;

export const PROBLEM_TYPE = 'application/problem+json';

/** Carries a refusal out of a handler; the error handler of the server turns it into a problem document. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly refusal: Refusal;
  readonly detail: string | undefined;
  /** Instead of the registry's, where a contract fixes another. */
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;
  constructor(why: Refusal, options: { detail?: string; status?: number; retryAfterSeconds?: number } = {}) {
    super(why.code);
    this.refusal = why;
    this.detail = options.detail;
    this.status = options.status;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

export function refuse(code: ErrorCode, params: Refusal['params'] = {}, detail?: string): RefusedError {
  return new RefusedError(refusal(code, params), detail === undefined ? {} : { detail });
}

export function problemOf(
  why: Refusal,
  detail?: string,
  status: number = errorCodes[why.code].status,
): Problem {
  return {
    type: `urn:counterfoil:error:${why.code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    ...(detail === undefined ? {} : { detail }),
    code: why.code,
    ...(Object.keys(why.params).length === 0 ? {} : { params: why.params }),
    ...(why.path === undefined
      ? {}
      : { errors: [{ path: why.path, message: String(why.params.why ?? '') }] }),
  };
}
