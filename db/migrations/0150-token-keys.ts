/** A batch may be signed by one key after another; each is revoked by itself. */
export const sql0150 = `
CREATE TABLE token_keys (
  key_id BLOB PRIMARY KEY NOT NULL,
  batch_id BLOB NOT NULL REFERENCES batches (id),
  seed BLOB NOT NULL CHECK (length(seed) = 32),
  made_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX token_keys_of_batch ON token_keys (batch_id, made_at);
INSERT INTO token_keys (key_id, batch_id, seed, made_at, revoked_at)
SELECT key_id, batch_id, seed, (SELECT created_at FROM batches WHERE id = batch_id), revoked_at FROM token_batches;
DROP TABLE token_batches;
`;
