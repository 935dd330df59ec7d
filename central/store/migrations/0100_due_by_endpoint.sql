-- Deliveries are claimed for each endpoint on its own, so that one that hangs keeps no other waiting.
DROP INDEX webhook_deliveries_due;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_at) WHERE state = 'pending';
