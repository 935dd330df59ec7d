import { z } from 'zod';
import { idSchema, instantSchema, nameSchema } from '../common.ts';
import { operation } from '../operation.ts';

/** Ports below are the system's. */
const MIN_PORT = 1_024;
const MAX_PORT = 65_535;
export const DEFAULT_HUB_PORT = 4_812;

const portSchema = z.int().min(MIN_PORT).max(MAX_PORT);
/** Of a device on the shop's network; lower case, as certificates and browsers write them. */
const networkNameSchema = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[0-9a-z.:-]+$/);

/** A till or tablet that was attached to this hub. */
const laneSchema = z.object({
  id: idSchema,
  /** Its till's name, on every redemption made there. */
  name: z.string(),
  pairedAt: instantSchema,
  /** Since the hub started; absent where it has not asked for anything yet. */
  lastSeenAt: instantSchema.optional(),
});

const hubStatusSchema = z.object({
  /** Only the web host can be a hub. */
  available: z.boolean(),
  enabled: z.boolean(),
  port: portSchema,
  listening: z.discriminatedUnion('state', [
    z.object({ state: z.literal('off') }),
    z.object({ state: z.literal('on') }),
    z.object({ state: z.literal('failed'), why: z.enum(['port_in_use', 'not_allowed', 'unknown']) }),
  ]),
  /** Where lanes find this hub, best first; empty while it does not listen. */
  urls: z.array(z.string()),
  lanes: z.array(laneSchema),
});
export type HubStatus = z.output<typeof hubStatusSchema>;

export const laneOperations = {
  'hub.status': operation({
    summary: 'Whether other tills may attach to this one, and which are.',
    role: 'manager',
    input: z.strictObject({}),
    output: hubStatusSchema,
    errors: [],
  }),
  'hub.configure': operation({
    summary: "Opens this ledger to tills on the shop's network, or closes it.",
    role: 'admin',
    input: z.strictObject({ enabled: z.boolean(), port: portSchema.default(DEFAULT_HUB_PORT) }),
    output: hubStatusSchema,
    errors: ['web_host_only'],
  }),
  'lanes.invite': operation({
    summary:
      'A code with which one till may attach itself within ten minutes. A new one replaces the one before.',
    role: 'manager',
    input: z.strictObject({}),
    output: z.object({ code: z.string(), expiresAt: instantSchema, urls: z.array(z.string()) }),
    errors: ['hub_closed'],
  }),
  'lanes.revoke': operation({
    summary: 'Detaches a till: whoever is signed in there is signed out at once.',
    role: 'manager',
    input: z.strictObject({ laneId: idSchema }),
    output: z.object({}),
    errors: ['not_found'],
  }),
  'lane.pair': operation({
    summary: 'Attaches this window, or this program started with --lane, to the hub that showed the code.',
    role: 'anyone',
    input: z.strictObject({
      code: z.string().trim().min(1).max(40),
      tillName: nameSchema,
      /** Of the hub; a window that the hub itself serves leaves it out. */
      hubUrl: z.string().trim().max(300).optional(),
    }),
    output: z.object({ tillName: z.string() }),
    errors: ['pairing_code_invalid', 'conflict', 'hub_unreachable', 'hub_not_genuine'],
  }),

  'hub.listener': operation({
    summary: "What the host needs to open the hub's door: nothing while it is closed.",
    role: 'host',
    input: z.strictObject({
      addresses: z.array(networkNameSchema).max(64),
      hostName: networkNameSchema.optional(),
    }),
    output: z.object({
      door: z
        .object({
          port: portSchema,
          names: z.array(z.string()),
          keyPem: z.string(),
          certificatePem: z.string(),
          authorityPem: z.string(),
        })
        .optional(),
    }),
    errors: [],
  }),
  'hub.report': operation({
    summary: 'The host says how opening the door went.',
    role: 'host',
    input: z.strictObject({
      listening: hubStatusSchema.shape.listening,
      urls: z.array(z.string()),
    }),
    output: z.object({}),
    errors: [],
  }),
  'lanes.join': operation({
    summary: 'A till that knows the code becomes a lane.',
    role: 'host',
    input: z.strictObject({
      tillName: nameSchema,
      /** The code itself, or the proof of knowing it that is bound to the authority which the till has seen. */
      by: z.union([
        z.strictObject({ code: z.string().max(40) }),
        z.strictObject({ nonce: z.string().max(64), proof: z.string().max(64) }),
      ]),
    }),
    output: z.object({ laneId: idSchema, tillName: z.string(), token: z.string(), proof: z.string() }),
    errors: ['pairing_code_invalid', 'conflict'],
  }),
  'lanes.identify': operation({
    summary: 'Whose token this is.',
    role: 'host',
    input: z.strictObject({ token: z.string().max(200) }),
    output: z.object({ laneId: idSchema, tillName: z.string() }),
    errors: ['lane_unknown'],
  }),
};
