import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The shop's goods as catalog tells them, and the double-entry ledger that every unit of stock moves through. */
export class Stock1763600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(projections);
    await runner.query(ledger);
    await runner.query(ledgerGuards);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE balances, ledger_rows, ledger_events, variants, shops;
      DROP FUNCTION post_ledger_rows(), refuse_ledger_change();`);
  }
}

const projections = `
CREATE TABLE shops (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  currency char(3) NOT NULL,
  version bigint NOT NULL
);
CREATE TABLE variants (
  id uuid PRIMARY KEY,
  shop_id uuid NOT NULL,
  product_id uuid NOT NULL,
  title text NOT NULL,
  sku text,
  options jsonb NOT NULL DEFAULT '{}',
  price_amount bigint NOT NULL CHECK (price_amount >= 0),
  currency char(3) NOT NULL,
  archived boolean NOT NULL DEFAULT false,
  version bigint NOT NULL,
  low_stock_threshold integer CHECK (low_stock_threshold >= 0),
  low_stock_since timestamptz
);
CREATE INDEX variants_by_shop ON variants (shop_id, id);
CREATE INDEX variants_by_product ON variants (product_id);
CREATE INDEX variants_by_sku ON variants (shop_id, sku) WHERE sku IS NOT NULL AND NOT archived;
`;

// Accounts: inbound (the outside world, the only one below zero), warehouse, returned, shrink,
// and per sale sale:<id> (can be sold), held:<id> (claimed by holds), sold:<id>.
const ledger = `
CREATE TABLE ledger_events (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  shop_id uuid,
  sale_id uuid,
  actor_id uuid,
  reason text,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ledger_events_by_shop ON ledger_events (shop_id, id DESC) WHERE shop_id IS NOT NULL;
CREATE TABLE ledger_rows (
  event_id uuid NOT NULL REFERENCES ledger_events,
  variant_id uuid NOT NULL,
  account text NOT NULL,
  amount integer NOT NULL CHECK (amount <> 0),
  PRIMARY KEY (event_id, variant_id, account)
);
CREATE INDEX ledger_rows_by_variant ON ledger_rows (variant_id, event_id DESC);
CREATE TABLE balances (
  variant_id uuid NOT NULL,
  account text NOT NULL,
  amount integer NOT NULL,
  PRIMARY KEY (variant_id, account),
  CONSTRAINT balance_not_negative CHECK (amount >= 0 OR account = 'inbound')
) WITH (fillfactor = 50);
CREATE INDEX balances_by_account ON balances (account);
`;

// The balance moves with its ledger rows because a trigger does both: nobody can post one without the other.
// Rows are locked in (variant, account) order, so that two postings never wait for each other in a circle.
const ledgerGuards = `
CREATE FUNCTION post_ledger_rows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE entry record;
BEGIN
  IF EXISTS (SELECT 1 FROM posted GROUP BY event_id, variant_id HAVING sum(amount) <> 0) THEN
    RAISE EXCEPTION 'the rows of a ledger event must sum to 0' USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_sums_to_zero';
  END IF;
  FOR entry IN SELECT variant_id, account, sum(amount)::integer AS amount FROM posted GROUP BY 1, 2 ORDER BY 1, 2 LOOP
    UPDATE balances SET amount = balances.amount + entry.amount
      WHERE variant_id = entry.variant_id AND account = entry.account;
    IF NOT FOUND THEN
      INSERT INTO balances VALUES (entry.variant_id, entry.account, entry.amount)
        ON CONFLICT (variant_id, account) DO UPDATE SET amount = balances.amount + EXCLUDED.amount;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_rows_post AFTER INSERT ON ledger_rows
  REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION post_ledger_rows();

CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the stock ledger is append-only' USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_append_only';
END $$;
CREATE TRIGGER ledger_rows_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_rows
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
CREATE TRIGGER ledger_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
`;
