/** Campaigns of the centre, as it last told them: instants, and whether it counts limits of theirs. */
export const sql0130 = `
CREATE TABLE centre_campaigns (
  id BLOB PRIMARY KEY NOT NULL,
  starts_at INTEGER,
  ends_at INTEGER,
  limited INTEGER NOT NULL CHECK (limited IN (0, 1))
) STRICT, WITHOUT ROWID;
`;
