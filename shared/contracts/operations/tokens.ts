import { z } from 'zod';
import { idSchema, instantSchema, nameSchema } from '../common.ts';
import { operation } from '../operation.ts';

const keysSchema = z.object({
  /** The root key of this ledger and its signed list, to be taken by other tills; absent when nothing was signed here. */
  own: z.string().optional(),
  trusted: z.array(z.object({ name: z.string(), version: z.int(), trustedAt: instantSchema })),
});

export const tokenOperations = {
  'tokens.list': operation({
    summary: 'Keys of signed codes: the own ones, and the roots that are trusted.',
    role: 'manager',
    input: z.strictObject({}),
    output: keysSchema,
    errors: [],
  }),
  'tokens.trust': operation({
    summary: 'Pins the root key of another ledger, or takes its newer list. An older list is refused.',
    role: 'admin',
    input: z.strictObject({ name: nameSchema, text: z.string().min(20).max(20_000) }),
    output: keysSchema,
    errors: ['conflict'],
  }),
  'tokens.revoke': operation({
    summary: 'Revokes the key of a signed batch: none of its tokens is genuine any more.',
    role: 'manager',
    input: z.strictObject({ batchId: idSchema }),
    output: keysSchema,
    errors: ['not_found'],
  }),
};
