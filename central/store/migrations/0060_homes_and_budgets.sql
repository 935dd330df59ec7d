-- Where the uses of codes are at home, and the money of budgets.

-- Null: at the centre. The incarnation tells whether the holder is still the one that was given them.
ALTER TABLE coupons ADD COLUMN home_ledger_id uuid REFERENCES ledgers;
ALTER TABLE coupons ADD COLUMN home_incarnation integer;
-- Counts the removals to a ledger: what is said of an earlier one is void.
ALTER TABLE coupons ADD COLUMN home_move integer NOT NULL DEFAULT 0 CHECK (home_move >= 0);
-- Somebody needs the code, and its home was asked for it.
ALTER TABLE coupons ADD COLUMN home_asked_at bigint;
-- The home was asked and keeps it: a basket there holds it.
ALTER TABLE coupons ADD COLUMN home_kept_at bigint;
ALTER TABLE coupons ADD CONSTRAINT coupons_home_is_whole
  CHECK ((home_ledger_id IS NULL) = (home_incarnation IS NULL));
CREATE INDEX coupons_asked_for ON coupons (home_ledger_id, home_asked_at) WHERE home_asked_at IS NOT NULL;
CREATE INDEX coupons_away ON coupons (home_ledger_id, home_incarnation) WHERE home_ledger_id IS NOT NULL;

-- A location's own codes with a limit are at home where they were made.
UPDATE coupons SET home_ledger_id = ledgers.id, home_incarnation = (
    SELECT max(incarnation) FROM incarnations WHERE incarnations.ledger_id = ledgers.id
  )
  FROM ledgers
  WHERE coupons.location_id = ledgers.location_id AND coupons.max_uses IS NOT NULL
    AND EXISTS (SELECT 1 FROM incarnations WHERE incarnations.ledger_id = ledgers.id);

ALTER TABLE changes DROP CONSTRAINT changes_kind_check;
ALTER TABLE changes ADD CONSTRAINT changes_kind_check
  CHECK (kind IN ('offer', 'batch', 'codes', 'codeUse', 'codeHome', 'lease', 'budget'));

-- The money of an offer's budget in minor units, each in exactly one place, like the rights of `escrows`.
CREATE TABLE budgets (
  offer_id uuid PRIMARY KEY REFERENCES offers,
  n bigint NOT NULL CHECK (n >= 0),
  pool bigint NOT NULL CHECK (pool >= 0),
  leased bigint NOT NULL CHECK (leased >= 0),
  reserved bigint NOT NULL CHECK (reserved >= 0),
  spent bigint NOT NULL CHECK (spent >= 0),
  burned bigint NOT NULL CHECK (burned >= 0),
  CONSTRAINT budget_is_whole CHECK (pool + leased + reserved + spent + burned = n)
) WITH (fillfactor = 50);

CREATE TABLE budget_leases (
  id uuid PRIMARY KEY,
  offer_id uuid NOT NULL REFERENCES budgets,
  ledger_id uuid NOT NULL REFERENCES ledgers,
  incarnation integer NOT NULL,
  status text NOT NULL CHECK (status IN ('open', 'burned')),
  granted bigint NOT NULL CHECK (granted >= 0),
  claimed bigint CHECK (claimed >= 0),
  held bigint NOT NULL CHECK (held >= 0),
  spent bigint NOT NULL CHECK (spent >= 0),
  returned bigint NOT NULL CHECK (returned >= 0),
  burned bigint NOT NULL CHECK (burned >= 0),
  keep bigint CHECK (keep >= 0),
  created_at bigint NOT NULL,
  CONSTRAINT budget_lease_is_whole CHECK (held + spent + returned + burned = granted),
  UNIQUE (offer_id, ledger_id, incarnation)
);

-- What one redemption or hold took of a budget, and from where: a void gives it back there.
CREATE TABLE budget_spends (
  -- Of the redemption; a hold has the same id.
  redemption_id uuid PRIMARY KEY,
  offer_id uuid NOT NULL REFERENCES budgets,
  -- Null: the pool.
  lease_id uuid REFERENCES budget_leases,
  paid_minor bigint NOT NULL CHECK (paid_minor >= 0),
  -- No money was found for this part: an incident, until money comes back to the pool.
  owed_minor bigint NOT NULL CHECK (owed_minor >= 0)
);
CREATE INDEX budget_spends_owed ON budget_spends (offer_id, redemption_id) WHERE owed_minor > 0;
