-- Whether the offer's campaign has a budget or a number of uses: only then its redemptions take turns with those of
-- the campaign's other offers.
ALTER TABLE offers ADD COLUMN campaign_limited boolean NOT NULL DEFAULT false;
