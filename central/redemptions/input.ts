import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { basketSchema } from '../../shared/contracts/basket.ts';
import { channelSchema, idSchema } from '../../shared/contracts/common.ts';
import { type Centre, newId } from '../centre.ts';
import { refuse } from '../problem.ts';
import { type CustomerNames, readCustomer } from './customer.ts';
import type { Circumstances } from './gather-facts.ts';

const name = z.string().trim().min(1).max(200).optional();

/** The first that is given names the customer. */
export const customerFields = { user_id: name, loyalty: name, email: name, phone: name };

/** Where, for whom and on what codes are judged. */
export const basketFields = {
  /** The caller's order or basket. */
  basket_id: z.string().min(1).max(100),
  basket: basketSchema,
  channel: channelSchema.default('web'),
  location_id: idSchema.optional(),
  ...customerFields,
  segments: z.array(z.string().min(1).max(200)).max(100).optional(),
  /** Completed purchases of the customer before this one. */
  purchases: z.int().min(0).optional(),
  attributes: z.record(z.string().max(100), z.string().max(200)).optional(),
};

type Named = {
  readonly user_id?: string | undefined;
  readonly loyalty?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
};

export function namesOf(input: Named): CustomerNames {
  return { userId: input.user_id, loyalty: input.loyalty, email: input.email, phone: input.phone };
}

type CircumstanceInput = Named & {
  readonly channel: string;
  readonly location_id?: string | undefined;
  readonly segments?: readonly string[] | undefined;
  readonly purchases?: number | undefined;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
};

export function circumstancesOf(centre: Centre, input: CircumstanceInput): Circumstances {
  return {
    channel: input.channel,
    locationId: input.location_id,
    customer: readCustomer(namesOf(input), centre.store.customerKey),
    segments: input.segments,
    purchases: input.purchases,
    attributes: input.attributes,
  };
}

const MAX_KEY_LENGTH = 200;

/** Without a key of the caller the id is new, and nobody needs to look whether it was used before. */
export function mayBeRetry(request: FastifyRequest): boolean {
  return request.headers['idempotency-key'] !== undefined;
}

/** The id of what is made follows from the caller and its `Idempotency-Key`: a retry finds it. */
export function requestId(centre: Centre, request: FastifyRequest): string {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return newId(centre.ports);
  if (typeof key !== 'string' || key.length === 0 || key.length > MAX_KEY_LENGTH)
    throw refuse('invalid_input', { why: 'Idempotency-Key has 1 to 200 characters' });
  const hash = createHash('sha256')
    .update(`${request.caller?.id ?? ''}\n${request.url}\n${key}`)
    .digest();
  // A UUID of version 8 (RFC 9562 §5.8): its bits are ours to choose.
  const bytes = hash.subarray(0, 16);
  bytes[6] = 0x80 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
