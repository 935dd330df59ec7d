/**
 * Codes by the million. The index by serial goes: new codes are inserted in the order of their texts, so that each
 * page of the index of codes is written once, and their serials are at random to that. Which coupons have which serials
 * is kept in runs of ids instead. `folded` finds a code whose letters were read as digits.
 */
export const sql0060 = `
CREATE TABLE batch_serials (
  batch_id BLOB NOT NULL REFERENCES batches (id),
  first_serial INTEGER NOT NULL CHECK (first_serial >= 1),
  ids BLOB NOT NULL CHECK (length(ids) % 16 = 0),
  PRIMARY KEY (batch_id, first_serial)
) STRICT, WITHOUT ROWID;
INSERT INTO batch_serials (batch_id, first_serial, ids)
SELECT batch_id, min(serial), unhex(group_concat(hex(id), '' ORDER BY serial))
FROM (
  SELECT batch_id, serial, id, row_number() OVER (PARTITION BY batch_id ORDER BY serial) AS place
  FROM coupons WHERE batch_id IS NOT NULL
)
GROUP BY batch_id, serial - place, (place - 1) / 500;
DROP INDEX coupons_of_batch;

ALTER TABLE coupons ADD COLUMN folded TEXT GENERATED ALWAYS AS
  (nullif(replace(replace(replace(code, 'I', '1'), 'L', '1'), 'O', '0'), code)) VIRTUAL;
CREATE INDEX coupons_folded ON coupons (folded) WHERE folded IS NOT NULL;

CREATE TABLE batch_jobs (
  batch_id BLOB PRIMARY KEY NOT NULL REFERENCES batches (id),
  kind TEXT NOT NULL CHECK (kind IN ('generate', 'import')),
  state TEXT NOT NULL CHECK (state IN ('inserting', 'announcing', 'removing', 'live', 'withdrawn')),
  seed BLOB NOT NULL,
  first_row INTEGER NOT NULL,
  made INTEGER NOT NULL CHECK (made >= 0),
  operator_id BLOB NOT NULL,
  till_name TEXT NOT NULL,
  stopped TEXT,
  ended_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_jobs_open ON batch_jobs (state) WHERE state IN ('inserting', 'announcing', 'removing');

CREATE TABLE code_ranges (
  seq INTEGER PRIMARY KEY NOT NULL,
  batch_id BLOB NOT NULL REFERENCES batches (id),
  first_serial INTEGER NOT NULL CHECK (first_serial >= 1),
  last_serial INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('live', 'void')),
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  operator_id BLOB NOT NULL,
  CHECK (first_serial <= last_serial)
) STRICT;
CREATE INDEX code_ranges_of_batch ON code_ranges (batch_id, seq);

CREATE TABLE imports (
  id BLOB PRIMARY KEY NOT NULL,
  file_name TEXT NOT NULL,
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  state TEXT NOT NULL CHECK (state IN ('uploading', 'uploaded', 'reading', 'importing', 'done', 'undone', 'failed')),
  settings TEXT,
  report TEXT,
  batch_id BLOB REFERENCES batches (id),
  created_at INTEGER NOT NULL,
  operator_id BLOB NOT NULL
) STRICT;
CREATE INDEX imports_newest ON imports (created_at, id);

CREATE TABLE token_batches (
  batch_id BLOB PRIMARY KEY NOT NULL REFERENCES batches (id),
  key_id BLOB NOT NULL UNIQUE,
  seed BLOB NOT NULL CHECK (length(seed) = 32),
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE trusted_roots (
  public_key BLOB PRIMARY KEY NOT NULL CHECK (length(public_key) = 32),
  name TEXT NOT NULL,
  list BLOB NOT NULL,
  version INTEGER NOT NULL,
  trusted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE printers (
  id BLOB PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  settings TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  removed_at INTEGER
) STRICT;

CREATE TABLE print_jobs (
  seq INTEGER PRIMARY KEY NOT NULL,
  id BLOB NOT NULL UNIQUE,
  printer_id BLOB NOT NULL REFERENCES printers (id),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'printed', 'cancelled')),
  document TEXT NOT NULL,
  batch_id BLOB REFERENCES batches (id),
  first_serial INTEGER,
  last_serial INTEGER,
  is_copy INTEGER NOT NULL CHECK (is_copy IN (0, 1)),
  attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  created_at INTEGER NOT NULL,
  operator_id BLOB NOT NULL,
  till_name TEXT NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX print_jobs_waiting ON print_jobs (printer_id, seq) WHERE state = 'waiting';

CREATE TABLE print_log (
  seq INTEGER PRIMARY KEY NOT NULL,
  at INTEGER NOT NULL,
  operator_id BLOB NOT NULL,
  till_name TEXT NOT NULL,
  batch_id BLOB NOT NULL REFERENCES batches (id),
  first_serial INTEGER NOT NULL,
  last_serial INTEGER NOT NULL,
  medium TEXT NOT NULL,
  is_copy INTEGER NOT NULL CHECK (is_copy IN (0, 1))
) STRICT;
CREATE INDEX print_log_of_batch ON print_log (batch_id, seq);
`;
