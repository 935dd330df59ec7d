import {
  bigint,
  boolean,
  customType,
  date,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { incidentKinds, incidentOutcomes } from '../../shared/contracts/incident.ts';
import type { BatchFormat } from '../../shared/contracts/operations/batches.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import type { Offer } from '../../shared/engine/offer.ts';
import type { RefundedLine, Returns } from '../../shared/engine/refund.ts';
import type { Basket, Totals, UnitRun } from '../../shared/engine/types.ts';

/**
 * The tables as queries see them. The migrations (`migrations/*.sql`) are the truth: they also hold checks, indexes
 * and partitions; `schema.test.ts` compares the two.
 */

/** UTC milliseconds, counts and minor units: all far below 2^53. */
const whole = (name: string) => bigint(name, { mode: 'number' });

const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => 'bytea',
});

export const serverState = pgTable('server_state', {
  id: integer('id').primaryKey(),
  epoch: integer('epoch').notNull(),
  clean: boolean('clean').notNull(),
  recovering: boolean('recovering').notNull().default(false),
  ordersMissing: boolean('orders_missing').notNull().default(false),
  customerKey: bytes('customer_key').notNull(),
  createdAt: whole('created_at').notNull(),
});

export const apiKeys = pgTable('api_keys', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  hash: text('hash').notNull().unique(),
  scopes: text('scopes').array().notNull(),
  createdAt: whole('created_at').notNull(),
  revokedAt: whole('revoked_at'),
  expiresAt: whole('expires_at'),
});

export const locations = pgTable('locations', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  currency: text('currency').notNull(),
  timeZone: text('time_zone').notNull(),
  createdAt: whole('created_at').notNull(),
});

export const enrolmentCodes = pgTable('enrolment_codes', {
  id: uuid('id').primaryKey(),
  hash: text('hash').notNull().unique(),
  note: text('note').notNull(),
  createdAt: whole('created_at').notNull(),
  expiresAt: whole('expires_at').notNull(),
  usedAt: whole('used_at'),
  usedByDevice: uuid('used_by_device'),
  locationId: uuid('location_id'),
});

export const ledgers = pgTable('ledgers', {
  id: uuid('id').primaryKey(),
  locationId: uuid('location_id').notNull(),
  createdAt: whole('created_at').notNull(),
  allotted: integer('allotted').notNull().default(1),
});

export const devices = pgTable('devices', {
  id: uuid('id').primaryKey(),
  ledgerId: uuid('ledger_id').notNull(),
  publicKey: text('public_key').notNull(),
  status: text('status', { enum: ['active', 'revoked'] }).notNull(),
  enrolledAt: whole('enrolled_at').notNull(),
  lastSeenAt: whole('last_seen_at').notNull(),
});

export const incarnations = pgTable(
  'incarnations',
  {
    ledgerId: uuid('ledger_id').notNull(),
    incarnation: integer('incarnation').notNull(),
    status: text('status', { enum: ['active', 'retired'] }).notNull(),
    ackedSeq: whole('acked_seq').notNull(),
    ackedHash: text('acked_hash').notNull(),
    headSeq: whole('head_seq').notNull(),
    startedAt: whole('started_at').notNull(),
    reportedEpoch: integer('reported_epoch').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.ledgerId, t.incarnation] })],
);

export const ledgerEvents = pgTable(
  'ledger_events',
  {
    ledgerId: uuid('ledger_id').notNull(),
    incarnation: integer('incarnation').notNull(),
    seq: whole('seq').notNull(),
    hash: text('hash').notNull(),
    prevHash: text('prev_hash').notNull(),
    type: text('type').notNull(),
    body: text('body').notNull(),
    receivedAt: whole('received_at').notNull(),
    state: text('state', { enum: ['applied', 'quarantined', 'fork'] }).notNull(),
    reason: jsonb('reason').$type<Refusal>(),
  },
  (t) => [primaryKey({ columns: [t.ledgerId, t.incarnation, t.seq, t.hash] })],
);

export const offers = pgTable('offers', {
  id: uuid('id').primaryKey(),
  version: integer('version').notNull(),
  status: text('status', { enum: ['active', 'paused', 'archived'] }).notNull(),
  name: text('name').notNull(),
  terms: jsonb('terms').$type<Offer>().notNull(),
  locationId: uuid('location_id'),
  ownCouponId: uuid('own_coupon_id'),
  createdAt: whole('created_at').notNull(),
  updatedAt: whole('updated_at').notNull(),
  endsAt: whole('ends_at'),
  campaignLimited: boolean('campaign_limited').notNull().default(false),
  endTold: whole('end_told'),
});

