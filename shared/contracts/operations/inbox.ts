import { z } from 'zod';
import { idSchema } from '../common.ts';
import { decisionFields, incidentSchema } from '../incident.ts';
import { operation } from '../operation.ts';

/**
 * The reconciliation inbox of a location: what the centre found and a person must decide. `inbox.list` for the list and
 * the number on its door, `inbox.get` for one with what this ledger knows of it, `inbox.resolve` for the decision.
 * Clock faults and suspended rights of this very machine are answered where `app.status` shows them.
 */
export const MAX_INBOX_ROWS = 200;

export const inboxOperations = {
  'inbox.list': operation({
    summary: 'What needs a decision, newest first, or what was decided.',
    role: 'manager',
    input: z.strictObject({
      status: z.enum(['open', 'resolved']).default('open'),
      cursor: z.string().max(80).optional(),
      limit: z.int().min(1).max(MAX_INBOX_ROWS).default(50),
    }),
    output: z.object({
      incidents: z.array(incidentSchema),
      openCount: z.int(),
      nextCursor: z.string().optional(),
    }),
    errors: [],
  }),
  'inbox.get': operation({
    summary: 'One incident, with the names that this ledger knows.',
    role: 'manager',
    input: z.strictObject({ incidentId: idSchema }),
    output: z.object({
      incident: incidentSchema,
      /** As printed. */
      code: z.string().optional(),
      offerName: z.string().optional(),
      /** Of the quarantined event, where it is one of this ledger: as it was written. */
      event: z.string().optional(),
      /** Decided here, and on its way to the centre. */
      waiting: z.boolean(),
    }),
    errors: ['not_found'],
  }),
  'inbox.resolve': operation({
    summary: 'Decides; on record in the ledger, and at the centre with the next sync.',
    role: 'manager',
    input: z.strictObject({ incidentId: idSchema, ...decisionFields }),
    output: incidentSchema,
    errors: ['not_found', 'conflict', 'invalid_input'],
  }),
};
