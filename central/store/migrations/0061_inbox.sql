-- What was decided about an incident, by whom; kinds that tell of clocks and of rights that were given up.

ALTER TABLE incidents ADD COLUMN outcome text
  CHECK (outcome IN ('accepted', 'recovered', 'written_off', 'dismissed', 'replayed', 'covered', 'voided'));
ALTER TABLE incidents ADD COLUMN recovered_from text;
ALTER TABLE incidents ADD COLUMN resolved_by text;
UPDATE incidents SET outcome = CASE
    WHEN resolution IN ('covered', 'voided') THEN resolution
    WHEN kind = 'over_redemption' THEN 'accepted'
    ELSE 'dismissed'
  END
  WHERE status = 'resolved';
ALTER TABLE incidents DROP CONSTRAINT incidents_kind_check;
ALTER TABLE incidents ADD CONSTRAINT incidents_kind_check
  CHECK (kind IN ('over_redemption', 'fork', 'quarantine', 'clock_fault', 'lease_burned'));
CREATE INDEX incidents_open ON incidents (created_at DESC, id DESC) WHERE status = 'open';

ALTER TABLE changes DROP CONSTRAINT changes_kind_check;
ALTER TABLE changes ADD CONSTRAINT changes_kind_check
  CHECK (kind IN ('offer', 'batch', 'codes', 'codeUse', 'codeHome', 'lease', 'budget', 'incident'));
