import { z } from 'zod';
import { idSchema, instantSchema, nameSchema } from '../common.ts';
import { operation } from '../operation.ts';

/** As key lists name them. */
const keyIdSchema = z.string().regex(/^[0-9a-f]{2,16}$/);

const keysSchema = z.object({
  /** The root key of this ledger with its signed list, to be carried to other tills; absent when nothing was signed here. */
  own: z
    .object({
      text: z.string(),
      /** Read out over the telephone, it shows that the right keys arrived. */
      fingerprint: z.string(),
      version: z.int(),
      /** Voided codes that the list names; those beyond its room are missing: revoke their keys instead. */
      voidCodes: z.int(),
      voidCodesLeftOut: z.int(),
    })
    .optional(),
  /** Of signed batches of this ledger, oldest first. */
  keys: z.array(
    z.object({
      keyId: keyIdSchema,
      batchId: idSchema,
      batchName: z.string(),
      madeAt: instantSchema,
      /** `signs`: new prints are signed with it. `verifies`: earlier prints are still genuine. */
      state: z.enum(['signs', 'verifies', 'revoked']),
    }),
  ),
  trusted: z.array(
    z.object({
      name: z.string(),
      fingerprint: z.string(),
      version: z.int(),
      trustedAt: instantSchema,
      keys: z.int(),
      revokedKeys: z.int(),
      voidCodes: z.int(),
    }),
  ),
});

export const MAX_TRUST_CHARACTERS = 80_000;

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
    input: z.strictObject({ name: nameSchema, text: z.string().min(20).max(MAX_TRUST_CHARACTERS) }),
    output: keysSchema,
    errors: ['conflict'],
  }),
  'tokens.rotate': operation({
    summary: 'A new key signs what is printed of a batch from now on. What was printed before stays genuine.',
    role: 'manager',
    input: z.strictObject({ batchId: idSchema }),
    output: keysSchema,
    errors: ['not_found', 'conflict'],
  }),
  'tokens.revoke': operation({
    summary: 'Revokes one key of a signed batch, or all of them: what they signed is genuine no more.',
    role: 'manager',
    input: z.strictObject({ batchId: idSchema, keyId: keyIdSchema.optional() }),
    output: keysSchema,
    errors: ['not_found'],
  }),
};
