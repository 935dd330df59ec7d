CREATE INDEX attempts_of_coupon ON attempts (coupon_id, seq) WHERE coupon_id IS NOT NULL;

CREATE INDEX batch_jobs_open ON batch_jobs (state) WHERE state IN ('inserting', 'announcing', 'removing');

CREATE INDEX batches_newest ON batches (created_at, id);

CREATE INDEX batches_of_offer ON batches (offer_id, created_at, id);

CREATE INDEX budget_leases_of_offer ON budget_leases (offer_id);

CREATE INDEX code_ranges_of_batch ON code_ranges (batch_id, seq);

CREATE INDEX coupons_folded ON coupons (folded) WHERE folded IS NOT NULL;

CREATE INDEX coupons_shared ON coupons (offer_id) WHERE batch_id IS NULL;

CREATE INDEX imports_newest ON imports (created_at, id);

CREATE INDEX incidents_newest ON incidents (status, created_at, id);

CREATE UNIQUE INDEX lanes_one_of_a_name ON lanes (name) WHERE revoked_at IS NULL;

CREATE INDEX leases_of_offer ON leases (offer_id);

CREATE INDEX offer_versions_automatic ON offer_versions (offer_id, version) WHERE terms ->> '$.trigger' = 'automatic';

CREATE INDEX offer_versions_of_campaign ON offer_versions (campaign_id) WHERE campaign_id IS NOT NULL;

CREATE INDEX offers_newest ON offers (created_at, id);

CREATE INDEX past_redemptions_of_code ON past_redemptions (code, at);

CREATE INDEX past_redemptions_of_day ON past_redemptions (business_day);

CREATE UNIQUE INDEX past_redemptions_of_import ON past_redemptions (import_id, line);

CREATE INDEX print_jobs_of_basket ON print_jobs (basket_id) WHERE basket_id IS NOT NULL;

CREATE INDEX print_jobs_waiting ON print_jobs (printer_id, seq) WHERE state = 'waiting';

CREATE INDEX print_log_of_batch ON print_log (batch_id, seq);

CREATE INDEX redemptions_at_risk ON redemptions (offer_id, seq) WHERE at_risk = 1;

CREATE INDEX refunds_of_basket ON refunds (basket_id, seq);

CREATE INDEX token_keys_of_batch ON token_keys (batch_id, made_at);

CREATE TABLE attempts (
  seq INTEGER PRIMARY KEY NOT NULL,
  at INTEGER NOT NULL,
  operator_id BLOB NOT NULL,
  channel TEXT NOT NULL,
  entered TEXT NOT NULL,
  coupon_id BLOB,
  offer_id BLOB,
  code TEXT NOT NULL
, basket_id BLOB, subtotal_minor INTEGER CHECK (subtotal_minor >= 0)) STRICT;

CREATE TABLE "baskets" (
  seq INTEGER PRIMARY KEY NOT NULL,
  id BLOB NOT NULL UNIQUE,
  status TEXT NOT NULL CHECK (status IN ('open', 'completed')),
  checked TEXT,
  currency TEXT NOT NULL,
  subtotal_minor INTEGER NOT NULL CHECK (subtotal_minor >= 0),
  discount_minor INTEGER NOT NULL CHECK (discount_minor >= 0),
  payable_minor INTEGER NOT NULL CHECK (payable_minor >= 0),
  at INTEGER NOT NULL,
  sale TEXT,
  returns TEXT,
  first_seq INTEGER,
  last_seq INTEGER,
  CHECK ((status = 'completed') = (first_seq IS NOT NULL AND last_seq IS NOT NULL AND first_seq <= last_seq))
) STRICT;

