import { z } from 'zod';
import {
  currencySchema,
  idSchema,
  incarnationSchema,
  instantSchema,
  nameSchema,
  timeZoneSchema,
} from './common.ts';
import { incidentSchema } from './incident.ts';
import { offerSchema } from './offer.ts';
import { batchFormatSchema } from './operations/batches.ts';
import { offerStatusSchema } from './operations/offers.ts';
import { refusalSchema } from './refusal.ts';

/** The version of the messages below. A centre or ledger that cannot speak it answers `incompatible_version`. */
export const SYNC_PROTOCOL = 1;

export const MAX_EVENTS_PER_PUSH = 2_000;
export const MAX_CHANGES_PER_PULL = 2_000;
/** Codes travel in one `codes` change of at most this many. */
export const MAX_CODES_PER_CHANGE = 2_000;
/** Characters of one event as written: a redemption over the largest basket fits. */
export const MAX_EVENT_BYTES = 256 * 1024;

const hashHex = z.string().regex(/^[0-9a-f]{64}$/);

/** An event exactly as the ledger wrote and hashed it: `hash = SHA-256(prevHash || utf8(body))`. */
export const chainedEventSchema = z.strictObject({
  seq: z.int().min(1),
  hash: hashHex,
  /** The event's JSON text; parsed with `ledgerEventSchema`, never re-serialised. */
  body: z.string().max(MAX_EVENT_BYTES),
});

export const enrolRequestSchema = z.strictObject({
  protocol: z.int(),
  enrolmentCode: z.string().min(8).max(64),
  ledgerId: idSchema,
  incarnation: incarnationSchema,
  locationId: idSchema,
  locationName: nameSchema,
  currency: currencySchema,
  timeZone: timeZoneSchema,
  /** Ed25519 public key, raw 32 bytes, base64url: later requests are signed with its private half (RFC 9421). */
  publicKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});

export const enrolResponseSchema = z.object({
  protocol: z.int(),
  /** Signs as `keyid`. */
  deviceId: idSchema,
  serverEpoch: z.int(),
  serverTime: instantSchema,
  /** HMAC key for customer pseudonyms, one for the whole merchant: 32 bytes, base64url. */
  customerKey: z.string(),
});

export const MAX_LEASE_WISH = 1_000_000;
/** How many rights of a limited offer a ledger would like to hold. */
const leaseWishSchema = z.strictObject({ offerId: idSchema, want: z.int().min(1).max(MAX_LEASE_WISH) });

export const pushRequestSchema = z.strictObject({
  protocol: z.int(),
  ledgerId: idSchema,
  incarnation: incarnationSchema,
  fromSeq: z.int().min(1),
  /** Hash of the event before `fromSeq`; 64 zeros before the first. */
  prevHash: hashHex,
  events: z.array(chainedEventSchema).max(MAX_EVENTS_PER_PUSH),
  /** The ledger's newest event, sent or not. */
  head: z.strictObject({ seq: z.int().min(0), hash: hashHex }),
  knownServerEpoch: z.int().min(0),
  leaseWishes: z.array(leaseWishSchema).max(500).default([]),
  /** The same for the money of budgets, in minor units. */
  budgetWishes: z
    .array(z.strictObject({ offerId: idSchema, wantMinor: z.int().min(1) }))
    .max(500)
    .default([]),
});

export const pushResponseSchema = z.object({
  serverEpoch: z.int(),
  serverTime: instantSchema,
  /** Everything up to here is committed at the centre; the ledger sends `ackedSeq + 1` next. */
  ackedSeq: z.int().min(0),
  /** Events that the centre keeps but could not apply; acknowledged all the same. */
  quarantined: z.array(z.object({ seq: z.int(), reason: refusalSchema })),
  /**
   * The incarnation that pushed is over: another history of it exists, or it was given up. What it held is burned; the
   * ledger goes on as `next`, a number that no other copy of it was ever told.
   */
  retired: z.object({ next: incarnationSchema.min(2) }).optional(),
});

