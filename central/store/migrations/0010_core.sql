-- The centre's first schema. Instants are UTC milliseconds; money is minor units.

CREATE TABLE server_state (
  id integer PRIMARY KEY CHECK (id = 1),
  epoch integer NOT NULL CHECK (epoch >= 1),
  -- False while an embedded store is open: found false at start, the last run ended without its shutdown.
  clean boolean NOT NULL,
  -- HMAC key of customer pseudonyms, one for the whole merchant.
  customer_key bytea NOT NULL CHECK (octet_length(customer_key) = 32),
  created_at bigint NOT NULL
);

CREATE TABLE api_keys (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  -- SHA-256 of 32 random bytes: nothing to guess, so no slow hash is needed.
  hash text NOT NULL UNIQUE,
  scopes text[] NOT NULL,
  created_at bigint NOT NULL,
  revoked_at bigint
);

CREATE TABLE locations (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  currency text NOT NULL,
  time_zone text NOT NULL,
  created_at bigint NOT NULL
);

CREATE TABLE enrolment_codes (
  id uuid PRIMARY KEY,
  hash text NOT NULL UNIQUE,
  note text NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  used_at bigint,
  used_by_device uuid
);

CREATE TABLE ledgers (
  id uuid PRIMARY KEY,
  location_id uuid NOT NULL REFERENCES locations,
  created_at bigint NOT NULL
);

CREATE TABLE devices (
  id uuid PRIMARY KEY,
  ledger_id uuid NOT NULL REFERENCES ledgers,
  -- Ed25519, raw, base64url.
  public_key text NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'revoked')),
  enrolled_at bigint NOT NULL,
  last_seen_at bigint NOT NULL
);
CREATE INDEX devices_of_ledger ON devices (ledger_id);

-- One unbroken chain of a ledger. A copy that was restored, or a history that forked, goes on as a new one.
CREATE TABLE incarnations (
  ledger_id uuid NOT NULL REFERENCES ledgers,
  incarnation integer NOT NULL CHECK (incarnation >= 1),
  status text NOT NULL CHECK (status IN ('active', 'retired')),
  acked_seq bigint NOT NULL CHECK (acked_seq >= 0),
  acked_hash text NOT NULL,
  -- What the ledger last reported as its newest event: how far it is ahead of the centre.
  head_seq bigint NOT NULL,
  started_at bigint NOT NULL,
  PRIMARY KEY (ledger_id, incarnation)
);

-- Every event of every ledger as it was written, both branches of a fork included: hence the hash in the key.
CREATE TABLE ledger_events (
  ledger_id uuid NOT NULL,
  incarnation integer NOT NULL,
  seq bigint NOT NULL CHECK (seq >= 1),
  hash text NOT NULL,
  prev_hash text NOT NULL,
  type text NOT NULL,
  body text NOT NULL,
  received_at bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('applied', 'quarantined', 'fork')),
  reason jsonb,
  PRIMARY KEY (ledger_id, incarnation, seq, hash)
) PARTITION BY HASH (ledger_id);
CREATE TABLE ledger_events_0 PARTITION OF ledger_events FOR VALUES WITH (MODULUS 4, REMAINDER 0);
CREATE TABLE ledger_events_1 PARTITION OF ledger_events FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE ledger_events_2 PARTITION OF ledger_events FOR VALUES WITH (MODULUS 4, REMAINDER 2);
CREATE TABLE ledger_events_3 PARTITION OF ledger_events FOR VALUES WITH (MODULUS 4, REMAINDER 3);
CREATE INDEX ledger_events_quarantined ON ledger_events (ledger_id, seq) WHERE state <> 'applied';

CREATE TABLE offers (
  id uuid PRIMARY KEY,
  version integer NOT NULL CHECK (version >= 1),
  status text NOT NULL CHECK (status IN ('active', 'paused', 'archived')),
  name text NOT NULL,
  terms jsonb NOT NULL,
  -- Set for an offer that a ledger wrote: its location alone gives it until the centre widens it.
  location_id uuid REFERENCES locations,
  -- The coupon that this offer was made for: its terms are changed through it.
  own_coupon_id uuid,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
);
CREATE INDEX offers_newest ON offers (created_at DESC, id DESC);

