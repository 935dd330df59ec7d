/** What was redeemed in another system before: read by reports and searches, counted by no limit. */
export const sql0160 = `
CREATE TABLE past_imports (
  id BLOB PRIMARY KEY NOT NULL REFERENCES imports (id),
  seq INTEGER NOT NULL UNIQUE,
  file_name TEXT NOT NULL,
  file_hash BLOB NOT NULL UNIQUE CHECK (length(file_hash) = 32),
  rows INTEGER NOT NULL CHECK (rows >= 1),
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  imported_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE past_redemptions (
  key BLOB PRIMARY KEY NOT NULL CHECK (length(key) = 16),
  import_id BLOB NOT NULL REFERENCES past_imports (id),
  line INTEGER NOT NULL CHECK (line >= 1),
  at INTEGER NOT NULL,
  business_day TEXT NOT NULL,
  what TEXT NOT NULL CHECK (what IN ('redemption', 'void', 'refund')),
  code TEXT NOT NULL,
  discount_minor INTEGER NOT NULL CHECK (CASE what WHEN 'redemption' THEN discount_minor >= 0 ELSE discount_minor <= 0 END),
  details TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX past_redemptions_of_import ON past_redemptions (import_id, line);
CREATE INDEX past_redemptions_of_day ON past_redemptions (business_day);
CREATE INDEX past_redemptions_of_code ON past_redemptions (code, at);
`;
