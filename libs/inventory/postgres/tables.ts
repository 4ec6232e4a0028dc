/**
 * Tables of the Postgres engine, for the first migration of the schema that uses it. One row per sellable unit, so that
 * buyers of the same variant lock different rows. Times are milliseconds since 1970.
 */
export const postgresEngineTables: readonly string[] = [
  `CREATE TABLE engine_sales (
     sale_id uuid PRIMARY KEY,
     epoch bigint NOT NULL,
     state text NOT NULL,
     starts_at bigint,
     ends_at bigint,
     limit_per_buyer integer NOT NULL,
     hold_ttl_ms integer NOT NULL
   )`,
  `CREATE TABLE engine_variants (
     sale_id uuid NOT NULL,
     variant_id uuid NOT NULL,
     terms text NOT NULL,
     base_available integer NOT NULL,
     base_held integer NOT NULL,
     base_sold integer NOT NULL,
     PRIMARY KEY (sale_id, variant_id)
   )`,
  `CREATE TABLE engine_units (
     sale_id uuid NOT NULL,
     variant_id uuid NOT NULL,
     unit bigint GENERATED ALWAYS AS IDENTITY,
     state text NOT NULL DEFAULT 'free' CHECK (state IN ('free', 'held', 'paying', 'sold')),
     hold_id uuid,
     buyer_id uuid,
     PRIMARY KEY (sale_id, variant_id, unit)
   ) WITH (fillfactor = 80)`,
  `CREATE INDEX engine_units_free ON engine_units (sale_id, variant_id, unit) WHERE state = 'free'`,
  `CREATE INDEX engine_units_by_hold ON engine_units (hold_id, buyer_id) WHERE hold_id IS NOT NULL`,
  `CREATE TABLE engine_holds (
     sale_id uuid NOT NULL,
     hold_id uuid NOT NULL,
     buyer_id uuid NOT NULL,
     state text NOT NULL CHECK (state IN ('held', 'paying', 'sold', 'released', 'expired')),
     started_at bigint NOT NULL,
     expires_at bigint NOT NULL,
     ended_at bigint,
     ask_at bigint NOT NULL,
     lines jsonb NOT NULL,
     PRIMARY KEY (hold_id, buyer_id, sale_id)
   ) WITH (fillfactor = 80)`,
  `CREATE INDEX engine_holds_live ON engine_holds (sale_id, expires_at) WHERE state IN ('held', 'paying')`,
  `CREATE INDEX engine_holds_ended ON engine_holds (sale_id, ended_at) WHERE ended_at IS NOT NULL`,
  `CREATE INDEX engine_holds_by_buyer ON engine_holds (sale_id, buyer_id) WHERE state = 'held'`,
  `CREATE TABLE engine_buyers (
     sale_id uuid NOT NULL,
     buyer_id uuid NOT NULL,
     units integer NOT NULL CHECK (units >= 0),
     PRIMARY KEY (sale_id, buyer_id)
   )`,
  `CREATE TABLE engine_waiting (
     sale_id uuid NOT NULL,
     variant_id uuid NOT NULL,
     rank bigint NOT NULL,
     hold_id uuid NOT NULL,
     buyer_id uuid NOT NULL,
     PRIMARY KEY (sale_id, variant_id, hold_id, buyer_id)
   )`,
  `CREATE INDEX engine_waiting_in_order ON engine_waiting (sale_id, variant_id, rank)`,
  `CREATE TABLE engine_changes (
     sale_id uuid NOT NULL,
     change_id text NOT NULL,
     at bigint NOT NULL,
     PRIMARY KEY (sale_id, change_id)
   )`,
  `CREATE TABLE engine_journal (
     position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     sale_id uuid NOT NULL,
     kind text NOT NULL,
     outside boolean NOT NULL DEFAULT false,
     hold_id uuid,
     buyer_id uuid,
     started_at bigint NOT NULL DEFAULT 0,
     expires_at bigint NOT NULL DEFAULT 0,
     lines jsonb NOT NULL
   )`,
  `CREATE INDEX engine_journal_by_sale ON engine_journal (sale_id, position)`,
];

/** The tables' names, in the order in which they can be dropped. */
export const postgresEngineTableNames = [
  'engine_journal',
  'engine_changes',
  'engine_waiting',
  'engine_buyers',
  'engine_holds',
  'engine_units',
  'engine_variants',
  'engine_sales',
] as const;