CREATE TABLE offer_versions (
  offer_id uuid NOT NULL REFERENCES offers,
  version integer NOT NULL,
  terms jsonb NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (offer_id, version)
);

-- Where the rights of a limited offer are. A right is in exactly one place.
CREATE TABLE escrows (
  offer_id uuid PRIMARY KEY REFERENCES offers,
  n bigint NOT NULL CHECK (n >= 0),
  pool bigint NOT NULL CHECK (pool >= 0),
  leased bigint NOT NULL CHECK (leased >= 0),
  reserved bigint NOT NULL CHECK (reserved >= 0),
  spent bigint NOT NULL CHECK (spent >= 0),
  burned bigint NOT NULL CHECK (burned >= 0),
  CONSTRAINT escrow_is_whole CHECK (pool + leased + reserved + spent + burned = n)
);

CREATE TABLE leases (
  id uuid PRIMARY KEY,
  offer_id uuid NOT NULL REFERENCES escrows,
  ledger_id uuid NOT NULL REFERENCES ledgers,
  incarnation integer NOT NULL,
  status text NOT NULL CHECK (status IN ('open', 'burned')),
  granted bigint NOT NULL CHECK (granted >= 0),
  -- What the ledger says it was granted: more only where a restored store still lacks the rights.
  claimed bigint CHECK (claimed >= 0),
  held bigint NOT NULL CHECK (held >= 0),
  spent bigint NOT NULL CHECK (spent >= 0),
  returned bigint NOT NULL CHECK (returned >= 0),
  burned bigint NOT NULL CHECK (burned >= 0),
  created_at bigint NOT NULL,
  CONSTRAINT lease_is_whole CHECK (held + spent + returned + burned = granted),
  UNIQUE (offer_id, ledger_id, incarnation)
);

CREATE TABLE batches (
  id uuid PRIMARY KEY,
  offer_id uuid NOT NULL REFERENCES offers,
  name text NOT NULL,
  format jsonb NOT NULL,
  count integer NOT NULL CHECK (count >= 0),
  created_at bigint NOT NULL
);

CREATE TABLE coupons (
  id uuid PRIMARY KEY,
  offer_id uuid NOT NULL REFERENCES offers,
  batch_id uuid REFERENCES batches,
  serial integer NOT NULL CHECK (serial >= 1),
  -- Canonical text, as `shared/codes` writes it.
  code text NOT NULL,
  -- A code of one location's own offer; null is everywhere. Two shops may both make WELCOME10.
  location_id uuid REFERENCES locations,
  status text NOT NULL CHECK (status IN ('live', 'void', 'archived')),
  version integer NOT NULL CHECK (version >= 1),
  max_uses bigint CHECK (max_uses >= 1),
  used bigint NOT NULL DEFAULT 0 CHECK (used >= 0),
  reserved bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  issued_at bigint NOT NULL,
  last_used_at bigint,
  last_used_where text,
  updated_at bigint NOT NULL,
  CONSTRAINT coupons_code_unique UNIQUE NULLS NOT DISTINCT (code, location_id)
) WITH (fillfactor = 90);
CREATE INDEX coupons_of_offer ON coupons (offer_id, batch_id, serial);
CREATE INDEX coupons_newest ON coupons (issued_at DESC, id DESC);

