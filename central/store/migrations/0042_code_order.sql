-- Codes are ordered by their bytes, so that their one index also finds what begins with something.
ALTER TABLE coupons ALTER COLUMN code TYPE text COLLATE "C";
