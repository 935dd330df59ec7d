import { z } from 'zod';
import {
  currencySchema,
  idSchema,
  languageSchema,
  nameSchema,
  pinSchema,
  timeZoneSchema,
} from '../common.ts';
import { operation } from '../operation.ts';

export const operatorRoleSchema = z.enum(['cashier', 'manager', 'admin']);

const operatorSchema = z.object({ id: idSchema, name: z.string(), role: operatorRoleSchema });

export const locationSchema = z.object({
  id: idSchema,
  name: z.string(),
  currency: currencySchema,
  timeZone: timeZoneSchema,
  language: languageSchema,
  tillName: z.string(),
  demo: z.boolean(),
});

export const setupOperations = {
  'app.status': operation({
    summary: 'What the sign-in screen and the status bar need before anybody has signed in.',
    role: 'anyone',
    input: z.strictObject({}),
    output: z.discriminatedUnion('phase', [
      z.object({ phase: z.literal('setup'), version: z.string(), host: z.enum(['electron', 'web']) }),
      z.object({
        phase: z.literal('ready'),
        version: z.string(),
        host: z.enum(['electron', 'web']),
        location: locationSchema,
        operators: z.array(operatorSchema),
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
    errors: ['already_set_up'],
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
    errors: ['conflict'],
  }),
  'operators.list': operation({
    summary: 'The people who may sign in.',
    role: 'manager',
    input: z.strictObject({}),
    output: z.object({ operators: z.array(operatorSchema) }),
    errors: [],
  }),
};
