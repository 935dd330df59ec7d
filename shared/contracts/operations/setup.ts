import { z } from 'zod';
import {
  currencySchema,
  idSchema,
  instantSchema,
  languageSchema,
  nameSchema,
  pinSchema,
  timeZoneSchema,
} from '../common.ts';
import { operation } from '../operation.ts';

export const operatorRoleSchema = z.enum(['cashier', 'manager', 'admin']);

export const operatorSchema = z.object({ id: idSchema, name: z.string(), role: operatorRoleSchema });

/** Whether prices at the counter have tax in them. */
export const taxModeSchema = z.enum(['inclusive', 'exclusive']);

export const locationSchema = z.object({
  id: idSchema,
  name: z.string(),
  currency: currencySchema,
  timeZone: timeZoneSchema,
  language: languageSchema,
  tillName: z.string(),
  taxMode: taxModeSchema.default('inclusive'),
  demo: z.boolean(),
});

/** What staff must see until a manager has dealt with it; meanwhile nobody redeems, or no limited offer. */
export const faultSchema = z.object({
  /** `clock_set_back`: see `CLOCK_FAULT_MS`. `ledger_unanchored`: an old copy of the ledger was put back. */
  kind: z.enum(['clock_set_back', 'ledger_unanchored']),
  since: instantSchema,
  /** Redemptions wait; otherwise only offers with a total limit do. */
  blocks: z.enum(['everything', 'limited_offers', 'nothing']),
});
export type Fault = z.output<typeof faultSchema>;

export const setupOperations = {
  'app.status': operation({
    summary: 'What the sign-in screen and the status bar need before anybody has signed in.',
    role: 'anyone',
    input: z.strictObject({}),
    output: z.discriminatedUnion('phase', [
      z.object({ phase: z.literal('setup'), version: z.string(), host: z.enum(['electron', 'web']) }),
      /** A passphrase wraps the key of the ledger: `keys.unlock` comes first. */
      z.object({ phase: z.literal('locked'), version: z.string(), host: z.enum(['electron', 'web']) }),
      /** A window that is not attached to a hub yet; `asksForHub` where it must be told which one. */
      z.object({
        phase: z.literal('pairing'),
        version: z.string(),
        host: z.enum(['electron', 'web']),
        asksForHub: z.boolean(),
        hubUrl: z.string().optional(),
      }),
      z.object({
        phase: z.literal('ready'),
        version: z.string(),
        host: z.enum(['electron', 'web']),
        location: locationSchema,
        /** This window is a lane: it keeps nothing, and its hub's ledger is the location's. */
        lane: z.boolean(),
        operators: z.array(operatorSchema),
        faults: z.array(faultSchema),
        /** Only for a demo location: its PINs, which the sign-in screen shows. */
        demoPins: z.array(z.object({ operatorId: idSchema, pin: pinSchema })).optional(),
      }),
    ]),
    errors: [],
  }),
  'setup.create': operation({
    summary: 'First run: makes the ledger of this location and its first admin.',
    role: 'anyone',
    input: z.strictObject({
      locationName: nameSchema,
      tillName: nameSchema.default('Till 1'),
      currency: currencySchema,
      timeZone: timeZoneSchema,
      language: languageSchema,
      adminName: nameSchema,
      adminPin: pinSchema,
    }),
    output: z.object({ location: locationSchema, adminId: idSchema }),
    errors: ['already_set_up', 'pin_too_simple'],
  }),
  'demo.make': operation({
    summary: 'First run: makes a demo location to look around in, until `demo.remove` takes all of it away.',
    role: 'anyone',
    input: z.strictObject({}),
    output: z.object({}),
    errors: ['already_set_up'],
  }),
  'demo.remove': operation({
    summary:
      'Takes the demo location away with everything in it, and asks for a location of its own as on the first run.',
    role: 'admin',
    input: z.strictObject({ pin: pinSchema }),
    output: z.object({}),
    errors: ['forbidden', 'wrong_pin', 'throttled'],
  }),
  'session.signIn': operation({
    summary: 'Starts a session of an operator at this till.',
    role: 'anyone',
    input: z.strictObject({ operatorId: idSchema, pin: pinSchema }),
    output: z.object({ session: z.string(), operator: operatorSchema }),
    errors: ['wrong_pin', 'throttled', 'not_found'],
  }),
  'session.signOut': operation({
    summary: 'Ends the session of the caller.',
    role: 'cashier',
    input: z.strictObject({}),
    output: z.object({}),
    errors: [],
  }),
  'operators.add': operation({
    summary: 'Adds a person who may sign in.',
    role: 'admin',
    input: z.strictObject({ name: nameSchema, role: operatorRoleSchema, pin: pinSchema }),
    output: operatorSchema,
    errors: ['conflict', 'pin_too_simple'],
  }),
  'operators.unlock': operation({
    summary: 'Lets somebody try again at once who entered wrong PINs or codes too often.',
    role: 'manager',
    input: z.strictObject({ operatorId: idSchema }),
    output: z.object({}),
    errors: ['not_found'],
  }),
  'faults.clear': operation({
    summary:
      'A manager answers for a fault, on record: the clock is right as it is, or this ledger is the one.',
    role: 'cashier',
    input: z.strictObject({
      kind: faultSchema.shape.kind,
      /** Needed when the caller is no manager, and always for the ledger. */
      managerPin: z.string().max(12).optional(),
    }),
    output: z.object({ faults: z.array(faultSchema) }),
    errors: ['not_found', 'manager_required', 'wrong_pin', 'throttled', 'forbidden'],
  }),
  'operators.list': operation({
    summary: 'The people who may sign in.',
    role: 'manager',
    input: z.strictObject({}),
    output: z.object({ operators: z.array(operatorSchema) }),
    errors: [],
  }),
};
