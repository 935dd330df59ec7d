import { z } from 'zod';
import { instantSchema, pinSchema } from '../common.ts';
import { operation } from '../operation.ts';

/** Shorter ones are guessed by whoever holds a copy of the key file: nothing slows them down but scrypt. */
export const MIN_PASSPHRASE_CHARS = 10;
export const MAX_PASSPHRASE_CHARS = 256;

const passphraseSchema = z.string().min(MIN_PASSPHRASE_CHARS).max(MAX_PASSPHRASE_CHARS);
/** As it was typed: whether it is right is not judged by its form. */
const enteredPassphraseSchema = z.string().max(MAX_PASSPHRASE_CHARS);

const keyStatusSchema = z.object({
  /** `sealed_file`: a key file that a passphrase wraps. */
  custody: z.enum(['keychain', 'file', 'sealed_file']),
  /** The key file. */
  place: z.string().optional(),
  /** Absent: the ledger has had the same key all its life. */
  changedAt: instantSchema.optional(),
  /** Earlier keys that are kept, because older backups need them. */
  retiredKeys: z.int(),
});

const hubOnly = 'It is done at the till that holds the ledger, never at a lane.';

export const keyOperations = {
  'keys.status': operation({
    summary: 'Where the key of the ledger is kept, and since when it is this one.',
    role: 'admin',
    input: z.strictObject({}),
    output: keyStatusSchema,
    errors: ['key_unavailable'],
  }),
  'keys.rotate': operation({
    summary: `Puts the whole ledger under a new key and makes a backup under it. Redemptions wait meanwhile. ${hubOnly}`,
    role: 'admin',
    input: z.strictObject({ pin: pinSchema }),
    output: keyStatusSchema,
    errors: ['wrong_pin', 'throttled', 'key_unavailable', 'busy', 'forbidden'],
  }),
  'keys.setPassphrase': operation({
    summary: `Wraps the key file in a passphrase, in another one, or in none (\`next\` absent). ${hubOnly}`,
    role: 'admin',
    input: z.strictObject({
      pin: pinSchema,
      current: enteredPassphraseSchema.optional(),
      next: passphraseSchema.optional(),
    }),
    output: keyStatusSchema,
    errors: ['wrong_pin', 'throttled', 'passphrase_wrong', 'key_unavailable', 'forbidden'],
  }),
  'keys.unlock': operation({
    summary: 'Opens the ledger of a till that was started without the passphrase of its key file.',
    role: 'anyone',
    input: z.strictObject({ passphrase: enteredPassphraseSchema }),
    output: z.object({}),
    errors: ['passphrase_wrong', 'key_unavailable', 'busy'],
  }),
};
