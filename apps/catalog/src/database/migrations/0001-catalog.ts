import { busTables } from '#bus';
import { idempotencyTable } from '#service';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const tables = [
  `CREATE TABLE shops (
    shop_id uuid PRIMARY KEY,
    owner_id uuid NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    created_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    request_key text NOT NULL,
    CONSTRAINT shops_slug UNIQUE (slug),
    CONSTRAINT shops_request UNIQUE (request_key)
  )`,
  'CREATE INDEX shops_owner ON shops (owner_id)',
  `CREATE TABLE series (
    series_id uuid PRIMARY KEY,
    shop_id uuid NOT NULL REFERENCES shops,
    title text NOT NULL,
    description text NOT NULL,
    created_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    request_key text NOT NULL,
    CONSTRAINT series_request UNIQUE (request_key)
  )`,
  'CREATE INDEX series_shop ON series (shop_id, series_id)',
  `CREATE TABLE pictures (
    hash text PRIMARY KEY,
    width integer NOT NULL,
    height integer NOT NULL,
    used_at timestamptz NOT NULL
  )`,
  'CREATE INDEX pictures_used ON pictures (used_at)',
  `CREATE TABLE products (
    product_id uuid PRIMARY KEY,
    shop_id uuid NOT NULL REFERENCES shops,
    title text NOT NULL,
    description text NOT NULL,
    status text NOT NULL CHECK (status IN ('draft', 'active', 'archived')),
    option_names text[] NOT NULL,
    version integer NOT NULL DEFAULT 1,
    request_key text NOT NULL,
    CONSTRAINT products_request UNIQUE (request_key)
  )`,
  'CREATE INDEX products_shop ON products (shop_id, status, product_id)',
  `CREATE TABLE variants (
    variant_id uuid PRIMARY KEY,
    product_id uuid NOT NULL REFERENCES products,
    shop_id uuid NOT NULL REFERENCES shops,
    sku text NOT NULL,
    options jsonb NOT NULL,
    options_key text NOT NULL,
    price bigint NOT NULL CHECK (price > 0),
    compare_at bigint CHECK (compare_at > 0),
    currency text NOT NULL,
    weight_grams integer CHECK (weight_grams >= 0),
    position integer NOT NULL,
    archived_at timestamptz
  )`,
  'CREATE UNIQUE INDEX variants_sku ON variants (shop_id, lower(sku)) WHERE archived_at IS NULL',
  'CREATE UNIQUE INDEX variants_options ON variants (product_id, options_key) WHERE archived_at IS NULL',
  'CREATE INDEX variants_product ON variants (product_id, position)',
  `CREATE TABLE product_images (
    image_id uuid PRIMARY KEY,
    product_id uuid NOT NULL REFERENCES products,
    hash text NOT NULL REFERENCES pictures,
    alt text NOT NULL,
    position integer NOT NULL
  )`,
  'CREATE INDEX product_images_product ON product_images (product_id, position)',
  'CREATE INDEX product_images_hash ON product_images (hash)',
  `CREATE TABLE shows (
    show_id uuid PRIMARY KEY,
    shop_id uuid NOT NULL REFERENCES shops,
    host_id uuid NOT NULL,
    series_id uuid NOT NULL REFERENCES series,
    title text NOT NULL,
    description text NOT NULL,
    starts_at timestamptz NOT NULL,
    visibility text NOT NULL CHECK (visibility IN ('public', 'unlisted', 'private')),
    state text NOT NULL CHECK (state IN ('scheduled', 'live', 'paused', 'ended')),
    go_live text NOT NULL CHECK (go_live IN ('on_publish', 'manual')),
    guest_chat boolean NOT NULL,
    poster_hash text REFERENCES pictures,
    stream_id uuid,
    stream_version integer NOT NULL DEFAULT 0,
    stream_state text NOT NULL DEFAULT 'none' CHECK (stream_state IN ('none', 'on', 'interrupted', 'over')),
    live_at timestamptz,
    paused_at timestamptz,
    ended_at timestamptz,
    deleted_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    request_key text NOT NULL,
    CONSTRAINT shows_request UNIQUE (request_key),
    CHECK ((state = 'scheduled') = (live_at IS NULL)),
    CHECK ((state = 'paused') = (paused_at IS NOT NULL)),
    CHECK ((state = 'ended') = (ended_at IS NOT NULL))
  )`,
  `CREATE INDEX shows_live ON shows (live_at DESC, show_id DESC)
    WHERE state IN ('live', 'paused') AND deleted_at IS NULL`,
  "CREATE INDEX shows_scheduled ON shows (starts_at, show_id) WHERE state = 'scheduled' AND deleted_at IS NULL",
  "CREATE INDEX shows_ended ON shows (ended_at DESC, show_id DESC) WHERE state = 'ended' AND deleted_at IS NULL",
  'CREATE INDEX shows_shop ON shows (shop_id, show_id)',
  'CREATE INDEX shows_series ON shows (series_id, state, starts_at) WHERE deleted_at IS NULL',
  'CREATE INDEX shows_poster ON shows (poster_hash)',
  `CREATE TABLE lineup (
    show_id uuid NOT NULL REFERENCES shows,
    product_id uuid NOT NULL REFERENCES products,
    position integer NOT NULL,
    PRIMARY KEY (show_id, product_id)
  )`,
  'CREATE INDEX lineup_product ON lineup (product_id)',
  `CREATE TABLE sale_plans (
    sale_id uuid PRIMARY KEY,
    show_id uuid NOT NULL REFERENCES shows,
    shop_id uuid NOT NULL REFERENCES shops,
    title text NOT NULL,
    rule text NOT NULL,
    duration_s integer NOT NULL CHECK (duration_s > 0),
    limit_per_buyer integer NOT NULL CHECK (limit_per_buyer > 0),
    starts_at timestamptz,
    removed_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    request_key text NOT NULL,
    CONSTRAINT sale_plans_request UNIQUE (request_key)
  )`,
  'CREATE INDEX sale_plans_show ON sale_plans (show_id, sale_id) WHERE removed_at IS NULL',
  `CREATE TABLE sale_plan_items (
    sale_id uuid NOT NULL REFERENCES sale_plans,
    variant_id uuid NOT NULL REFERENCES variants,
    position integer NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    discount jsonb NOT NULL,
    PRIMARY KEY (sale_id, variant_id)
  )`,
  'CREATE INDEX sale_plan_items_variant ON sale_plan_items (variant_id)',
  idempotencyTable,
  ...busTables,
];

/** Shops, products, pictures, shows, sale plans, and the tables of idempotent calls and of the event bus. */
export class Catalog1763600000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of tables) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP TABLE sale_plan_items, sale_plans, lineup, shows, product_images, variants, products, pictures, series,
         shops, idempotency, outbox, inbox`,
    );
  }
}
