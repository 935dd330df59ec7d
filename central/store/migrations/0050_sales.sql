-- Sales with what a refund needs, refunds, holds that count at their location, enrolment codes bound to a location.

-- What was sold and how it was judged, written with its redemptions. A refund gives back by it, exactly.
CREATE TABLE sales (
  id uuid PRIMARY KEY,
  basket_id text NOT NULL,
  channel text NOT NULL,
  location_id uuid,
  currency text NOT NULL,
  basket jsonb NOT NULL,
  totals jsonb NOT NULL,
  -- Units, deliveries and money that came back so far; null: none.
  returns jsonb,
  made_at bigint NOT NULL
) WITH (fillfactor = 90);

-- Absent for sales of locations, which refund by their own ledger.
ALTER TABLE redemptions ADD COLUMN sale_id uuid;
-- The only redemption of a sale bears its id: most need no row here.
CREATE INDEX redemptions_of_sale ON redemptions (sale_id) WHERE sale_id <> id;
-- Null for automatic offers, which need no code.
ALTER TABLE redemptions ALTER COLUMN coupon_id DROP NOT NULL;
-- The part of the discount that was on goods which came back.
ALTER TABLE redemptions ADD COLUMN returned_minor bigint NOT NULL DEFAULT 0 CHECK (returned_minor >= 0);
-- `refunded`: goods came back, and by the offer's policy the use with them.
ALTER TABLE redemptions DROP CONSTRAINT redemptions_status_check;
ALTER TABLE redemptions ADD CONSTRAINT redemptions_status_check CHECK (status IN ('redeemed', 'voided', 'refunded'));

CREATE TABLE refunds (
  id uuid PRIMARY KEY,
  sale_id uuid NOT NULL REFERENCES sales,
  currency text NOT NULL,
  refund_minor bigint NOT NULL CHECK (refund_minor >= 0),
  clawed_back_minor bigint NOT NULL CHECK (clawed_back_minor >= 0),
  lines jsonb NOT NULL,
  shipping_ids text[] NOT NULL,
  -- Redemptions whose use was given back.
  uses_back uuid[] NOT NULL,
  reason text NOT NULL,
  made_at bigint NOT NULL
);
CREATE INDEX refunds_of_sale ON refunds (sale_id, made_at, id);

CREATE FUNCTION tell_refund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell('coupon.refunded', jsonb_build_object('refund_id', NEW.id, 'sale_id', NEW.sale_id,
    'currency', NEW.currency, 'refund_minor', NEW.refund_minor, 'uses_given_back', to_jsonb(NEW.uses_back),
    'refunded_at', NEW.made_at));
  RETURN NULL;
END
$$;
CREATE TRIGGER coupon_refunded AFTER INSERT ON refunds FOR EACH ROW EXECUTE FUNCTION tell_refund();

-- Holds count for the limits of a location, and of an offer.
ALTER TABLE reservations ADD COLUMN location_id uuid;
-- Basket and totals, for the sale that the hold becomes.
ALTER TABLE reservations ADD COLUMN sale jsonb;
CREATE INDEX reservations_of_offer ON reservations (offer_id) WHERE status = 'reserved';

-- Set: this code is for the ledger of that location alone. Not set: it is for a location that is not known yet.
ALTER TABLE enrolment_codes ADD COLUMN location_id uuid REFERENCES locations;

-- Offers that apply without a code, for every basket that is judged.
CREATE INDEX offers_automatic ON offers (id) WHERE status = 'active' AND terms ->> 'trigger' = 'automatic';

