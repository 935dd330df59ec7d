import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { idSchema, MAX_PAGE_ROWS } from '../shared/contracts/common.ts';
import type { Outcome } from './centre.ts';
import { type PageKey, readCursor } from './paging.ts';
import { PROBLEM_TYPE, problemSchema, RefusedError, refuse } from './problem.ts';

/** Where a file of routes puts its routes: typed by their zod schemas. */
export type Routes = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** Every refusal has the same form; the statuses that a caller should expect are listed at the route. */
export function problems(...statuses: number[]) {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: 'Refused', content: { [PROBLEM_TYPE]: { schema: problemSchema } } },
    ]),
  );
}

export const byKey = [{ key: [] }];

export const idParams = z.object({ id: idSchema });

const DEFAULT_PAGE_ROWS = 50;

export const pageQuery = {
  cursor: z.string().max(400).optional(),
  limit: z.coerce.number().pipe(z.int().min(1).max(MAX_PAGE_ROWS)).default(DEFAULT_PAGE_ROWS),
};

export function pageOf(query: { cursor?: string | undefined; limit: number }): {
  after?: PageKey;
  limit: number;
} {
  if (query.cursor === undefined) return { limit: query.limit };
  const after = readCursor(query.cursor);
  if (after === undefined) throw refuse('invalid_input', { why: 'not a cursor of this list' });
  return { after, limit: query.limit };
}

/** The value of an outcome, or its refusal as a problem document. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new RefusedError(outcome.error);
}

/** `If-Match: "3"` names the version that the caller saw. */
export function expectedVersion(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const match = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header.trim());
  if (match === null) throw refuse('invalid_input', { why: 'If-Match holds a version' });
  return Number(match[1]);
}

export function instantText(at: number): string {
  return new Date(at).toISOString();
}