CREATE TABLE redemptions (
  id uuid PRIMARY KEY,
  -- No foreign keys to offer and coupon: a sale that happened is kept even when its code was never accepted here.
  offer_id uuid NOT NULL,
  offer_version integer NOT NULL,
  coupon_id uuid NOT NULL,
  basket_id text NOT NULL,
  channel text NOT NULL,
  location_id uuid,
  ledger_id uuid,
  incarnation integer,
  currency text NOT NULL,
  subtotal_minor bigint NOT NULL CHECK (subtotal_minor >= 0),
  discount_minor bigint NOT NULL CHECK (discount_minor >= 0),
  -- What each unit and each delivery was given, so that a refund gives back exactly that.
  shares jsonb NOT NULL,
  -- Pseudonym under the merchant's key; never a readable identifier.
  customer text,
  lease_id uuid,
  at_risk boolean NOT NULL,
  -- What this use took: a right of the pool or a lease, none because the offer is unlimited, or none though it is limited.
  paid_by text NOT NULL CHECK (paid_by IN ('pool', 'lease', 'unlimited', 'nothing')),
  status text NOT NULL CHECK (status IN ('redeemed', 'voided')),
  redeemed_at bigint NOT NULL,
  voided_at bigint,
  void_reason text,
  received_at bigint NOT NULL
) WITH (fillfactor = 90);
CREATE INDEX redemptions_of_coupon ON redemptions (coupon_id, redeemed_at DESC, id DESC);
CREATE INDEX redemptions_of_offer ON redemptions (offer_id, redeemed_at DESC, id DESC);
CREATE INDEX redemptions_of_customer ON redemptions (customer, offer_id) WHERE customer IS NOT NULL;
CREATE INDEX redemptions_newest ON redemptions (redeemed_at DESC, id DESC);

CREATE TABLE reservations (
  id uuid PRIMARY KEY,
  basket_id text NOT NULL,
  coupon_id uuid NOT NULL REFERENCES coupons,
  offer_id uuid NOT NULL REFERENCES offers,
  offer_version integer NOT NULL,
  channel text NOT NULL,
  currency text NOT NULL,
  subtotal_minor bigint NOT NULL,
  discount_minor bigint NOT NULL,
  shares jsonb NOT NULL,
  customer text,
  took_right boolean NOT NULL,
  status text NOT NULL CHECK (status IN ('reserved', 'redeemed', 'released', 'expired')),
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL
);
CREATE INDEX reservations_open ON reservations (expires_at) WHERE status = 'reserved';
CREATE INDEX reservations_of_customer ON reservations (customer, offer_id) WHERE status = 'reserved' AND customer IS NOT NULL;

CREATE TABLE incidents (
  id uuid PRIMARY KEY,
  -- Same facts, same key: an event that arrives twice opens one incident.
  dedupe_key text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('over_redemption', 'fork', 'quarantine')),
  status text NOT NULL CHECK (status IN ('open', 'resolved')),
  ledger_id uuid,
  offer_id uuid,
  coupon_id uuid,
  redemption_id uuid,
  currency text,
  cost_minor bigint,
  sides jsonb NOT NULL,
  resolution text,
  created_at bigint NOT NULL,
  resolved_at bigint
);
CREATE INDEX incidents_newest ON incidents (created_at DESC, id DESC);

-- The change feed. Writers insert without a position, so they never wait for each other; positions are given
-- afterwards, under one lock, to committed rows only: a row that commits late gets a late position.
CREATE TABLE changes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  position bigint,
  -- Null: for every location.
  location_id uuid,
  kind text NOT NULL CHECK (kind IN ('offer', 'batch', 'codes', 'codeUse', 'lease')),
  ref uuid NOT NULL,
  -- For `codes`: which serials of the offer and batch named by `ref`.
  first_serial integer,
  last_serial integer,
  batch_id uuid
);
CREATE INDEX changes_unnumbered ON changes (id) WHERE position IS NULL;
CREATE UNIQUE INDEX changes_in_order ON changes (position) WHERE position IS NOT NULL;
CREATE INDEX changes_of_location ON changes (location_id, position) WHERE position IS NOT NULL;

CREATE TABLE feed_head (
  id integer PRIMARY KEY CHECK (id = 1),
  position bigint NOT NULL
);
INSERT INTO feed_head (id, position) VALUES (1, 0);