/**
 * Where the uses of one code are at home. `move` counts its removals: an older one than the ledger knows says nothing.
 */
export const codeHomeSchema = z.object({
  kind: z.literal('codeHome'),
  couponId: idSchema,
  move: z.int().min(0),
  /** At home in this ledger; otherwise at the centre or in another one. */
  here: z.boolean(),
  /** The incarnation that has it; another one of this ledger leaves it alone. */
  incarnation: incarnationSchema.optional(),
  /** Somebody else needs it: it goes back when no basket holds it. */
  wanted: z.boolean(),
  /** As in `codeUse`: how many of its uses are gone. */
  used: z.int().min(0),
  usedHere: z.int().min(0),
});
export type CodeHome = z.output<typeof codeHomeSchema>;

export const changeSchema = z.discriminatedUnion('kind', [
  /** `owned`: the ledger wrote it itself and only learns that the centre has it. */
  z.object({
    kind: z.literal('offer'),
    offer: offerSchema,
    status: offerStatusSchema,
    createdAt: instantSchema,
  }),
  z.object({
    kind: z.literal('batch'),
    batchId: idSchema,
    offerId: idSchema,
    name: z.string(),
    format: batchFormatSchema,
    count: z.int(),
    createdAt: instantSchema,
  }),
  z.object({
    kind: z.literal('codes'),
    offerId: idSchema,
    batchId: idSchema.optional(),
    /** Columns, so that a million codes stay small: `ids[i]` is the coupon of `codes[i]` with serial `firstSerial + i`. */
    ids: z.array(idSchema).max(MAX_CODES_PER_CHANGE),
    codes: z.array(z.string()).max(MAX_CODES_PER_CHANGE),
    firstSerial: z.int().min(1),
    /** Uses per code; absent: no limit of its own. */
    usesPerCode: z.int().min(1).optional(),
    /** From when an offer's `afterIssueMs` counts. */
    issuedAt: instantSchema,
    /**
     * Those that are at home in this ledger: `moves[i]` is the move that brought the coupon of `ids[i]` here, 0 where it
     * is at home elsewhere. Absent: none is. Another incarnation leaves them alone.
     */
    homes: z
      .object({
        incarnation: z.int().min(1),
        moves: z.array(z.int().min(0)).max(MAX_CODES_PER_CHANGE),
      })
      .optional(),
  }),
  /** Uses of one code everywhere, as the centre counts them now. */
  z.object({
    kind: z.literal('codeUse'),
    couponId: idSchema,
    used: z.int().min(0),
    /** How many of `used` are this ledger's own, acknowledged ones: the rest were given elsewhere. */
    usedHere: z.int().min(0),
    status: z.enum(['live', 'void']),
    /** Where and when it was last used, for the sentence that the cashier reads. */
    lastAt: instantSchema.optional(),
    lastWhere: z.string().optional(),
  }),
  /** Rights handed to this ledger: `total` ever granted under this lease, so that applying it twice adds nothing. */
  z.object({
    kind: z.literal('lease'),
    leaseId: idSchema,
    offerId: idSchema,
    /** Another incarnation of the ledger leaves it alone. */
    incarnation: incarnationSchema,
    total: z.int().min(0),
    /** Others need rights: what is free beyond so many goes back. */
    keep: z.int().min(0).optional(),
  }),
  codeHomeSchema,
  /** Money of an offer's budget handed to this ledger: as with `lease`, in minor units. */
  z.object({
    kind: z.literal('budget'),
    leaseId: idSchema,
    offerId: idSchema,
    incarnation: incarnationSchema,
    totalMinor: z.int().min(0),
    keepMinor: z.int().min(0).optional(),
  }),
  z.object({ kind: z.literal('incident'), incident: incidentSchema }),
  /** A campaign of the centre, for the offers that name it. */
  z.object({
    kind: z.literal('campaign'),
    campaignId: idSchema,
    startsAt: instantSchema.optional(),
    /** The last instant; in the past for one that was ended. */
    endsAt: instantSchema.optional(),
    /** It has a budget or a number of uses, which the centre alone counts: here its offers are given at risk. */
    limited: z.boolean(),
  }),
]);
export type Change = z.output<typeof changeSchema>;

