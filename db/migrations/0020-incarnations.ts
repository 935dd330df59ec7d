/**
 * A lease belongs to one incarnation of its ledger: what it held is burned when the ledger goes on as another. Where
 * an incarnation begins in the chain is remembered, because events are sent under the one that wrote them.
 */
export const sql0020 = `
ALTER TABLE leases ADD COLUMN incarnation INTEGER NOT NULL DEFAULT 1 CHECK (incarnation >= 1);

CREATE TABLE incarnations (
  incarnation INTEGER PRIMARY KEY NOT NULL CHECK (incarnation >= 2),
  first_seq INTEGER NOT NULL CHECK (first_seq >= 1)
) STRICT;
`;
