import { z } from 'zod';
import {
  amountMinorSchema,
  channelSchema,
  currencySchema,
  idSchema,
  incarnationSchema,
  instantSchema,
  languageSchema,
  timeZoneSchema,
} from './common.ts';
import { errorCodes } from './error-codes.ts';
import { decisionFields } from './incident.ts';
import { offerSchema } from './offer.ts';
import { batchFormatSchema } from './operations/batches.ts';
import { operatorRoleSchema, taxModeSchema } from './operations/setup.ts';
import { refusalParamsSchema } from './refusal.ts';

/** Codes travel to the centre in events of at most this many, so that an event stays below `MAX_EVENT_BYTES`. */
export const MAX_CODES_PER_EVENT = 500;

const errorCodeSchema = z.enum(Object.keys(errorCodes) as [keyof typeof errorCodes]);

const campaignTerms = {
  name: z.string(),
  firstDay: z.iso.date().optional(),
  lastDay: z.iso.date().optional(),
  budgetMinor: amountMinorSchema.optional(),
  maxUses: z.int().optional(),
};

/** What one event says, by type. Payloads are written once and read for ever: change one only by a new version. */
const payloads = {
  'ledger.created': z.object({
    locationId: idSchema,
    name: z.string(),
    currency: currencySchema,
    timeZone: timeZoneSchema,
    demo: z.boolean(),
  }),
  'location.changed': z.object({
    name: z.string(),
    tillName: z.string(),
    timeZone: timeZoneSchema,
    language: languageSchema,
    taxMode: taxModeSchema,
  }),
  'operator.added': z.object({ operatorId: idSchema, name: z.string(), role: operatorRoleSchema }),
  /** Another name or role, another PIN, or the end: `removed` people may not sign in any more. */
  'operator.changed': z.object({
    operatorId: idSchema,
    name: z.string(),
    role: operatorRoleSchema,
    pinChanged: z.boolean(),
    removed: z.boolean(),
  }),
  'operator.signedIn': z.object({ operatorId: idSchema }),
  'operator.signedOut': z.object({ operatorId: idSchema }),
  'operator.signInFailed': z.object({ operatorId: idSchema, failures: z.int() }),
  /** A manager let somebody try again who had guessed too often. */
  'operator.unlocked': z.object({ operatorId: idSchema }),
  'offer.created': z.object({ offer: offerSchema }),
  /** Its next version, or its end: the offer then says that it is archived. */
  'offer.changed': z.object({ offer: offerSchema }),
  'offer.paused': z.object({ offerId: idSchema, paused: z.boolean() }),
  'campaign.created': z.object({ campaignId: idSchema, ...campaignTerms }),
  'campaign.changed': z.object({ campaignId: idSchema, ...campaignTerms, archived: z.boolean() }),
  'batch.created': z.object({
    batchId: idSchema,
    offerId: idSchema,
    name: z.string(),
    format: batchFormatSchema,
    count: z.int(),
  }),
  'codes.added': z.object({
    offerId: idSchema,
    batchId: idSchema.optional(),
    ids: z.array(idSchema).max(MAX_CODES_PER_EVENT),
    codes: z.array(z.string()).max(MAX_CODES_PER_EVENT),
    firstSerial: z.int(),
    usesPerCode: z.int().optional(),
  }),
  /** Every code of a large batch is there; from now on they are valid. */
  'batch.completed': z.object({ batchId: idSchema, offerId: idSchema, count: z.int() }),
  /** It was cancelled before it was complete, or an import was undone: its codes are no longer anybody's. */
  'batch.withdrawn': z.object({ batchId: idSchema, offerId: idSchema, why: z.enum(['cancelled', 'undone']) }),
  'codes.statusSet': z.object({
    batchId: idSchema,
    offerId: idSchema,
    firstSerial: z.int(),
    lastSerial: z.int(),
    status: z.enum(['live', 'void']),
    reason: z.string(),
  }),
  'redemption.reserved': z.object({
    reservationId: idSchema,
    basketId: idSchema,
    couponId: idSchema,
    offerId: idSchema,
    expiresAt: instantSchema,
  }),
  'redemption.released': z.object({
    reservationId: idSchema,
    couponId: idSchema,
    offerId: idSchema,
    why: z.enum(['released', 'expired', 'replaced']),
  }),
  'redemption.redeemed': z.object({
    redemptionId: idSchema,
    basketId: idSchema,
    reservationId: idSchema.optional(),
    couponId: idSchema,
    offerId: idSchema,
    offerVersion: z.int(),
    channel: channelSchema,
    currency: currencySchema,
    subtotalMinor: amountMinorSchema,
    discountMinor: amountMinorSchema,
    /** Shares per unit, so that a refund gives back exactly what was taken: runs of units with the same share. */
    lines: z.array(
      z.object({
        id: z.string(),
        sku: z.string(),
        units: z.array(z.object({ units: z.int().min(1), amountMinor: amountMinorSchema })),
      }),
    ),
    shipping: z.array(z.object({ id: z.string(), amountMinor: amountMinorSchema })).default([]),
    /** Pseudonym under the merchant-wide key, hex. */
    customer: z.string().optional(),
    /** The lease whose right was spent; absent where no right was needed. */
    leaseId: idSchema.optional(),
    /** The lease of its budget that the discount was taken from. */
    budgetLeaseId: idSchema.optional(),
    /** Accepted without a right, by the offer's offline policy. */
    atRisk: z.boolean().default(false),
  }),
  'redemption.voided': z.object({
    redemptionId: idSchema,
    couponId: idSchema,
    offerId: idSchema,
    reason: z.string(),
    /** Of the call that made it, so that a retry finds it. */
    voidId: idSchema.optional(),
  }),
  /** Goods of a sale came back, once for all its redemptions. */
  'redemption.refunded': z.object({
    refundId: idSchema,
    basketId: idSchema,
    currency: currencySchema,
    /** What the customer got. */
    refundMinor: amountMinorSchema,
    clawedBackMinor: amountMinorSchema,
    lines: z.array(z.object({ id: z.string(), units: z.int().min(1), priceMinor: amountMinorSchema })),
    shipping: z.array(z.string()),
    redemptions: z.array(
      z.object({
        redemptionId: idSchema,
        couponId: idSchema,
        offerId: idSchema,
        /** The part of its discount that was on what came back now. */
        returnedMinor: amountMinorSchema,
        /** With what came back before: who hears of an event twice adds nothing. */
        returnedInAllMinor: amountMinorSchema,
        /** Nothing that it took a discount on is kept. */
        all: z.boolean(),
        useBack: z.boolean(),
      }),
    ),
    reason: z.string(),
  }),
  /** Their readable identifier is gone; the pseudonym goes on counting. */
  'customer.erased': z.object({ customer: z.string() }),
  /** They were known by a wrong identifier, or under a key of before: in this ledger's events, both are one person. */
  'customer.corrected': z.object({ customer: z.string(), now: z.string() }),
  'attempt.refused': z.object({
    couponId: idSchema.optional(),
    offerId: idSchema.optional(),
    channel: channelSchema,
    code: errorCodeSchema,
    params: refusalParamsSchema,
  }),
  /** The machine's clock stood this far behind the newest event; nobody redeemed until somebody had answered. */
  'clock.setBack': z.object({ behindMs: z.int() }),
  'clock.accepted': z.object({ behindMs: z.int() }),
  /** The ledger is not the one that the anchor outside it remembers: an old copy, or another history. */
  'ledger.unanchored': z.object({
    why: z.enum(['missing', 'behind', 'forked']),
    anchoredSeq: z.int(),
    ledgerSeq: z.int(),
  }),
  /**
   * The ledger goes on as the envelope's incarnation, because the centre said so or a manager took responsibility.
   * Whatever `previous` still held is burned, unless a manager of a ledger without a centre says that it is the one.
   */
  'ledger.continued': z.object({
    incarnation: incarnationSchema.min(2),
    previous: incarnationSchema.optional(),
    keepsRights: z.boolean().optional(),
  }),
  /** Fingerprints: the ledger was put under another key. */
  'key.changed': z.object({ from: z.string(), to: z.string() }),
  'key.passphraseChanged': z.object({ change: z.enum(['set', 'changed', 'removed']) }),
  'lease.received': z.object({ leaseId: idSchema, offerId: idSchema, total: z.int() }),
  /** So many rights left the lease for good, and are the pool's when the centre hears of it. */
  'lease.returned': z.object({ leaseId: idSchema, offerId: idSchema, count: z.int().min(1) }),
  /** The uses of a code came to be at home in this ledger; `move` counts its removals. */
  'code.received': z.object({ couponId: idSchema, offerId: idSchema, move: z.int().min(1) }),
  /** They left for good: the centre's when it hears of it. */
  'code.returned': z.object({ couponId: idSchema, offerId: idSchema, move: z.int().min(0) }),
  /** Money of an offer's budget, in minor units: as with rights. */
  'budget.received': z.object({ leaseId: idSchema, offerId: idSchema, totalMinor: z.int() }),
  'budget.returned': z.object({ leaseId: idSchema, offerId: idSchema, amountMinor: z.int().min(1) }),
  /** A person of the location decided about an incident of the centre. */
  'incident.resolved': z.object({ incidentId: idSchema, by: z.string(), ...decisionFields }),
  /** A till or tablet was attached to this ledger's hub. */
  'lane.paired': z.object({ laneId: idSchema, name: z.string() }),
  'lane.revoked': z.object({ laneId: idSchema }),
  /** What another system had redeemed came to be known here, from a file. `digest` is over its rows as they are kept. */
  'history.imported': z.object({
    importId: idSchema,
    fileName: z.string(),
    fileHash: z.string(),
    rows: z.int().min(1),
    digest: z.string(),
  }),
  'history.importUndone': z.object({ importId: idSchema }),
  'sync.enrolled': z.object({ centreUrl: z.string(), deviceId: idSchema }),
} as const;

export type LedgerEventType = keyof typeof payloads;
export type LedgerEventPayload<T extends LedgerEventType> = z.output<(typeof payloads)[T]>;

const envelope = {
  v: z.literal(1),
  seq: z.int().min(1),
  id: idSchema,
  ledgerId: idSchema,
  incarnation: incarnationSchema,
  at: instantSchema,
  operatorId: idSchema.optional(),
  till: z.string().optional(),
};

type Envelope = z.output<z.ZodObject<typeof envelope>>;
export type LedgerEvent = {
  [T in LedgerEventType]: Envelope & { type: T; payload: LedgerEventPayload<T> };
}[LedgerEventType];

const variants = Object.entries(payloads).map(([type, payload]) =>
  z.object({ ...envelope, type: z.literal(type), payload }),
);

/** Parses the body of a chained event. Unknown types fail: the centre quarantines them. */
export const ledgerEventSchema = z.discriminatedUnion(
  'type',
  variants as [(typeof variants)[number], ...typeof variants],
) as unknown as z.ZodType<LedgerEvent>;
