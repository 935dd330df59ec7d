/** What a refund needs of a sale, the refunds themselves, and offers that apply without a code. */
export const sql0040 = `
ALTER TABLE baskets ADD COLUMN sale TEXT;
ALTER TABLE baskets ADD COLUMN returns TEXT;
ALTER TABLE redemptions ADD COLUMN returned_minor INTEGER NOT NULL DEFAULT 0
  CHECK (returned_minor >= 0 AND returned_minor <= discount_minor);
ALTER TABLE redemptions ADD COLUMN use_back_seq INTEGER;

CREATE TABLE refunds (
  seq INTEGER PRIMARY KEY NOT NULL,
  id BLOB NOT NULL UNIQUE,
  basket_id BLOB NOT NULL REFERENCES baskets (id),
  answer TEXT NOT NULL
) STRICT;
CREATE INDEX refunds_of_basket ON refunds (basket_id, seq);

CREATE INDEX offer_versions_automatic ON offer_versions (offer_id, version) WHERE terms ->> '$.trigger' = 'automatic';
`;
