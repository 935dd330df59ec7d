-- Which request voided a redemption: its retry gets the first answer.
CREATE TABLE void_requests (
  redemption_id uuid PRIMARY KEY REFERENCES redemptions (id),
  request_id uuid NOT NULL
);
