-- Events for integrators. Triggers write them in the transaction of the change itself, whichever way it came (REST,
-- a location's push, an import): none is forgotten, and none is told of a change that was rolled back.

CREATE TABLE webhook_endpoints (
  id uuid PRIMARY KEY,
  url text NOT NULL,
  -- Signs what is sent, so it cannot be stored as a hash.
  secret text NOT NULL,
  events text[] NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'removed')),
  created_at bigint NOT NULL
);

CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id uuid NOT NULL DEFAULT gen_random_uuid(),
  type text NOT NULL,
  data jsonb NOT NULL,
  at bigint NOT NULL
);

-- One event to one endpoint: its id stays the same over all attempts.
CREATE TABLE webhook_deliveries (
  event_id uuid NOT NULL,
  endpoint_id uuid NOT NULL REFERENCES webhook_endpoints,
  type text NOT NULL,
  body text NOT NULL,
  state text NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
  attempts integer NOT NULL DEFAULT 0,
  next_at bigint NOT NULL,
  last_error text,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (event_id, endpoint_id)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_at) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_newest ON webhook_deliveries (created_at DESC, event_id DESC);

CREATE FUNCTION tell(event_type text, event_data jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO outbox (type, data, at)
  SELECT event_type, event_data, (extract(epoch FROM clock_timestamp()) * 1000)::bigint
  WHERE EXISTS (SELECT 1 FROM webhook_endpoints WHERE status = 'active');
$$;

CREATE FUNCTION tell_coupon() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell(TG_ARGV[0], jsonb_build_object('coupon_id', NEW.id, 'offer_id', NEW.offer_id, 'status', NEW.status,
    'version', NEW.version, 'uses', NEW.used, 'max_uses', NEW.max_uses));
  RETURN NULL;
END
$$;
CREATE TRIGGER coupon_created AFTER INSERT ON coupons FOR EACH ROW
  WHEN (NEW.batch_id IS NULL) EXECUTE FUNCTION tell_coupon('coupon.created');
CREATE TRIGGER coupon_updated AFTER UPDATE ON coupons FOR EACH ROW
  WHEN (NEW.version <> OLD.version) EXECUTE FUNCTION tell_coupon('coupon.updated');
CREATE TRIGGER coupon_exhausted AFTER UPDATE ON coupons FOR EACH ROW
  WHEN (NEW.used >= NEW.max_uses AND OLD.used < OLD.max_uses) EXECUTE FUNCTION tell_coupon('coupon.exhausted');

CREATE FUNCTION tell_offer_exhausted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell('coupon.exhausted', jsonb_build_object('offer_id', NEW.offer_id, 'uses', NEW.spent, 'max_uses', NEW.n));
  RETURN NULL;
END
$$;
CREATE TRIGGER offer_exhausted AFTER UPDATE ON escrows FOR EACH ROW
  WHEN (NEW.n > 0 AND NEW.spent = NEW.n AND OLD.spent < OLD.n) EXECUTE FUNCTION tell_offer_exhausted();

CREATE FUNCTION tell_redemption() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell(TG_ARGV[0], jsonb_build_object('redemption_id', NEW.id, 'coupon_id', NEW.coupon_id,
    'offer_id', NEW.offer_id, 'offer_version', NEW.offer_version, 'basket_id', NEW.basket_id,
    'channel', NEW.channel, 'location_id', NEW.location_id, 'currency', NEW.currency,
    'discount_minor', NEW.discount_minor, 'redeemed_at', NEW.redeemed_at, 'voided_at', NEW.voided_at));
  RETURN NULL;
END
$$;
CREATE TRIGGER coupon_redeemed AFTER INSERT ON redemptions FOR EACH ROW
  EXECUTE FUNCTION tell_redemption('coupon.redeemed');
CREATE TRIGGER coupon_voided AFTER UPDATE ON redemptions FOR EACH ROW
  WHEN (NEW.status = 'voided' AND OLD.status <> 'voided') EXECUTE FUNCTION tell_redemption('coupon.voided');

CREATE FUNCTION tell_batch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell('batch.completed', jsonb_build_object('batch_id', NEW.id, 'offer_id', NEW.offer_id, 'count', NEW.count));
  RETURN NULL;
END
$$;
CREATE TRIGGER batch_completed AFTER INSERT ON batches FOR EACH ROW EXECUTE FUNCTION tell_batch();

CREATE FUNCTION tell_incident() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell('over_redemption.detected', jsonb_build_object('incident_id', NEW.id, 'offer_id', NEW.offer_id,
    'coupon_id', NEW.coupon_id, 'redemption_id', NEW.redemption_id, 'currency', NEW.currency,
    'cost_minor', NEW.cost_minor));
  RETURN NULL;
END
$$;
CREATE TRIGGER over_redemption AFTER INSERT ON incidents FOR EACH ROW
  WHEN (NEW.kind = 'over_redemption') EXECUTE FUNCTION tell_incident();
