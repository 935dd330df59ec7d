-- Locations learn of the campaigns of the centre: when they run, and that their limits are counted here.
ALTER TABLE changes DROP CONSTRAINT changes_kind_check;
ALTER TABLE changes ADD CONSTRAINT changes_kind_check
  CHECK (kind IN ('offer', 'batch', 'codes', 'codeUse', 'codeHome', 'lease', 'budget', 'incident', 'campaign'));
INSERT INTO changes (kind, ref) SELECT 'campaign', id FROM campaigns ORDER BY created_at, id;
