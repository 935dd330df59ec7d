-- A ledger need not hear of the uses that it told itself: of as many rows as it pushes, none comes back to it.
ALTER TABLE changes ADD COLUMN of_ledger uuid;
