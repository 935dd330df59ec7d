/**
 * Where codes are at home, as far as that is not where they were made, and the money of budgets. `move` counts the
 * removals of a code: what is said of an earlier one is void. The places of a budget are minor units.
 * Incidents are the centre's, as it last told them; `waiting`: decided here, and not heard of there yet.
 */
export const sql0050 = `
CREATE TABLE code_homes (
  coupon_id BLOB PRIMARY KEY NOT NULL,
  move INTEGER NOT NULL CHECK (move >= 0),
  place TEXT NOT NULL CHECK (place IN ('here', 'away')),
  incarnation INTEGER NOT NULL CHECK (incarnation >= 1)
) STRICT, WITHOUT ROWID;

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
CREATE INDEX budget_leases_of_offer ON budget_leases (offer_id);

INSERT INTO budget_leases (id, offer_id, incarnation, total, leased, reserved, spent, burned, returned)
SELECT id, id, incarnation, n, n - min(n, given), 0, min(n, given), 0, 0
FROM (
  SELECT o.id, json_extract(v.terms, '$.limits.budgetMinor') AS n,
    coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'incarnation'), 1) AS incarnation,
    coalesce((
      SELECT discount_minor FROM use_counts u WHERE u.offer_id = o.id AND u.scope = 'all' AND u.key = ''
    ), 0) AS given
  FROM offers o JOIN offer_versions v ON v.offer_id = o.id AND v.version = o.version
  WHERE o.origin = 'here'
)
WHERE n IS NOT NULL;

CREATE TABLE budget_spends (
  redemption_seq INTEGER PRIMARY KEY NOT NULL,
  lease_id BLOB NOT NULL REFERENCES budget_leases (id),
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0)
) STRICT;

CREATE TABLE incidents (
  id BLOB PRIMARY KEY NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'resolved')),
  created_at INTEGER NOT NULL,
  waiting INTEGER NOT NULL CHECK (waiting IN (0, 1)),
  incident TEXT NOT NULL
) STRICT;
CREATE INDEX incidents_newest ON incidents (status, created_at, id);
`;
