import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sales, the holds on their units, the waitlist, and the record of the commands that changed a sale. */
export class Sales1763600001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(sales);
    await runner.query(holds);
    await runner.query(news);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE waitlist, holds, sale_commands, sale_feed, sale_variants, sales;
      DROP SEQUENCE sale_epochs, waitlist_rank;
      DROP FUNCTION tell_of_sale(), tell_of_price();`);
  }
}

// An epoch is drawn once and never used again, so an engine with an older memory can always be told apart.
// sale_feed carries the version of a sale's events apart from the sale row, which every group commit locks.
const sales = `
CREATE SEQUENCE sale_epochs;
CREATE TABLE sales (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('standing', 'flash')),
  shop_id uuid NOT NULL,
  show_id uuid,
  title text NOT NULL DEFAULT '',
  state text NOT NULL CHECK (state IN ('planned', 'open', 'paused', 'closed', 'stopped')),
  pause_reason text,
  close_reason text,
  rule text NOT NULL DEFAULT 'first_come' CHECK (rule IN ('first_come', 'draw', 'waiting_room')),
  epoch bigint NOT NULL DEFAULT nextval('sale_epochs'),
  replid text,
  engine text NOT NULL DEFAULT 'redis' CHECK (engine IN ('redis', 'postgres', 'memory')),
  failover boolean NOT NULL DEFAULT false,
  limit_per_buyer integer NOT NULL DEFAULT 0 CHECK (limit_per_buyer >= 0),
  hold_ttl_ms integer NOT NULL DEFAULT 300000 CHECK (hold_ttl_ms BETWEEN 1000 AND 600000),
  duration_s integer CHECK (duration_s > 0),
  plan_version bigint NOT NULL DEFAULT 0,
  starts_at timestamptz,
  ends_at timestamptz,
  closed_at timestamptz,
  drained_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX one_standing_sale_per_shop ON sales (shop_id) WHERE kind = 'standing';
CREATE INDEX sales_by_shop ON sales (shop_id, id DESC);
CREATE INDEX sales_by_show ON sales (show_id, id DESC) WHERE show_id IS NOT NULL;
CREATE INDEX undrained_sales ON sales (id) WHERE state IN ('closed', 'stopped') AND drained_at IS NULL;
CREATE INDEX running_sales ON sales (state, id) WHERE state IN ('open', 'paused', 'planned');
CREATE TABLE sale_variants (
  sale_id uuid NOT NULL REFERENCES sales,
  variant_id uuid NOT NULL,
  planned_quantity integer NOT NULL DEFAULT 0 CHECK (planned_quantity >= 0),
  price_amount bigint NOT NULL CHECK (price_amount >= 0),
  currency char(3) NOT NULL,
  price_version integer NOT NULL DEFAULT 1,
  PRIMARY KEY (sale_id, variant_id)
);
CREATE INDEX sale_variants_by_variant ON sale_variants (variant_id);
CREATE TABLE sale_feed (
  sale_id uuid PRIMARY KEY REFERENCES sales,
  version bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
CREATE TABLE sale_commands (
  id uuid PRIMARY KEY,
  sale_id uuid NOT NULL,
  kind text NOT NULL,
  actor_id uuid,
  body jsonb NOT NULL,
  outcome jsonb NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
`;

// lines: [{ variantId, quantity, unitAmount, currency, priceVersion }], the prices frozen when the units were claimed.
// A row in state 'released' with reason 'not_stored' is a tombstone: the id can never become a hold any more.
const holds = `
CREATE TABLE holds (
  id uuid NOT NULL,
  buyer_id uuid NOT NULL,
  sale_id uuid NOT NULL REFERENCES sales,
  state text NOT NULL CHECK (state IN ('held', 'paying', 'sold', 'released', 'expired')),
  source text NOT NULL DEFAULT 'buyer' CHECK (source IN ('buyer', 'waitlist')),
  reason text,
  lines jsonb NOT NULL,
  started_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  order_id uuid,
  PRIMARY KEY (id, buyer_id)
) WITH (fillfactor = 80);
CREATE INDEX live_holds ON holds (sale_id, id, buyer_id) WHERE state IN ('held', 'paying');
CREATE INDEX ended_holds ON holds (sale_id, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX sold_holds ON holds (sale_id, buyer_id) WHERE state = 'sold';
CREATE INDEX due_holds ON holds (expires_at) WHERE state IN ('held', 'paying');
CREATE INDEX live_holds_by_buyer ON holds (buyer_id) WHERE state IN ('held', 'paying');
CREATE INDEX holds_by_order ON holds (order_id) WHERE order_id IS NOT NULL;
CREATE SEQUENCE waitlist_rank;
CREATE TABLE waitlist (
  id uuid NOT NULL,
  sale_id uuid NOT NULL REFERENCES sales,
  variant_id uuid NOT NULL,
  buyer_id uuid NOT NULL,
  rank bigint NOT NULL DEFAULT nextval('waitlist_rank'),
  state text NOT NULL CHECK (state IN ('waiting', 'promoted', 'left', 'ended')),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz,
  PRIMARY KEY (id, buyer_id)
);
CREATE UNIQUE INDEX waiting_once ON waitlist (sale_id, variant_id, buyer_id) WHERE state = 'waiting';
CREATE INDEX waiting_in_order ON waitlist (sale_id, variant_id, rank) WHERE state = 'waiting';
`;

// Every instance of checkout hears on commit that a sale changed, and forgets what it remembered of it.
const news = `
CREATE FUNCTION tell_of_sale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('checkout_sale_changed', NEW.id::text);
  RETURN NULL;
END $$;
CREATE TRIGGER sales_changed AFTER UPDATE OF state, epoch, engine ON sales
  FOR EACH ROW EXECUTE FUNCTION tell_of_sale();
CREATE FUNCTION tell_of_price() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('checkout_price_changed', NEW.sale_id || ' ' || NEW.variant_id);
  RETURN NULL;
END $$;
CREATE TRIGGER prices_changed AFTER UPDATE OF price_version ON sale_variants
  FOR EACH ROW WHEN (OLD.price_version <> NEW.price_version) EXECUTE FUNCTION tell_of_price();
`;