export const pullResponseSchema = z.object({
  serverEpoch: z.int(),
  serverTime: instantSchema,
  /** Opaque; send it back to go on. */
  cursor: z.string(),
  more: z.boolean(),
  changes: z.array(changeSchema).max(MAX_CHANGES_PER_PULL),
});

/** Codes of one basket that are asked for at once. */
export const MAX_CODES_PER_REQUEST = 20;
/** How long a counter waits for the home of a code. */
export const HOME_WAIT_MS = 3_000;
/** The centre stops waiting this much sooner, so that its answer still arrives. */
export const MAX_HOME_WAIT_MS = 2_500;
/** A ledger's open question is answered after so long even when nobody asked for anything. */
export const MAX_ASKS_WAIT_MS = 25_000;

/** A till met codes that are at home elsewhere. */
export const codesRequestSchema = z.strictObject({
  protocol: z.int(),
  incarnation: incarnationSchema,
  couponIds: z.array(idSchema).min(1).max(MAX_CODES_PER_REQUEST),
  waitMs: z.int().min(0).max(MAX_HOME_WAIT_MS),
});
export const codesResponseSchema = z.object({
  serverEpoch: z.int(),
  /** Those that are at home in the asking ledger now. The rest: see `refused`. */
  homes: z.array(codeHomeSchema),
  refused: z.array(
    z.object({ couponId: idSchema, why: z.enum(['unknown', 'used', 'held', 'frozen', 'unreachable']) }),
  ),
});

/** The connection that a ledger keeps open: it is answered as soon as somebody needs a code of this ledger. */
export const asksRequestSchema = z.strictObject({
  protocol: z.int(),
  incarnation: incarnationSchema,
  /** Asked for before, and held by an open basket: whoever waits need not wait any longer. */
  kept: z.array(idSchema).max(MAX_CODES_PER_REQUEST),
  waitMs: z.int().min(0).max(MAX_ASKS_WAIT_MS),
});
export const asksResponseSchema = z.object({
  serverEpoch: z.int(),
  asks: z.array(codeHomeSchema).max(MAX_CODES_PER_REQUEST),
});

/** For managers at a till: what all locations together redeemed, in the till's own days. */
export const reportsRequestSchema = z.strictObject({
  from: z.iso.date(),
  to: z.iso.date(),
  timeZone: timeZoneSchema,
});

/** What the signature of a request covers, and how far its time may be from the centre's. */
export const SIGNATURE_TAG = 'counterfoil-sync';
export const SIGNATURE_LABEL = 'sig';
export const SIGNATURE_WINDOW_S = 300;

export function signedComponents(method: string, hasBody: boolean): readonly string[] {
  const target = ['@method', '@path', '@query'];
  return hasBody || method === 'POST' ? [...target, 'content-digest'] : target;
}

export const syncPaths = {
  enrol: '/sync/v1/enrol',
  push: '/sync/v1/push',
  pull: '/sync/v1/changes',
  codes: '/sync/v1/codes',
  asks: '/sync/v1/asks',
  reports: '/sync/v1/reports',
} as const;

export type EnrolRequest = z.output<typeof enrolRequestSchema>;
export type EnrolResponse = z.output<typeof enrolResponseSchema>;
export type PushRequest = z.output<typeof pushRequestSchema>;
export type PushResponse = z.output<typeof pushResponseSchema>;
export type PullResponse = z.output<typeof pullResponseSchema>;
export type ReportsRequest = z.output<typeof reportsRequestSchema>;
export type CodesRequest = z.output<typeof codesRequestSchema>;
export type CodesResponse = z.output<typeof codesResponseSchema>;
export type AsksRequest = z.output<typeof asksRequestSchema>;
export type AsksResponse = z.output<typeof asksResponseSchema>;