CREATE TABLE batch_jobs (
  batch_id BLOB PRIMARY KEY NOT NULL REFERENCES batches (id),
  kind TEXT NOT NULL CHECK (kind IN ('generate', 'import')),
  state TEXT NOT NULL CHECK (state IN ('inserting', 'announcing', 'removing', 'live', 'withdrawn')),
  seed BLOB NOT NULL,
  first_row INTEGER NOT NULL,
  made INTEGER NOT NULL CHECK (made >= 0),
  operator_id BLOB NOT NULL,
  till_name TEXT NOT NULL,
  stopped TEXT,
  ended_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE batch_serials (
  batch_id BLOB NOT NULL REFERENCES batches (id),
  first_serial INTEGER NOT NULL CHECK (first_serial >= 1),
  ids BLOB NOT NULL CHECK (length(ids) % 16 = 0),
  PRIMARY KEY (batch_id, first_serial)
) STRICT, WITHOUT ROWID;

CREATE TABLE batches (
  id BLOB PRIMARY KEY NOT NULL,
  offer_id BLOB NOT NULL REFERENCES offers (id),
  name TEXT NOT NULL,
  format TEXT NOT NULL,
  count INTEGER NOT NULL CHECK (count >= 0),
  origin TEXT NOT NULL CHECK (origin IN ('here', 'centre')),
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  request_id BLOB UNIQUE
) STRICT;

CREATE TABLE budget_leases (
  id BLOB PRIMARY KEY NOT NULL,
  offer_id BLOB NOT NULL REFERENCES offers (id),
  incarnation INTEGER NOT NULL CHECK (incarnation >= 1),
  total INTEGER NOT NULL,
  leased INTEGER NOT NULL CHECK (leased >= 0),
  reserved INTEGER NOT NULL CHECK (reserved >= 0),
  spent INTEGER NOT NULL CHECK (spent >= 0),
  burned INTEGER NOT NULL CHECK (burned >= 0),
  returned INTEGER NOT NULL CHECK (returned >= 0),
  CHECK (leased + reserved + spent + burned + returned = total)
) STRICT;

CREATE TABLE budget_spends (
  redemption_seq INTEGER PRIMARY KEY NOT NULL,
  lease_id BLOB NOT NULL REFERENCES budget_leases (id),
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0)
) STRICT;

CREATE TABLE campaigns (
  id BLOB PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  first_day TEXT,
  last_day TEXT,
  budget_minor INTEGER CHECK (budget_minor >= 1),
  max_uses INTEGER CHECK (max_uses >= 1),
  archived INTEGER NOT NULL CHECK (archived IN (0, 1)),
  created_at INTEGER NOT NULL,
  request_id BLOB UNIQUE,
  CHECK (first_day IS NULL OR last_day IS NULL OR first_day <= last_day)
) STRICT;

CREATE TABLE centre_campaigns (
  id BLOB PRIMARY KEY NOT NULL,
  starts_at INTEGER,
  ends_at INTEGER,
  limited INTEGER NOT NULL CHECK (limited IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE code_homes (
  coupon_id BLOB PRIMARY KEY NOT NULL,
  move INTEGER NOT NULL CHECK (move >= 0),
  place TEXT NOT NULL CHECK (place IN ('here', 'away')),
  incarnation INTEGER NOT NULL CHECK (incarnation >= 1)
) STRICT, WITHOUT ROWID;

CREATE TABLE code_ranges (
  seq INTEGER PRIMARY KEY NOT NULL,
  batch_id BLOB NOT NULL REFERENCES batches (id),
  first_serial INTEGER NOT NULL CHECK (first_serial >= 1),
  last_serial INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('live', 'void')),
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  operator_id BLOB NOT NULL,
  CHECK (first_serial <= last_serial)
) STRICT;

CREATE TABLE coupons (
  id BLOB NOT NULL UNIQUE,
  code TEXT NOT NULL UNIQUE,
  offer_id BLOB NOT NULL REFERENCES offers (id),
  batch_id BLOB REFERENCES batches (id),
  serial INTEGER NOT NULL CHECK (serial >= 1),
  max_uses INTEGER CHECK (max_uses >= 1),
  used INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0),
  used_elsewhere INTEGER NOT NULL DEFAULT 0 CHECK (used_elsewhere >= 0),
  last_seq INTEGER,
  last_elsewhere_at INTEGER,
  last_elsewhere TEXT,
  home TEXT NOT NULL CHECK (home IN ('here', 'centre')),
  status TEXT NOT NULL DEFAULT 'live' CHECK (status IN ('live', 'void')),
  issued_at INTEGER NOT NULL, folded TEXT GENERATED ALWAYS AS
  (nullif(replace(replace(replace(code, 'I', '1'), 'L', '1'), 'O', '0'), code)) VIRTUAL,
  CHECK (home <> 'here' OR max_uses IS NULL OR used <= max_uses)
) STRICT;

CREATE TABLE customers (
  id BLOB PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('phone', 'email', 'loyalty', 'user')),
  pseudonym BLOB NOT NULL UNIQUE,
  value TEXT,
  created_at INTEGER NOT NULL
, last_seq INTEGER) STRICT;

CREATE TABLE events (
  seq INTEGER PRIMARY KEY NOT NULL,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,
  prev_hash BLOB NOT NULL CHECK (length(prev_hash) = 32),
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  body TEXT NOT NULL
) STRICT;

