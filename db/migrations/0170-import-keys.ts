/** A file of codes that waits to be imported is encrypted with a key of its own, which only the ledger knows. */
export const sql0170 = `
ALTER TABLE imports ADD COLUMN file_key BLOB CHECK (length(file_key) = 32);
`;
