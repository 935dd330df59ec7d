/** A print job may be the slip of a basket: what was redeemed on it, for the customer or the drawer. */
export const sql0120 = `
ALTER TABLE print_jobs ADD COLUMN basket_id BLOB;
CREATE INDEX print_jobs_of_basket ON print_jobs (basket_id) WHERE basket_id IS NOT NULL;
`;