CREATE TABLE imports (
  id BLOB PRIMARY KEY NOT NULL,
  file_name TEXT NOT NULL,
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  state TEXT NOT NULL CHECK (state IN ('uploading', 'uploaded', 'reading', 'importing', 'done', 'undone', 'failed')),
  settings TEXT,
  report TEXT,
  batch_id BLOB REFERENCES batches (id),
  created_at INTEGER NOT NULL,
  operator_id BLOB NOT NULL
, file_key BLOB CHECK (length(file_key) = 32)) STRICT;

CREATE TABLE incarnations (
  incarnation INTEGER PRIMARY KEY NOT NULL CHECK (incarnation >= 2),
  first_seq INTEGER NOT NULL CHECK (first_seq >= 1)
) STRICT;

CREATE TABLE incidents (
  id BLOB PRIMARY KEY NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'resolved')),
  created_at INTEGER NOT NULL,
  waiting INTEGER NOT NULL CHECK (waiting IN (0, 1)),
  incident TEXT NOT NULL
) STRICT;

CREATE TABLE lanes (
  id BLOB PRIMARY KEY NOT NULL,
  name TEXT NOT NULL COLLATE NOCASE,
  token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
  paired_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;

CREATE TABLE leases (
  id BLOB PRIMARY KEY NOT NULL,
  offer_id BLOB NOT NULL REFERENCES offers (id),
  total INTEGER NOT NULL,
  leased INTEGER NOT NULL CHECK (leased >= 0),
  reserved INTEGER NOT NULL CHECK (reserved >= 0),
  spent INTEGER NOT NULL CHECK (spent >= 0),
  burned INTEGER NOT NULL CHECK (burned >= 0),
  returned INTEGER NOT NULL CHECK (returned >= 0), incarnation INTEGER NOT NULL DEFAULT 1 CHECK (incarnation >= 1),
  CHECK (leased + reserved + spent + burned + returned = total)
) STRICT;

CREATE TABLE meta (
  key TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE offer_versions (
  offer_id BLOB NOT NULL REFERENCES offers (id),
  version INTEGER NOT NULL,
  terms TEXT NOT NULL, campaign_id TEXT GENERATED ALWAYS AS (terms ->> '$.campaignId') VIRTUAL,
  PRIMARY KEY (offer_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE offers (
  id BLOB PRIMARY KEY NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  status TEXT NOT NULL CHECK (status IN ('active', 'paused', 'archived')),
  paused_here INTEGER NOT NULL CHECK (paused_here IN (0, 1)),
  origin TEXT NOT NULL CHECK (origin IN ('here', 'centre')),
  created_at INTEGER NOT NULL,
  request_id BLOB UNIQUE
) STRICT;

CREATE TABLE operators (
  id BLOB PRIMARY KEY NOT NULL,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  role TEXT NOT NULL CHECK (role IN ('cashier', 'manager', 'admin')),
  pin_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL
, removed_at INTEGER) STRICT;

CREATE TABLE past_imports (
  id BLOB PRIMARY KEY NOT NULL REFERENCES imports (id),
  seq INTEGER NOT NULL UNIQUE,
  file_name TEXT NOT NULL,
  file_hash BLOB NOT NULL UNIQUE CHECK (length(file_hash) = 32),
  rows INTEGER NOT NULL CHECK (rows >= 1),
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  imported_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE past_redemptions (
  key BLOB PRIMARY KEY NOT NULL CHECK (length(key) = 16),
  import_id BLOB NOT NULL REFERENCES past_imports (id),
  line INTEGER NOT NULL CHECK (line >= 1),
  at INTEGER NOT NULL,
  business_day TEXT NOT NULL,
  what TEXT NOT NULL CHECK (what IN ('redemption', 'void', 'refund')),
  code TEXT NOT NULL,
  discount_minor INTEGER NOT NULL CHECK (CASE what WHEN 'redemption' THEN discount_minor >= 0 ELSE discount_minor <= 0 END),
  details TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE print_jobs (
  seq INTEGER PRIMARY KEY NOT NULL,
  id BLOB NOT NULL UNIQUE,
  printer_id BLOB NOT NULL REFERENCES printers (id),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'printed', 'cancelled')),
  document TEXT NOT NULL,
  batch_id BLOB REFERENCES batches (id),
  first_serial INTEGER,
  last_serial INTEGER,
  is_copy INTEGER NOT NULL CHECK (is_copy IN (0, 1)),
  attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  created_at INTEGER NOT NULL,
  operator_id BLOB NOT NULL,
  till_name TEXT NOT NULL,
  ended_at INTEGER
, basket_id BLOB) STRICT;

CREATE TABLE print_log (
  seq INTEGER PRIMARY KEY NOT NULL,
  at INTEGER NOT NULL,
  operator_id BLOB NOT NULL,
  till_name TEXT NOT NULL,
  batch_id BLOB NOT NULL REFERENCES batches (id),
  first_serial INTEGER NOT NULL,
  last_serial INTEGER NOT NULL,
  medium TEXT NOT NULL,
  is_copy INTEGER NOT NULL CHECK (is_copy IN (0, 1))
) STRICT;

CREATE TABLE printers (
  id BLOB PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  settings TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  removed_at INTEGER
) STRICT;

CREATE TABLE "redemptions" (
  seq INTEGER PRIMARY KEY NOT NULL,
  id BLOB NOT NULL UNIQUE,
  basket_id BLOB NOT NULL,
  coupon_id BLOB NOT NULL,
  offer_id BLOB NOT NULL,
  offer_version INTEGER NOT NULL,
  code TEXT NOT NULL,
  channel TEXT NOT NULL,
  customer_id BLOB REFERENCES customers (id),
  currency TEXT NOT NULL,
  discount_minor INTEGER NOT NULL CHECK (discount_minor >= 0),
  shares TEXT NOT NULL,
  operator_id BLOB NOT NULL REFERENCES operators (id),
  till_name TEXT NOT NULL,
  redeemed_at INTEGER NOT NULL,
  business_day TEXT NOT NULL,
  lease_id BLOB REFERENCES leases (id),
  at_risk INTEGER NOT NULL CHECK (at_risk IN (0, 1)),
  voided_at INTEGER,
  void_seq INTEGER,
  returned_minor INTEGER NOT NULL DEFAULT 0 CHECK (returned_minor >= 0 AND returned_minor <= discount_minor),
  use_back_seq INTEGER,
  prev_seq INTEGER,
  prev_customer_seq INTEGER,
  FOREIGN KEY (offer_id, offer_version) REFERENCES offer_versions (offer_id, version)
) STRICT;

CREATE TABLE "refunds" (
  seq INTEGER PRIMARY KEY NOT NULL,
  id BLOB NOT NULL UNIQUE,
  basket_id BLOB NOT NULL REFERENCES "baskets" (id),
  answer TEXT NOT NULL
) STRICT;

CREATE TABLE "reservations" (
  basket_id BLOB NOT NULL REFERENCES "baskets" (id) DEFERRABLE INITIALLY DEFERRED,
  coupon_id BLOB NOT NULL,
  id BLOB NOT NULL,
  offer_id BLOB NOT NULL,
  expires_at INTEGER NOT NULL,
  lease_id BLOB REFERENCES leases (id),
  customer_id BLOB REFERENCES customers (id),
  operator_id BLOB NOT NULL,
  business_day TEXT NOT NULL,
  discount_minor INTEGER NOT NULL CHECK (discount_minor >= 0),
  PRIMARY KEY (basket_id, coupon_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE throttles (
  key TEXT PRIMARY KEY NOT NULL,
  failures INTEGER NOT NULL,
  until INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE token_keys (
  key_id BLOB PRIMARY KEY NOT NULL,
  batch_id BLOB NOT NULL REFERENCES batches (id),
  seed BLOB NOT NULL CHECK (length(seed) = 32),
  made_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE trusted_roots (
  public_key BLOB PRIMARY KEY NOT NULL CHECK (length(public_key) = 32),
  name TEXT NOT NULL,
  list BLOB NOT NULL,
  version INTEGER NOT NULL,
  trusted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE use_counts (
  offer_id BLOB NOT NULL REFERENCES offers (id),
  scope TEXT NOT NULL CHECK (scope IN ('all', 'day', 'operator', 'customer', 'batch', 'batch_elsewhere')),
  key TEXT NOT NULL,
  uses INTEGER NOT NULL CHECK (uses >= 0),
  discount_minor INTEGER NOT NULL CHECK (discount_minor >= 0),
  PRIMARY KEY (offer_id, scope, key)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER events_in_order BEFORE INSERT ON events
WHEN NEW.seq <> 1 + (SELECT coalesce(max(seq), 0) FROM events)
  OR NEW.prev_hash <> coalesce((SELECT hash FROM events WHERE seq = NEW.seq - 1), zeroblob(32))
BEGIN SELECT RAISE(ABORT, 'an event must follow the newest one'); END;

CREATE TRIGGER events_never_change BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events never change'); END;

CREATE TRIGGER events_never_go BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;

CREATE TRIGGER offer_versions_frozen BEFORE UPDATE ON offer_versions
BEGIN SELECT RAISE(ABORT, 'a version of an offer never changes'); END;
