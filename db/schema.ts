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

export function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** 32 bytes, as 64 hex digits outside the database. */
const hash = customType<{ data: string; driverData: Uint8Array }>({
  dataType: () => 'blob',
  toDriver: (hex) => Buffer.from(hex, 'hex'),
  fromDriver: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex'),
});

const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => 'blob',
  toDriver: (value) => Buffer.from(value.buffer, value.byteOffset, value.byteLength),
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

/** The coupons of a batch in the order of their serials, in runs. */
export const batchSerials = sqliteTable(
  'batch_serials',
  {
    batchId: uuid('batch_id').notNull(),
    firstSerial: integer('first_serial').notNull(),
    /** 16 bytes for each coupon. */
    ids: bytes().notNull(),
  },
  (table) => [primaryKey({ columns: [table.batchId, table.firstSerial] })],
);

/** How a batch came about that was too large for one transaction. Without a row it was live from the beginning. */
export const batchJobs = sqliteTable('batch_jobs', {
  batchId: uuid('batch_id').primaryKey(),
  kind: text({ enum: ['generate', 'import'] }).notNull(),
  state: text({ enum: ['inserting', 'announcing', 'removing', 'live', 'withdrawn'] }).notNull(),
  /** Codes are drawn from it, so that a crash changes none; zeros once they are all there. */
  seed: bytes().notNull(),
  /** Its coupons are no older rows than this one. */
  firstRow: integer('first_row').notNull(),
  /** Codes that the present state is done with. */
  made: integer().notNull(),
  operatorId: uuid('operator_id').notNull(),
  tillName: text('till_name').notNull(),
  /** Why it stands still: the code of a refusal. */
  stopped: text(),
  endedAt: integer('ended_at'),
});

/** Serials that were voided or made valid again together; the newest that holds a serial counts. */
export const codeRanges = sqliteTable('code_ranges', {
  /** Of its event. */
  seq: integer().primaryKey(),
  batchId: uuid('batch_id').notNull(),
  firstSerial: integer('first_serial').notNull(),
  lastSerial: integer('last_serial').notNull(),
  status: text({ enum: ['live', 'void'] }).notNull(),
  reason: text().notNull(),
  at: integer().notNull(),
  operatorId: uuid('operator_id').notNull(),
});

/** Files of codes that came from elsewhere. */
export const imports = sqliteTable('imports', {
  id: uuid().primaryKey(),
  fileName: text('file_name').notNull(),
  bytes: integer().notNull(),
  state: text({
    enum: ['uploading', 'uploaded', 'reading', 'importing', 'done', 'undone', 'failed'],
  }).notNull(),
  settings: text(),
  report: text(),
  batchId: uuid('batch_id'),
  createdAt: integer('created_at').notNull(),
  operatorId: uuid('operator_id').notNull(),
  /** Of its files outside the ledger; null: of an earlier version, which left them plain. */
  fileKey: bytes('file_key'),
});

/** Files of what was redeemed in another system before; the rows of each are `pastRedemptions`. */
export const pastImports = sqliteTable('past_imports', {
  id: uuid().primaryKey(),
  /** Of its event. */
  seq: integer().notNull(),
  fileName: text('file_name').notNull(),
  fileHash: hash('file_hash').notNull(),
  rows: integer().notNull(),
  digest: hash().notNull(),
  importedAt: integer('imported_at').notNull(),
});

/** Rows of history that reports and searches read, and no limit counts. */
export const pastRedemptions = sqliteTable('past_redemptions', {
  /** Of what the row says: the same row of another file is the same one. */
  key: bytes().primaryKey(),
  importId: uuid('import_id').notNull(),
  line: integer().notNull(),
  at: integer().notNull(),
  businessDay: text('business_day').notNull(),
  what: text({ enum: ['redemption', 'void', 'refund'] }).notNull(),
  /** Canonical text. */
  code: text().notNull(),
  /** What a void or a refund took back is negative. */
  discountMinor: integer('discount_minor').notNull(),
  /** As JSON: what else the file told. */
  details: text().notNull(),
});

/** Keys that sign what is printed of a batch, so that its codes prove their origin: one batch may have had several. */
export const tokenKeys = sqliteTable('token_keys', {
  keyId: bytes('key_id').primaryKey(),
  batchId: uuid('batch_id').notNull(),
  seed: bytes().notNull(),
  madeAt: integer('made_at').notNull(),
  revokedAt: integer('revoked_at'),
});

/** Root keys of other ledgers, pinned by an admin, each with the newest key list that it signed. */
export const trustedRoots = sqliteTable('trusted_roots', {
  publicKey: bytes('public_key').primaryKey(),
  name: text().notNull(),
  list: bytes().notNull(),
  version: integer().notNull(),
  trustedAt: integer('trusted_at').notNull(),
});

