-- What the lease protocol remembers (docs/PROTOCOL.md).

-- True from the opening of a new epoch until everybody has told what the centre may have lost: no rights of strict
-- offers leave the pool meanwhile.
ALTER TABLE server_state ADD COLUMN recovering boolean NOT NULL DEFAULT false;
-- After a restore from a backup: the orders of the web shop were not given again yet.
ALTER TABLE server_state ADD COLUMN orders_missing boolean NOT NULL DEFAULT false;

-- The epoch in which this incarnation has last told everything that it knows.
ALTER TABLE incarnations ADD COLUMN reported_epoch integer NOT NULL DEFAULT 0;

-- The highest number of an incarnation that any copy of this ledger was told to go on as.
ALTER TABLE ledgers ADD COLUMN allotted integer NOT NULL DEFAULT 1;

-- Others need rights: the ledger is asked to give back what is free beyond so many.
ALTER TABLE leases ADD COLUMN keep bigint CHECK (keep >= 0);

-- Redemptions that no right was found for are paid as soon as rights come back.
CREATE INDEX redemptions_owed ON redemptions (offer_id, redeemed_at, id)
  WHERE paid_by = 'nothing' AND status = 'redeemed';
