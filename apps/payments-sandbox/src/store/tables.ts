/**
 * Tables of the sandbox. Objects are kept as the JSON that the API answers with; `parent` and `metadata` stand beside
 * it because lists and searches ask for them. An object is a few kilobytes, which PostgreSQL would compress at every
 * write; `toast_tuple_target` keeps it as it is. Each statement may run again on a schema that has it already.
 */
export const TABLES = `
CREATE TABLE IF NOT EXISTS objects (
  id text PRIMARY KEY,
  kind text NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  created bigint NOT NULL,
  parent text,
  metadata jsonb,
  data json NOT NULL
) WITH (fillfactor = 80, toast_tuple_target = 8160);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_by_parent ON objects (parent, kind) WHERE parent IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_by_metadata ON objects USING gin (metadata jsonb_path_ops) WHERE kind = 'payment_intent';

CREATE TABLE IF NOT EXISTS idempotency_keys (
  key text PRIMARY KEY,
  fingerprint text NOT NULL,
  status int NOT NULL,
  body text NOT NULL,
  at_ms bigint NOT NULL
) WITH (toast_tuple_target = 8160);
CREATE INDEX IF NOT EXISTS idempotency_keys_by_age ON idempotency_keys (at_ms);

CREATE TABLE IF NOT EXISTS timers (
  kind text NOT NULL,
  object_id text NOT NULL,
  at_ms bigint NOT NULL,
  PRIMARY KEY (kind, object_id)
);
CREATE INDEX IF NOT EXISTS timers_by_time ON timers (at_ms);

CREATE TABLE IF NOT EXISTS deliveries (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id text NOT NULL,
  endpoint_id text NOT NULL,
  state text NOT NULL DEFAULT 'pending',
  attempts int NOT NULL DEFAULT 0,
  next_at_ms bigint NOT NULL,
  last_status int
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (next_at_ms) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (event_id);

CREATE TABLE IF NOT EXISTS settings (
  name text PRIMARY KEY,
  value jsonb NOT NULL
);
`;
