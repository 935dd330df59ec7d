-- What a restored centre is told of its lost redemptions may be more than its budget has: what is owed of such a one is
-- in `budget_spends`, as with the redemptions of ledgers, and its money comes and goes there.

CREATE OR REPLACE FUNCTION budget_of_redemption() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  change bigint;
  spend budget_spends;
  owed bigint;
  back bigint;
BEGIN
  change := CASE WHEN NEW.status = 'voided' THEN 0 ELSE NEW.discount_minor - NEW.returned_minor END;
  IF TG_OP = 'UPDATE' THEN
    change := change - CASE WHEN OLD.status = 'voided' THEN 0 ELSE OLD.discount_minor - OLD.returned_minor END;
  END IF;
  IF change = 0 THEN
    RETURN NULL;
  END IF;
  -- The budget before what was taken of it: the order in which everybody locks.
  PERFORM 1 FROM budgets WHERE offer_id = NEW.offer_id FOR UPDATE;
  SELECT * INTO spend FROM budget_spends WHERE redemption_id = NEW.id FOR UPDATE;
  IF NOT FOUND THEN
    PERFORM move_budget(NEW.offer_id, change, 0, change);
  ELSIF TG_OP = 'UPDATE' THEN
    -- What was given without any money is owed no more; only the rest comes back.
    owed := greatest(0, spend.owed_minor + change);
    back := least(spend.paid_minor, -change - (spend.owed_minor - owed));
    UPDATE budget_spends SET paid_minor = paid_minor - back, owed_minor = owed WHERE redemption_id = NEW.id;
    PERFORM move_budget(NEW.offer_id, -back, 0, -back);
  END IF;
  RETURN NULL;
END
$$;
