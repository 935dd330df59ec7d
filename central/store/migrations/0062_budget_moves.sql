-- The money of an offer's budget moves with the records that the centre itself writes, whichever way they come: a hold,
-- a redemption, a void, goods that came back. What ledgers report of their leases is moved by the sync.

-- Budgets of offers that are older than this: what was given is spent, the rest is free.
INSERT INTO budgets (offer_id, n, pool, leased, reserved, spent, burned)
SELECT o.id, b.n, b.n - least(b.n, b.given), 0, 0, least(b.n, b.given), 0
FROM offers o, LATERAL (
  SELECT (o.terms -> 'limits' ->> 'budgetMinor')::bigint AS n, coalesce((
    SELECT sum(r.discount_minor - r.returned_minor) FROM redemptions r WHERE r.offer_id = o.id AND r.status <> 'voided'
  ), 0)::bigint AS given
) AS b
WHERE b.n IS NOT NULL;

CREATE FUNCTION move_budget(offer uuid, from_pool bigint, to_reserved bigint, to_spent bigint) RETURNS void
LANGUAGE sql AS $$
  UPDATE budgets SET pool = pool - from_pool, reserved = reserved + to_reserved, spent = spent + to_spent
  WHERE offer_id = offer;
$$;

CREATE FUNCTION budget_of_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM move_budget(NEW.offer_id, NEW.discount_minor, NEW.discount_minor, 0);
  ELSE
    -- Redeemed, it goes back for a moment: the redemption of the same transaction takes it.
    PERFORM move_budget(NEW.offer_id, -NEW.discount_minor, -NEW.discount_minor, 0);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER hold_takes_budget AFTER INSERT ON reservations FOR EACH ROW
  WHEN (NEW.status = 'reserved' AND NEW.discount_minor > 0) EXECUTE FUNCTION budget_of_hold();
CREATE TRIGGER hold_gives_budget_back AFTER UPDATE OF status ON reservations FOR EACH ROW
  WHEN (OLD.status = 'reserved' AND NEW.status <> 'reserved' AND NEW.discount_minor > 0)
  EXECUTE FUNCTION budget_of_hold();

CREATE FUNCTION budget_of_redemption() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  change bigint;
BEGIN
  change := CASE WHEN NEW.status = 'voided' THEN 0 ELSE NEW.discount_minor - NEW.returned_minor END;
  IF TG_OP = 'UPDATE' THEN
    change := change - CASE WHEN OLD.status = 'voided' THEN 0 ELSE OLD.discount_minor - OLD.returned_minor END;
  END IF;
  IF change <> 0 THEN
    PERFORM move_budget(NEW.offer_id, change, 0, change);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER redemption_takes_budget AFTER INSERT ON redemptions FOR EACH ROW
  WHEN (NEW.ledger_id IS NULL AND NEW.discount_minor > 0) EXECUTE FUNCTION budget_of_redemption();
CREATE TRIGGER redemption_gives_budget_back AFTER UPDATE OF status, returned_minor ON redemptions FOR EACH ROW
  WHEN (NEW.ledger_id IS NULL AND (NEW.status <> OLD.status OR NEW.returned_minor <> OLD.returned_minor))
  EXECUTE FUNCTION budget_of_redemption();