export const printers = sqliteTable('printers', {
  id: uuid().primaryKey(),
  name: text().notNull(),
  settings: text().notNull(),
  createdAt: integer('created_at').notNull(),
  removedAt: integer('removed_at'),
});

export const printJobs = sqliteTable('print_jobs', {
  seq: integer().primaryKey(),
  id: uuid().notNull(),
  printerId: uuid('printer_id').notNull(),
  state: text({ enum: ['waiting', 'printed', 'cancelled'] }).notNull(),
  document: text().notNull(),
  batchId: uuid('batch_id'),
  firstSerial: integer('first_serial'),
  lastSerial: integer('last_serial'),
  isCopy: integer('is_copy', { mode: 'boolean' }).notNull(),
  attempts: integer().notNull().default(0),
  error: text(),
  createdAt: integer('created_at').notNull(),
  operatorId: uuid('operator_id').notNull(),
  tillName: text('till_name').notNull(),
  endedAt: integer('ended_at'),
  basketId: uuid('basket_id'),
});

export const printLog = sqliteTable('print_log', {
  seq: integer().primaryKey(),
  at: integer().notNull(),
  operatorId: uuid('operator_id').notNull(),
  tillName: text('till_name').notNull(),
  batchId: uuid('batch_id').notNull(),
  firstSerial: integer('first_serial').notNull(),
  lastSerial: integer('last_serial').notNull(),
  medium: text().notNull(),
  isCopy: integer('is_copy', { mode: 'boolean' }).notNull(),
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

/** Codes whose uses are at home elsewhere than where they were made; see `till/homes`. */
export const codeHomes = sqliteTable('code_homes', {
  couponId: uuid('coupon_id').primaryKey(),
  /** Removals so far; what is said of an earlier one is void. */
  move: integer().notNull(),
  place: text({ enum: ['here', 'away'] }).notNull(),
  /** The one that has it; a later one does not. */
  incarnation: integer().notNull(),
});

/** Money of budgets that this ledger may give away, in minor units: the same places as those of rights. */
export const budgetLeases = sqliteTable('budget_leases', {
  id: uuid().primaryKey(),
  offerId: uuid('offer_id').notNull(),
  incarnation: integer().notNull(),
  total: integer().notNull(),
  leased: integer().notNull(),
  reserved: integer().notNull(),
  spent: integer().notNull(),
  burned: integer().notNull(),
  returned: integer().notNull(),
});

/** What a redemption took of a budget, so that a void gives it back where it came from. */
export const budgetSpends = sqliteTable('budget_spends', {
  redemptionSeq: integer('redemption_seq').primaryKey(),
  leaseId: uuid('lease_id').notNull(),
  amountMinor: integer('amount_minor').notNull(),
});

/** What needs a person, as the centre last told it. */
export const incidents = sqliteTable('incidents', {
  id: uuid().primaryKey(),
  status: text({ enum: ['open', 'resolved'] }).notNull(),
  createdAt: integer('created_at').notNull(),
  /** Decided here, and not heard of at the centre yet. */
  waiting: integer({ mode: 'boolean' }).notNull(),
  /** As JSON. */
  incident: text().notNull(),
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
  /** In the order of their first check. */
  seq: integer().primaryKey(),
  id: uuid().notNull(),
  status: text({ enum: ['open', 'completed'] }).notNull(),
  /** Of the last check; a confirmation goes by it. Null once completed. */
  checked: text(),
  currency: text().notNull(),
  subtotalMinor: integer('subtotal_minor').notNull(),
  discountMinor: integer('discount_minor').notNull(),
  payableMinor: integer('payable_minor').notNull(),
  at: integer().notNull(),
  /** Of a completed one: what was sold, as a refund needs it. */
  sale: text(),
  /** What came back so far; null: nothing. */
  returns: text(),
  /** Of its redemptions: all of these numbers are its own. Null until it is completed. */
  firstSeq: integer('first_seq'),
  lastSeq: integer('last_seq'),
});

export const refunds = sqliteTable('refunds', {
  /** Of its event. */
  seq: integer().primaryKey(),
  /** Of the call that made it, so that a retry finds it. */
  id: uuid().notNull(),
  basketId: uuid('basket_id').notNull(),
  answer: text().notNull(),
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
  /** The part of the discount that was on goods which came back. */
  returnedMinor: integer('returned_minor').notNull().default(0),
  /** The refund whose event gave the use back. */
  useBackSeq: integer('use_back_seq'),
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

export const centreCampaigns = sqliteTable('centre_campaigns', {
  id: uuid().primaryKey(),
  startsAt: integer('starts_at'),
  endsAt: integer('ends_at'),
  limited: integer({ mode: 'boolean' }).notNull(),
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
