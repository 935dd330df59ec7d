import { z } from 'zod';
import { type ErrorCode, errorCodes } from './error-codes.ts';

const codes = Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]];

/** Values for the sentence of a refusal: amounts in minor units, instants in UTC milliseconds, names. */
export const refusalParamsSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/**
 * Why something was refused. The reader's language catalogue holds a sentence `errors.<code>.text` and a next step
 * `errors.<code>.next`; both take `params`.
 */
export const refusalSchema = z.object({
  code: z.enum(codes),
  params: refusalParamsSchema.default({}),
  /** For `invalid_input`: the path of the field, e.g. `basket.lines.0.quantity`. */
  path: z.string().optional(),
});

export type Refusal = z.output<typeof refusalSchema>;

export function refusal(code: ErrorCode, params: Refusal['params'] = {}, path?: string): Refusal {
  return path === undefined ? { code, params } : { code, params, path };
}
