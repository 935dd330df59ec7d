/**
 * What a redemption writes, on fewer pages. A basket is a row in the order of its check, not of its random id, and as
 * long as a page: confirming it changes that page, and none of an index. It names its redemptions, which are numbered
 * without a gap by others, so that they need no index of their own by basket. No redemption refers to its coupon by a
 * foreign key: nothing finds the redemptions of a coupon, and removing codes would read all of them for each.
 */
export const sql0140 = `
CREATE TABLE baskets_in_order (
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
INSERT INTO baskets_in_order (id, status, checked, currency, subtotal_minor, discount_minor, payable_minor, at,
  sale, returns, first_seq, last_seq)
SELECT id, status, checked, currency, subtotal_minor, discount_minor, payable_minor, at, sale, returns,
  its.first_seq, its.last_seq
FROM baskets LEFT JOIN (
  SELECT basket_id, min(seq) AS first_seq, max(seq) AS last_seq FROM redemptions GROUP BY basket_id
) AS its ON its.basket_id = baskets.id
ORDER BY at, id;

CREATE TABLE redemptions_by_seq (
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
INSERT INTO redemptions_by_seq (seq, id, basket_id, coupon_id, offer_id, offer_version, code, channel, customer_id,
  currency, discount_minor, shares, operator_id, till_name, redeemed_at, business_day, lease_id, at_risk, voided_at,
  void_seq, returned_minor, use_back_seq, prev_seq, prev_customer_seq)
SELECT seq, id, basket_id, coupon_id, offer_id, offer_version, code, channel, customer_id,
  currency, discount_minor, shares, operator_id, till_name, redeemed_at, business_day, lease_id, at_risk, voided_at,
  void_seq, returned_minor, use_back_seq, prev_seq, prev_customer_seq
FROM redemptions ORDER BY seq;

CREATE TABLE reservations_now (
  basket_id BLOB NOT NULL REFERENCES baskets_in_order (id) DEFERRABLE INITIALLY DEFERRED,
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
INSERT INTO reservations_now (basket_id, coupon_id, id, offer_id, expires_at, lease_id, customer_id, operator_id,
  business_day, discount_minor)
SELECT basket_id, coupon_id, id, offer_id, expires_at, lease_id, customer_id, operator_id,
  business_day, discount_minor
FROM reservations;

CREATE TABLE refunds_by_seq (
  seq INTEGER PRIMARY KEY NOT NULL,
  id BLOB NOT NULL UNIQUE,
  basket_id BLOB NOT NULL REFERENCES baskets_in_order (id),
  answer TEXT NOT NULL
) STRICT;
INSERT INTO refunds_by_seq (seq, id, basket_id, answer) SELECT seq, id, basket_id, answer FROM refunds;

DROP TABLE redemptions;
DROP TABLE reservations;
DROP TABLE refunds;
DROP TABLE baskets;
ALTER TABLE baskets_in_order RENAME TO baskets;
ALTER TABLE redemptions_by_seq RENAME TO redemptions;
ALTER TABLE reservations_now RENAME TO reservations;
ALTER TABLE refunds_by_seq RENAME TO refunds;
CREATE INDEX redemptions_at_risk ON redemptions (offer_id, seq) WHERE at_risk = 1;
CREATE INDEX refunds_of_basket ON refunds (basket_id, seq);
`;