export const offerVersions = pgTable(
  'offer_versions',
  {
    offerId: uuid('offer_id').notNull(),
    version: integer('version').notNull(),
    terms: jsonb('terms').$type<Offer>().notNull(),
    createdAt: whole('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.offerId, t.version] })],
);

export const escrows = pgTable('escrows', {
  offerId: uuid('offer_id').primaryKey(),
  n: whole('n').notNull(),
  pool: whole('pool').notNull(),
  leased: whole('leased').notNull(),
  reserved: whole('reserved').notNull(),
  spent: whole('spent').notNull(),
  burned: whole('burned').notNull(),
});

export const leases = pgTable('leases', {
  id: uuid('id').primaryKey(),
  offerId: uuid('offer_id').notNull(),
  ledgerId: uuid('ledger_id').notNull(),
  incarnation: integer('incarnation').notNull(),
  status: text('status', { enum: ['open', 'burned'] }).notNull(),
  granted: whole('granted').notNull(),
  claimed: whole('claimed'),
  held: whole('held').notNull(),
  spent: whole('spent').notNull(),
  returned: whole('returned').notNull(),
  burned: whole('burned').notNull(),
  keep: whole('keep'),
  createdAt: whole('created_at').notNull(),
});

export const budgets = pgTable('budgets', {
  offerId: uuid('offer_id').primaryKey(),
  n: whole('n').notNull(),
  pool: whole('pool').notNull(),
  leased: whole('leased').notNull(),
  reserved: whole('reserved').notNull(),
  spent: whole('spent').notNull(),
  burned: whole('burned').notNull(),
});

export const budgetLeases = pgTable('budget_leases', {
  id: uuid('id').primaryKey(),
  offerId: uuid('offer_id').notNull(),
  ledgerId: uuid('ledger_id').notNull(),
  incarnation: integer('incarnation').notNull(),
  status: text('status', { enum: ['open', 'burned'] }).notNull(),
  granted: whole('granted').notNull(),
  claimed: whole('claimed'),
  held: whole('held').notNull(),
  spent: whole('spent').notNull(),
  returned: whole('returned').notNull(),
  burned: whole('burned').notNull(),
  keep: whole('keep'),
  createdAt: whole('created_at').notNull(),
});

export const budgetSpends = pgTable('budget_spends', {
  redemptionId: uuid('redemption_id').primaryKey(),
  offerId: uuid('offer_id').notNull(),
  leaseId: uuid('lease_id'),
  paidMinor: whole('paid_minor').notNull(),
  owedMinor: whole('owed_minor').notNull(),
});

export const batches = pgTable('batches', {
  id: uuid('id').primaryKey(),
  offerId: uuid('offer_id').notNull(),
  name: text('name').notNull(),
  format: jsonb('format').$type<BatchFormat>().notNull(),
  count: integer('count').notNull(),
  createdAt: whole('created_at').notNull(),
  state: text('state', { enum: ['making', 'live'] })
    .notNull()
    .default('live'),
  endTold: whole('end_told'),
});

export const coupons = pgTable('coupons', {
  id: uuid('id').primaryKey(),
  offerId: uuid('offer_id').notNull(),
  batchId: uuid('batch_id'),
  serial: integer('serial').notNull(),
  code: text('code').notNull(),
  locationId: uuid('location_id'),
  status: text('status', { enum: ['live', 'void', 'archived'] }).notNull(),
  version: integer('version').notNull(),
  maxUses: whole('max_uses'),
  used: whole('used').notNull().default(0),
  reserved: whole('reserved').notNull().default(0),
  issuedAt: whole('issued_at').notNull(),
  endTold: whole('end_told'),
  lastUsedAt: whole('last_used_at'),
  lastUsedWhere: text('last_used_where'),
  updatedAt: whole('updated_at').notNull(),
  homeLedgerId: uuid('home_ledger_id'),
  homeIncarnation: integer('home_incarnation'),
  homeMove: integer('home_move').notNull().default(0),
  homeAskedAt: whole('home_asked_at'),
  homeKeptAt: whole('home_kept_at'),
});

/** What each unit and each delivery was given, so that a refund gives back exactly that. */
export type Shares = {
  readonly lines: readonly {
    readonly id: string;
    readonly sku: string;
    readonly units: readonly UnitRun[];
  }[];
  readonly shipping: readonly { readonly id: string; readonly amountMinor: number }[];
};

export const redemptions = pgTable('redemptions', {
  id: uuid('id').primaryKey(),
  offerId: uuid('offer_id').notNull(),
  offerVersion: integer('offer_version').notNull(),
  couponId: uuid('coupon_id'),
  basketId: text('basket_id').notNull(),
  channel: text('channel').notNull(),
  locationId: uuid('location_id'),
  ledgerId: uuid('ledger_id'),
  incarnation: integer('incarnation'),
  currency: text('currency').notNull(),
  subtotalMinor: whole('subtotal_minor').notNull(),
  discountMinor: whole('discount_minor').notNull(),
  shares: jsonb('shares').$type<Shares>().notNull(),
  customer: text('customer'),
  leaseId: uuid('lease_id'),
  atRisk: boolean('at_risk').notNull(),
  paidBy: text('paid_by', { enum: ['pool', 'lease', 'unlimited', 'nothing'] }).notNull(),
  status: text('status', { enum: ['redeemed', 'voided', 'refunded'] }).notNull(),
  redeemedAt: whole('redeemed_at').notNull(),
  voidedAt: whole('voided_at'),
  voidReason: text('void_reason'),
  receivedAt: whole('received_at').notNull(),
  saleId: uuid('sale_id'),
  returnedMinor: whole('returned_minor').notNull().default(0),
});

export const voidRequests = pgTable('void_requests', {
  redemptionId: uuid('redemption_id').primaryKey(),
  requestId: uuid('request_id').notNull(),
});

/** What a refund needs to know of a sale, beside its redemptions. */
export type SaleTerms = { readonly basket: Basket; readonly totals: Totals };

export const sales = pgTable('sales', {
  id: uuid('id').primaryKey(),
  basketId: text('basket_id').notNull(),
  channel: text('channel').notNull(),
  locationId: uuid('location_id'),
  currency: text('currency').notNull(),
  basket: jsonb('basket').$type<Basket>().notNull(),
  totals: jsonb('totals').$type<Totals>().notNull(),
  returns: jsonb('returns').$type<Returns>(),
  madeAt: whole('made_at').notNull(),
});

export const refunds = pgTable('refunds', {
  id: uuid('id').primaryKey(),
  saleId: uuid('sale_id').notNull(),
  currency: text('currency').notNull(),
  refundMinor: whole('refund_minor').notNull(),
  clawedBackMinor: whole('clawed_back_minor').notNull(),
  lines: jsonb('lines').$type<readonly RefundedLine[]>().notNull(),
  shippingIds: text('shipping_ids').array().notNull(),
  usesBack: uuid('uses_back').array().notNull(),
  reason: text('reason').notNull(),
  madeAt: whole('made_at').notNull(),
});

export const reservations = pgTable('reservations', {
  id: uuid('id').primaryKey(),
  basketId: text('basket_id').notNull(),
  couponId: uuid('coupon_id').notNull(),
  offerId: uuid('offer_id').notNull(),
  offerVersion: integer('offer_version').notNull(),
  channel: text('channel').notNull(),
  currency: text('currency').notNull(),
  subtotalMinor: whole('subtotal_minor').notNull(),
  discountMinor: whole('discount_minor').notNull(),
  shares: jsonb('shares').$type<Shares>().notNull(),
  customer: text('customer'),
  tookRight: boolean('took_right').notNull(),
  status: text('status', { enum: ['reserved', 'redeemed', 'released', 'expired'] }).notNull(),
  createdAt: whole('created_at').notNull(),
  expiresAt: whole('expires_at').notNull(),
  locationId: uuid('location_id'),
  sale: jsonb('sale').$type<SaleTerms>(),
});

/** One party of an incident: which redemption, where and when. */
export type IncidentSide = Readonly<Record<string, string | number | boolean | null>>;

export const incidents = pgTable('incidents', {
  id: uuid('id').primaryKey(),
  dedupeKey: text('dedupe_key').notNull().unique(),
  kind: text('kind', { enum: incidentKinds }).notNull(),
  status: text('status', { enum: ['open', 'resolved'] }).notNull(),
  ledgerId: uuid('ledger_id'),
  offerId: uuid('offer_id'),
  couponId: uuid('coupon_id'),
  redemptionId: uuid('redemption_id'),
  currency: text('currency'),
  costMinor: whole('cost_minor'),
  sides: jsonb('sides').$type<readonly IncidentSide[]>().notNull(),
  resolution: text('resolution'),
  outcome: text('outcome', { enum: incidentOutcomes }),
  recoveredFrom: text('recovered_from'),
  resolvedBy: text('resolved_by'),
  createdAt: whole('created_at').notNull(),
  resolvedAt: whole('resolved_at'),
});

export const changes = pgTable('changes', {
  id: whole('id').primaryKey().generatedAlwaysAsIdentity(),
  position: whole('position'),
  locationId: uuid('location_id'),
  kind: text('kind', {
    enum: ['offer', 'batch', 'codes', 'codeUse', 'codeHome', 'lease', 'budget', 'incident', 'campaign'],
  }).notNull(),
  ref: uuid('ref').notNull(),
  firstSerial: integer('first_serial'),
  lastSerial: integer('last_serial'),
  batchId: uuid('batch_id'),
  ofLedger: uuid('of_ledger'),
});

export const feedHead = pgTable('feed_head', {
  id: integer('id').primaryKey(),
  position: whole('position').notNull(),
});

export const webhookEndpoints = pgTable('webhook_endpoints', {
  id: uuid('id').primaryKey(),
  url: text('url').notNull(),
  secret: text('secret').notNull(),
  events: text('events').array().notNull(),
  status: text('status', { enum: ['active', 'removed'] }).notNull(),
  createdAt: whole('created_at').notNull(),
  oldSecret: text('old_secret'),
  oldSecretUntil: whole('old_secret_until'),
});

export const outbox = pgTable('outbox', {
  id: whole('id').primaryKey().generatedAlwaysAsIdentity(),
  eventId: uuid('event_id').notNull(),
  type: text('type').notNull(),
  data: jsonb('data').$type<Readonly<Record<string, unknown>>>().notNull(),
  at: whole('at').notNull(),
});

export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    eventId: uuid('event_id').notNull(),
    endpointId: uuid('endpoint_id').notNull(),
    type: text('type').notNull(),
    body: text('body').notNull(),
    state: text('state', { enum: ['pending', 'delivered', 'dead'] }).notNull(),
    attempts: integer('attempts').notNull().default(0),
    nextAt: whole('next_at').notNull(),
    lastError: text('last_error'),
    createdAt: whole('created_at').notNull(),
    updatedAt: whole('updated_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.eventId, t.endpointId] })],
);

export const jobs = pgTable('jobs', {
  id: uuid('id').primaryKey(),
  kind: text('kind').notNull(),
  schedule: text('schedule').unique(),
  state: text('state', { enum: ['waiting', 'running', 'done', 'failed', 'cancelled'] }).notNull(),
  input: jsonb('input').$type<unknown>().notNull(),
  done: whole('done').notNull().default(0),
  outOf: whole('out_of').notNull().default(0),
  result: jsonb('result').$type<Readonly<Record<string, string | number>>>(),
  fault: jsonb('fault').$type<Refusal>(),
  cancelAsked: boolean('cancel_asked').notNull().default(false),
  dueAt: whole('due_at').notNull(),
  claimedBy: uuid('claimed_by'),
  claimedUntil: whole('claimed_until'),
  runSince: whole('run_since'),
  runFrom: whole('run_from'),
  attempts: integer('attempts').notNull().default(0),
  createdAt: whole('created_at').notNull(),
  updatedAt: whole('updated_at').notNull(),
  endedAt: whole('ended_at'),
});

export const campaigns = pgTable('campaigns', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  firstDay: date('first_day', { mode: 'string' }),
  lastDay: date('last_day', { mode: 'string' }),
  budgetMinor: whole('budget_minor'),
  maxUses: whole('max_uses'),
  currency: text('currency').notNull(),
  status: text('status', { enum: ['active', 'archived'] }).notNull(),
  version: integer('version').notNull(),
  createdAt: whole('created_at').notNull(),
  updatedAt: whole('updated_at').notNull(),
});
