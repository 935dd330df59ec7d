/** Tills and tablets that use this ledger over the shop's network. What a token is worth ends with `revoked_at`. */
export const sql0080 = `
CREATE TABLE lanes (
  id BLOB PRIMARY KEY NOT NULL,
  name TEXT NOT NULL COLLATE NOCASE,
  token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
  paired_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;
CREATE UNIQUE INDEX lanes_one_of_a_name ON lanes (name) WHERE revoked_at IS NULL;
`;
