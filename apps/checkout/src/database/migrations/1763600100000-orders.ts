import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Orders, their payments, refunds and shipments, the provider's notices, and the jobs that talk to the provider. */
export class Orders1763600100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(orders);
    await runner.query(payments);
    await runner.query(afterSale);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE stock_imports, shipping_rates, shipments, refunds, late_payments, provider_notices, payment_jobs,
        payments, order_entries, order_lines, orders;
      DROP SEQUENCE order_numbers;`);
  }
}

// Amounts are minor units. (buyer, idempotency_key) makes a repeated request find its order; holds.order_id and
// order_lines (hold, buyer, variant) make sure that a hold is bought once.
const orders = `
CREATE SEQUENCE order_numbers START 1001;
CREATE TABLE orders (
  id uuid PRIMARY KEY,
  number bigint NOT NULL UNIQUE DEFAULT nextval('order_numbers'),
  idempotency_key text NOT NULL,
  request_hash text NOT NULL,
  buyer_id uuid NOT NULL,
  buyer_name text NOT NULL,
  shop_id uuid NOT NULL,
  show_id uuid,
  state text NOT NULL DEFAULT 'placed' CHECK (state IN
    ('placed', 'committed', 'paid', 'partially_shipped', 'shipped', 'payment_failed', 'expired', 'cancelled')),
  reason text,
  version bigint NOT NULL DEFAULT 1,
  currency char(3) NOT NULL,
  items_amount bigint NOT NULL CHECK (items_amount >= 0),
  shipping_amount bigint NOT NULL CHECK (shipping_amount >= 0),
  shipping_saved bigint NOT NULL DEFAULT 0 CHECK (shipping_saved >= 0),
  tax_amount bigint NOT NULL CHECK (tax_amount >= 0),
  tax_rate_bp integer NOT NULL,
  tax_included boolean NOT NULL,
  rounding_amount integer NOT NULL,
  total_amount bigint NOT NULL CHECK (total_amount >= 0),
  platform_fee bigint NOT NULL CHECK (platform_fee >= 0),
  address jsonb NOT NULL,
  country char(2) NOT NULL,
  shipping_method text NOT NULL,
  note text NOT NULL DEFAULT '',
  search text NOT NULL,
  placed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  paid_at timestamptz,
  ended_at timestamptz,
  UNIQUE (buyer_id, idempotency_key)
) WITH (fillfactor = 80);
CREATE INDEX orders_by_buyer ON orders (buyer_id, id DESC);
CREATE INDEX orders_by_shop ON orders (shop_id, id DESC);
CREATE INDEX orders_by_show ON orders (show_id, buyer_id) WHERE show_id IS NOT NULL;
CREATE TABLE order_lines (
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders,
  position smallint NOT NULL,
  buyer_id uuid NOT NULL,
  hold_id uuid NOT NULL,
  sale_id uuid NOT NULL,
  variant_id uuid NOT NULL,
  product_id uuid,
  title text NOT NULL,
  sku text,
  options jsonb NOT NULL DEFAULT '{}',
  quantity integer NOT NULL CHECK (quantity > 0),
  unit_amount bigint NOT NULL CHECK (unit_amount >= 0),
  price_version integer NOT NULL,
  amount bigint NOT NULL CHECK (amount >= 0),
  shipped_quantity integer NOT NULL DEFAULT 0,
  refunded_quantity integer NOT NULL DEFAULT 0,
  refunded_amount bigint NOT NULL DEFAULT 0,
  UNIQUE (hold_id, buyer_id, variant_id),
  CONSTRAINT line_not_overshipped CHECK (shipped_quantity BETWEEN 0 AND quantity),
  CONSTRAINT line_not_overrefunded CHECK (refunded_quantity BETWEEN 0 AND quantity)
) WITH (fillfactor = 80);
CREATE INDEX order_lines_by_order ON order_lines (order_id, position);
CREATE TABLE order_entries (
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  kind text NOT NULL,
  actor text NOT NULL CHECK (actor IN ('buyer', 'merchant', 'system', 'provider')),
  actor_id uuid,
  data jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX order_entries_by_order ON order_entries (order_id, id);
`;

// payments.decision is the compare-and-set between selling and cancelling; payments.state is what the provider said.
// refunded_amount counts refunds under way, so that no two of them together can pass what was captured.
// payment_jobs.position is the place in line: jobs of one kind are taken in its order.
const payments = `
CREATE TABLE payments (
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL UNIQUE REFERENCES orders,
  provider text NOT NULL,
  provider_id text UNIQUE,
  client_secret text,
  state text NOT NULL DEFAULT 'created' CHECK (state IN ('created', 'requires_action', 'processing', 'authorized',
    'captured', 'partially_refunded', 'refunded', 'failed', 'voided', 'disputed')),
  decision text NOT NULL DEFAULT 'open' CHECK (decision IN
    ('open', 'committing', 'committed', 'reversed', 'cancelling', 'cancelled')),
  capture text NOT NULL DEFAULT 'manual' CHECK (capture IN ('manual', 'automatic')),
  amount bigint NOT NULL CHECK (amount >= 0),
  currency char(3) NOT NULL,
  captured_amount bigint NOT NULL DEFAULT 0,
  refunded_amount bigint NOT NULL DEFAULT 0,
  disputed boolean NOT NULL DEFAULT false,
  failure jsonb,
  pay_by timestamptz NOT NULL,
  check_at timestamptz,
  checks integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT captured_at_most_amount CHECK (captured_amount BETWEEN 0 AND amount),
  CONSTRAINT refunded_at_most_captured CHECK (refunded_amount BETWEEN 0 AND captured_amount)
) WITH (fillfactor = 70);
CREATE INDEX payments_to_check ON payments (check_at) WHERE check_at IS NOT NULL;
CREATE TABLE payment_jobs (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('set_up', 'capture', 'refund')),
  subject_id uuid NOT NULL,
  run_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  attempts integer NOT NULL DEFAULT 0,
  told_position integer,
  last_error text,
  UNIQUE (kind, subject_id)
) WITH (fillfactor = 70);
CREATE INDEX payment_jobs_due ON payment_jobs (kind, run_at);
CREATE TABLE provider_notices (
  event_id text PRIMARY KEY,
  type text NOT NULL,
  created_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  provider_payment_id text,
  provider_refund_id text,
  handled_at timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  run_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  last_error text
) WITH (fillfactor = 70);
CREATE INDEX provider_notices_due ON provider_notices (run_at) WHERE handled_at IS NULL;
CREATE INDEX provider_notices_by_payment ON provider_notices (provider_payment_id);
CREATE TABLE late_payments (
  payment_id uuid PRIMARY KEY REFERENCES payments,
  found_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  state text NOT NULL,
  hold_ids uuid[] NOT NULL DEFAULT '{}',
  lease_until timestamptz NOT NULL,
  outcome text CHECK (outcome IN ('sold', 'voided', 'refunded')),
  settled_at timestamptz
);
CREATE INDEX late_payments_open ON late_payments (lease_until) WHERE outcome IS NULL;
`;

const afterSale = `
CREATE TABLE refunds (
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders,
  payment_id uuid NOT NULL REFERENCES payments,
  idempotency_key text NOT NULL,
  request_hash text NOT NULL,
  provider_id text UNIQUE,
  amount bigint NOT NULL CHECK (amount > 0),
  currency char(3) NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'succeeded', 'failed')),
  reason text NOT NULL,
  note text NOT NULL DEFAULT '',
  lines jsonb NOT NULL DEFAULT '[]',
  failure text,
  requested_by uuid,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  settled_at timestamptz,
  UNIQUE (order_id, idempotency_key)
);
CREATE TABLE shipments (
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders,
  idempotency_key text NOT NULL,
  request_hash text NOT NULL,
  carrier text NOT NULL,
  tracking_number text,
  tracking_url text,
  lines jsonb NOT NULL,
  shipped_by uuid NOT NULL,
  shipped_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (order_id, idempotency_key)
);
CREATE TABLE shipping_rates (
  shop_id uuid NOT NULL,
  country text NOT NULL,
  method text NOT NULL,
  first_amount bigint NOT NULL CHECK (first_amount >= 0),
  further_amount bigint NOT NULL CHECK (further_amount >= 0),
  free_from_amount bigint CHECK (free_from_amount >= 0),
  PRIMARY KEY (shop_id, country, method)
);
CREATE TABLE stock_imports (
  id uuid PRIMARY KEY,
  shop_id uuid NOT NULL,
  digest text NOT NULL,
  dialect text NOT NULL,
  actor_id uuid NOT NULL,
  again boolean NOT NULL,
  report jsonb NOT NULL,
  imported_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX stock_imports_by_shop ON stock_imports (shop_id, digest, imported_at DESC);
CREATE UNIQUE INDEX stock_imports_once ON stock_imports (shop_id, digest) WHERE NOT again;
`;
