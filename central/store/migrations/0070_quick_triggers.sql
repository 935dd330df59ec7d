-- What a redemption causes costs next to nothing where nobody listens and no budget is counted: functions that keep
-- their plans, called once for a statement instead of once for a row.

CREATE OR REPLACE FUNCTION tell(event_type text, event_data jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox (type, data, at)
  SELECT event_type, event_data, (extract(epoch FROM clock_timestamp()) * 1000)::bigint
  WHERE EXISTS (SELECT 1 FROM webhook_endpoints WHERE status = 'active');
END
$$;

-- That a code is used up with its only use is the rule: whether anybody listens is asked first.
CREATE OR REPLACE FUNCTION tell_coupon() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM webhook_endpoints WHERE status = 'active') THEN
    PERFORM tell(TG_ARGV[0], jsonb_build_object('coupon_id', NEW.id, 'offer_id', NEW.offer_id, 'status', NEW.status,
      'version', NEW.version, 'uses', NEW.used, 'max_uses', NEW.max_uses));
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION redemption_event(one redemptions) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_build_object('redemption_id', one.id, 'coupon_id', one.coupon_id, 'offer_id', one.offer_id,
    'offer_version', one.offer_version, 'basket_id', one.basket_id, 'channel', one.channel,
    'location_id', one.location_id, 'currency', one.currency, 'discount_minor', one.discount_minor,
    'redeemed_at', one.redeemed_at, 'voided_at', one.voided_at);
$$;

CREATE OR REPLACE FUNCTION tell_redemption() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell(TG_ARGV[0], redemption_event(NEW));
  RETURN NULL;
END
$$;

CREATE FUNCTION tell_redemptions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM webhook_endpoints WHERE status = 'active') THEN
    PERFORM tell('coupon.redeemed', redemption_event(added::redemptions)) FROM added;
  END IF;
  RETURN NULL;
END
$$;
DROP TRIGGER coupon_redeemed ON redemptions;
CREATE TRIGGER coupon_redeemed AFTER INSERT ON redemptions REFERENCING NEW TABLE AS added FOR EACH STATEMENT
  EXECUTE FUNCTION tell_redemptions();

CREATE OR REPLACE FUNCTION move_budget(offer uuid, from_pool bigint, to_reserved bigint, to_spent bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE budgets SET pool = pool - from_pool, reserved = reserved + to_reserved, spent = spent + to_spent
  WHERE offer_id = offer;
END
$$;

-- New redemptions of the centre itself take their money together. What is told in `budget_spends` was taken already.
CREATE FUNCTION budget_of_redemptions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM budgets
  WHERE offer_id IN (SELECT offer_id FROM added WHERE ledger_id IS NULL AND discount_minor > 0)
  ORDER BY offer_id FOR UPDATE;
  IF FOUND THEN
    PERFORM move_budget(offer_id, change, 0, change)
    FROM (
      SELECT offer_id, sum(discount_minor - returned_minor)::bigint AS change FROM added
      WHERE ledger_id IS NULL AND status <> 'voided'
        AND NOT EXISTS (SELECT 1 FROM budget_spends WHERE redemption_id = added.id)
      GROUP BY offer_id
    ) AS taken
    WHERE change <> 0;
  END IF;
  RETURN NULL;
END
$$;
DROP TRIGGER redemption_takes_budget ON redemptions;
CREATE TRIGGER redemption_takes_budget AFTER INSERT ON redemptions REFERENCING NEW TABLE AS added FOR EACH STATEMENT
  EXECUTE FUNCTION budget_of_redemptions();
