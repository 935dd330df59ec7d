-- Work that outlasts a request: jobs are rows, claimed by one process at a time. Batches that are still being made,
-- keys and secrets that end, expiries that are told once, campaigns.

CREATE TABLE jobs (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  -- Work that recurs has one row under its name; null for what somebody asked for.
  schedule text UNIQUE,
  state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
  input jsonb NOT NULL,
  done bigint NOT NULL DEFAULT 0 CHECK (done >= 0),
  out_of bigint NOT NULL DEFAULT 0 CHECK (out_of >= 0),
  result jsonb,
  fault jsonb,
  cancel_asked boolean NOT NULL DEFAULT false,
  due_at bigint NOT NULL,
  -- The process that runs it, for as long as it renews this.
  claimed_by uuid,
  claimed_until bigint,
  -- Where the present run began: what the estimate of its end is made of.
  run_since bigint,
  run_from bigint,
  -- Runs that ended without a step forward.
  attempts integer NOT NULL DEFAULT 0,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  ended_at bigint,
  CHECK ((state = 'running') = (claimed_by IS NOT NULL)),
  CHECK ((claimed_by IS NULL) = (claimed_until IS NULL))
) WITH (fillfactor = 70);
CREATE INDEX jobs_due ON jobs (due_at) WHERE state = 'waiting';
CREATE INDEX jobs_claimed ON jobs (claimed_until) WHERE state = 'running';
CREATE INDEX jobs_newest ON jobs (created_at DESC, id DESC) WHERE schedule IS NULL;

-- `making`: none of its codes is valid yet.
ALTER TABLE batches ADD COLUMN state text NOT NULL DEFAULT 'live' CHECK (state IN ('making', 'live'));
CREATE INDEX batches_newest ON batches (created_at DESC, id DESC);
DROP TRIGGER batch_completed ON batches;
CREATE TRIGGER batch_completed AFTER INSERT ON batches FOR EACH ROW
  WHEN (NEW.state = 'live') EXECUTE FUNCTION tell_batch();
CREATE TRIGGER batch_finished AFTER UPDATE ON batches FOR EACH ROW
  WHEN (NEW.state = 'live' AND OLD.state <> 'live') EXECUTE FUNCTION tell_batch();
-- Codes of a batch that was given up are deleted, and each is looked for here.
CREATE INDEX reservations_of_coupon ON reservations (coupon_id);

ALTER TABLE api_keys ADD COLUMN expires_at bigint;

-- The former secret signs too until then, so that receivers can change over.
ALTER TABLE webhook_endpoints ADD COLUMN old_secret text;
ALTER TABLE webhook_endpoints ADD COLUMN old_secret_until bigint;
CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (updated_at) WHERE state <> 'pending';

-- The instant after which the terms refuse everybody, and the one that was told.
ALTER TABLE offers ADD COLUMN ends_at bigint;
ALTER TABLE offers ADD COLUMN end_told bigint;
UPDATE offers SET ends_at = LEAST((terms -> 'validity' ->> 'endsAt')::bigint, (
    SELECT (extract(epoch FROM ((terms #>> '{validity,days,last}')::date + 1)::timestamp AT TIME ZONE name) * 1000)::bigint - 1
    FROM pg_timezone_names WHERE name = terms #>> '{validity,days,zone}'
  ))
  WHERE terms -> 'validity' ?| ARRAY['endsAt', 'days'];
-- What ended before this was watched is not told.
UPDATE offers SET end_told = ends_at WHERE ends_at < extract(epoch FROM clock_timestamp()) * 1000;
CREATE INDEX offers_ending ON offers (ends_at) WHERE ends_at IS NOT NULL AND end_told IS DISTINCT FROM ends_at;
-- Codes that end some time after their issue: alone, or with their batch.
ALTER TABLE coupons ADD COLUMN end_told bigint;
ALTER TABLE batches ADD COLUMN end_told bigint;
CREATE INDEX coupons_ending ON coupons (offer_id, issued_at) WHERE batch_id IS NULL AND end_told IS NULL;
CREATE INDEX offers_with_relative_end ON offers (id) WHERE terms -> 'validity' ? 'afterIssueMs';

CREATE TABLE campaigns (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  first_day date,
  last_day date,
  budget_minor bigint CHECK (budget_minor >= 1),
  max_uses bigint CHECK (max_uses >= 1),
  currency text NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'archived')),
  version integer NOT NULL CHECK (version >= 1),
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
);
CREATE INDEX campaigns_newest ON campaigns (created_at DESC, id DESC);
CREATE INDEX offers_of_campaign ON offers ((terms ->> 'campaignId')) WHERE terms ? 'campaignId';
