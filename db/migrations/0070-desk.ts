/**
 * What reports and searches need without another index on the path of a redemption: each redemption names the one
 * before it of the same code and of the same customer, so that a history is followed from its newest end.
 */
export const sql0070 = `
ALTER TABLE redemptions ADD COLUMN prev_seq INTEGER;
ALTER TABLE redemptions ADD COLUMN prev_customer_seq INTEGER;
UPDATE redemptions SET prev_seq = before.of_coupon, prev_customer_seq = before.of_customer
FROM (
  SELECT seq,
    lag(seq) OVER (PARTITION BY coupon_id ORDER BY seq) AS of_coupon,
    CASE WHEN customer_id IS NOT NULL THEN lag(seq) OVER (PARTITION BY customer_id ORDER BY seq) END AS of_customer
  FROM redemptions
) AS before
WHERE before.seq = redemptions.seq;

ALTER TABLE customers ADD COLUMN last_seq INTEGER;
UPDATE customers SET last_seq = newest.seq
FROM (SELECT customer_id, max(seq) AS seq FROM redemptions WHERE customer_id IS NOT NULL GROUP BY customer_id) AS newest
WHERE newest.customer_id = customers.id;

ALTER TABLE attempts ADD COLUMN basket_id BLOB;
ALTER TABLE attempts ADD COLUMN subtotal_minor INTEGER CHECK (subtotal_minor >= 0);
CREATE INDEX attempts_of_coupon ON attempts (coupon_id, seq) WHERE coupon_id IS NOT NULL;

ALTER TABLE operators ADD COLUMN removed_at INTEGER;

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
ALTER TABLE offer_versions ADD COLUMN campaign_id TEXT GENERATED ALWAYS AS (terms ->> '$.campaignId') VIRTUAL;
CREATE INDEX offer_versions_of_campaign ON offer_versions (campaign_id) WHERE campaign_id IS NOT NULL;
`;
