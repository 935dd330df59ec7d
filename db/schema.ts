import { customType, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { assert } from '../shared/kernel/assert.ts';

/**
 * The ledger's tables as TypeScript sees them. The migrations create them, with their checks, triggers and indexes;
 * `schema.test.ts` proves that both agree.
 */

const UUID_TEXT_LENGTH = 36;

/** A UUID as 16 bytes: with a million codes the text form would cost 40 MB more. */
const uuid = customType<{ data: string; driverData: Uint8Array | null }>({
  dataType: () => 'blob',
  toDriver(id: string | null) {
    // A prepared statement maps null as well, whatever the column's type says.
    if (id === null) return null;
    assert(id.length === UUID_TEXT_LENGTH, `not a UUID: ${id}`);
    return Buffer.from(id.replaceAll('-', ''), 'hex');
  },
  fromDriver(bytes) {
    assert(bytes, 'null is never mapped');
    return uuidText(bytes);
  },
});

function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** 32 bytes, as 64 hex digits outside the database. */
const hash = customType<{ data: string; driverData: Uint8Array }>({
  dataType: () => 'blob',
  toDriver: (hex) => Buffer.from(hex, 'hex'),
  fromDriver: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex'),
});

const json = <T>() => text({ mode: 'json' }).$type<T>();

export const meta = sqliteTable('meta', { key: text().primaryKey(), value: text().notNull() });

export const operators = sqliteTable('operators', {
  id: uuid().primaryKey(),
  name: text().notNull(),
  role: text({ enum: ['cashier', 'manager', 'admin'] }).notNull(),
  pinHash: text('pin_hash').notNull(),
  createdAt: integer('created_at').notNull(),
  /** They may not sign in any more; what they did keeps their name. */
  removedAt: integer('removed_at'),
});

export const offers = sqliteTable('offers', {
  id: uuid().primaryKey(),
  /** The newest version; `offer_versions` keeps all of them, because redemptions name theirs. */
  version: integer().notNull(),
  status: text({ enum: ['active', 'paused', 'archived'] }).notNull(),
  pausedHere: integer('paused_here', { mode: 'boolean' }).notNull(),
  origin: text({ enum: ['here', 'centre'] }).notNull(),
  createdAt: integer('created_at').notNull(),
  /** Of the call that made it, so that a retry finds it. */
  requestId: uuid('request_id'),
});

export const offerVersions = sqliteTable(
  'offer_versions',
  { offerId: uuid('offer_id').notNull(), version: integer().notNull(), terms: text().notNull() },
  (table) => [primaryKey({ columns: [table.offerId, table.version] })],
);

export const batches = sqliteTable('batches', {
  id: uuid().primaryKey(),
  offerId: uuid('offer_id').notNull(),
  name: text().notNull(),
  format: json<unknown>().notNull(),
  count: integer().notNull(),
  origin: text({ enum: ['here', 'centre'] }).notNull(),
  createdAt: integer('created_at').notNull(),
  createdBy: text('created_by').notNull(),
  requestId: uuid('request_id'),
});

export const coupons = sqliteTable('coupons', {
  id: uuid().notNull(),
  /** Canonical text. */
  code: text().notNull(),
  offerId: uuid('offer_id').notNull(),
  batchId: uuid('batch_id'),
  serial: integer().notNull(),
  /** Uses that this code has; null: no limit of its own. */
  maxUses: integer('max_uses'),
  /** Committed in this ledger and not voided. */
  used: integer().notNull().default(0),
  /** Committed elsewhere, as the centre last said. */
  usedElsewhere: integer('used_elsewhere').notNull().default(0),
  /** The event of its newest redemption here. */
  lastSeq: integer('last_seq'),
  lastElsewhereAt: integer('last_elsewhere_at'),
  lastElsewhere: text('last_elsewhere'),
  /** Where its uses are at home: only `here` may this ledger spend them without asking. */
  home: text({ enum: ['here', 'centre'] }).notNull(),
  status: text({ enum: ['live', 'void'] })
    .notNull()
    .default('live'),
  issuedAt: integer('issued_at').notNull(),
});

export const leases = sqliteTable('leases', {
  id: uuid().primaryKey(),
  offerId: uuid('offer_id').notNull(),
  /** Every right ever put into this lease; each is in exactly one of the places below, checked by the database. */
  total: integer().notNull(),
  leased: integer().notNull(),
  reserved: integer().notNull(),
  spent: integer().notNull(),
  burned: integer().notNull(),
  returned: integer().notNull(),
  /** The one that was given these rights; a later one does not spend them. */
  incarnation: integer().notNull().default(1),
});

export const lanes = sqliteTable('lanes', {
  id: uuid().primaryKey(),
  /** Of its till. */
  name: text().notNull(),
  tokenHash: hash('token_hash').notNull(),
  pairedAt: integer('paired_at').notNull(),
  revokedAt: integer('revoked_at'),
});

export const incarnations = sqliteTable('incarnations', {
  incarnation: integer().primaryKey(),
  firstSeq: integer('first_seq').notNull(),
});

export const baskets = sqliteTable('baskets', {
  id: uuid().primaryKey(),
  status: text({ enum: ['open', 'completed'] }).notNull(),
  /** Of the last check; a confirmation goes by it. Null once completed. */
  checked: text(),
  currency: text().notNull(),
  subtotalMinor: integer('subtotal_minor').notNull(),
  discountMinor: integer('discount_minor').notNull(),
  payableMinor: integer('payable_minor').notNull(),
  at: integer().notNull(),
});

/** Live holds only, so few that nothing but the key is indexed; how each began and ended is in the events. */
export const reservations = sqliteTable(
  'reservations',
  {
    basketId: uuid('basket_id').notNull(),
    couponId: uuid('coupon_id').notNull(),
    id: uuid().notNull(),
    offerId: uuid('offer_id').notNull(),
    expiresAt: integer('expires_at').notNull(),
    /** The lease whose right is held; null where none is needed, or accepted at risk. */
    leaseId: uuid('lease_id'),
    customerId: uuid('customer_id'),
    operatorId: uuid('operator_id').notNull(),
    businessDay: text('business_day').notNull(),
    discountMinor: integer('discount_minor').notNull(),
  },
  (table) => [primaryKey({ columns: [table.basketId, table.couponId] })],
);

export const redemptions = sqliteTable('redemptions', {
  /** Of its event; the order of everything. */
  seq: integer().primaryKey(),
  id: uuid().notNull(),
  basketId: uuid('basket_id').notNull(),
  couponId: uuid('coupon_id').notNull(),
  offerId: uuid('offer_id').notNull(),
  offerVersion: integer('offer_version').notNull(),
  code: text().notNull(),
  channel: text({ enum: ['pos', 'web', 'phone', 'email', 'partner'] }).notNull(),
  customerId: uuid('customer_id'),
  currency: text().notNull(),
  discountMinor: integer('discount_minor').notNull(),
  /** Shares by line and unit, so that a refund gives back exactly what was taken. */
  shares: text().notNull(),
  operatorId: uuid('operator_id').notNull(),
  tillName: text('till_name').notNull(),
  redeemedAt: integer('redeemed_at').notNull(),
  businessDay: text('business_day').notNull(),
  leaseId: uuid('lease_id'),
  atRisk: integer('at_risk', { mode: 'boolean' }).notNull(),
  voidedAt: integer('voided_at'),
  voidSeq: integer('void_seq'),
  /** The redemption of the same code before this one, and of the same customer: no index needs to know. */
  prevSeq: integer('prev_seq'),
  prevCustomerSeq: integer('prev_customer_seq'),
});

/** Running sums of redemptions that count, so that no limit is judged by scanning. */
export const useCounts = sqliteTable(
  'use_counts',
  {
    offerId: uuid('offer_id').notNull(),
    scope: text({ enum: ['all', 'day', 'operator', 'customer', 'batch', 'batch_elsewhere'] }).notNull(),
    /** The day, operator, customer or batch; empty for `all`. */
    key: text().notNull(),
    uses: integer().notNull(),
    discountMinor: integer('discount_minor').notNull(),
  },
  (table) => [primaryKey({ columns: [table.offerId, table.scope, table.key] })],
);

export const events = sqliteTable('events', {
  seq: integer().primaryKey(),
  type: text().notNull(),
  at: integer().notNull(),
  prevHash: hash('prev_hash').notNull(),
  hash: hash().notNull(),
  body: text().notNull(),
});

export const attempts = sqliteTable('attempts', {
  seq: integer().primaryKey(),
  at: integer().notNull(),
  operatorId: uuid('operator_id').notNull(),
  channel: text().notNull(),
  entered: text().notNull(),
  couponId: uuid('coupon_id'),
  offerId: uuid('offer_id'),
  code: text().notNull(),
  basketId: uuid('basket_id'),
  subtotalMinor: integer('subtotal_minor'),
});

export const throttles = sqliteTable('throttles', {
  key: text().primaryKey(),
  failures: integer().notNull(),
  /** UTC milliseconds; no try before. */
  until: integer().notNull(),
  lastAt: integer('last_at').notNull(),
});

export const customers = sqliteTable('customers', {
  id: uuid().primaryKey(),
  kind: text({ enum: ['phone', 'email', 'loyalty', 'user'] }).notNull(),
  /** What the events carry. */
  pseudonym: hash().notNull(),
  /** Readable; null once erased. */
  value: text(),
  createdAt: integer('created_at').notNull(),
  /** The event of their newest redemption here. */
  lastSeq: integer('last_seq'),
});

export const campaigns = sqliteTable('campaigns', {
  id: uuid().primaryKey(),
  name: text().notNull(),
  /** Days of the location, both inclusive. */
  firstDay: text('first_day'),
  lastDay: text('last_day'),
  budgetMinor: integer('budget_minor'),
  maxUses: integer('max_uses'),
  archived: integer({ mode: 'boolean' }).notNull(),
  createdAt: integer('created_at').notNull(),
  requestId: uuid('request_id'),
});
