import { z } from 'zod';
import { instantSchema } from '../common.ts';
import { operation } from '../operation.ts';
import { refusalSchema } from '../refusal.ts';

/** When a location syncs by itself. */
export const syncScheduleSchema = z.strictObject({
  /** By the location's clock, at a minute of that hour which is the ledger's own; `null`: no nightly sync. */
  nightlyHour: z.int().min(0).max(23).nullable(),
  /** Also a moment after each change and while nothing happens; false: at night, and when somebody asks. */
  always: z.boolean(),
});
export type SyncSchedule = z.output<typeof syncScheduleSchema>;

export const syncStatusSchema = z.object({
  mode: z.enum(['standalone', 'enrolled']),
  centreUrl: z.string().optional(),
  /** The last attempt reached the centre. Undefined before the first attempt. */
  online: z.boolean().optional(),
  running: z.boolean(),
  /** Events not yet acknowledged by the centre. */
  queue: z.object({ count: z.int(), oldestAt: instantSchema.optional() }),
  /** Of the round that runs: events that the centre has taken, and changes that this ledger has. */
  progress: z.object({ sent: z.int(), received: z.int() }).optional(),
  lastSyncAt: instantSchema.optional(),
  lastError: refusalSchema.optional(),
  /** Of a ledger that belongs to a centre; `lastNightlyAt`: the last nightly sync that ended well. */
  schedule: syncScheduleSchema.extend({ lastNightlyAt: instantSchema.optional() }).optional(),
});
export type SyncStatus = z.output<typeof syncStatusSchema>;

export const syncOperations = {
  'sync.status': operation({
    summary: 'Whether the centre is reached, and what waits to be sent.',
    role: 'anyone',
    input: z.strictObject({}),
    output: syncStatusSchema,
    errors: [],
  }),
  'sync.now': operation({
    summary: 'Pushes and pulls at once.',
    role: 'cashier',
    input: z.strictObject({}),
    output: syncStatusSchema,
    errors: ['not_enrolled', 'centre_unreachable', 'centre_refused', 'incompatible_version'],
  }),
  'sync.setSchedule': operation({
    summary: 'When this location syncs by itself.',
    role: 'manager',
    input: syncScheduleSchema,
    output: syncStatusSchema,
    errors: ['not_enrolled'],
  }),
  'sync.enrol': operation({
    summary: 'Joins this location to a centre with a one-time enrolment code.',
    role: 'admin',
    input: z.strictObject({
      centreUrl: z.url({ protocol: /^https?$/ }),
      enrolmentCode: z.string().trim().min(8).max(64),
    }),
    output: syncStatusSchema,
    errors: [
      'demo_cannot_enrol',
      'already_enrolled',
      'enrolment_code_invalid',
      'centre_unreachable',
      'centre_refused',
    ],
  }),
};
