import { busTables } from '#bus';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Stream keys, the shows they may open, publish sessions, and the bus's tables. */
export class Ingest1763600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...tables, ...busTables]) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('the first migration is not undone; drop the schema');
  }
}

const tables = [
  `CREATE TABLE stream_keys (
     key_id uuid PRIMARY KEY,
     shop_id uuid NOT NULL,
     host_id uuid NOT NULL,
     series_id uuid,
     label text NOT NULL,
     secret_hash bytea NOT NULL UNIQUE,
     ending text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     last_used_at timestamptz,
     revoked_at timestamptz
   )`,
  `CREATE INDEX stream_keys_shop ON stream_keys (shop_id, key_id)`,
  `CREATE TABLE shows (
     show_id uuid PRIMARY KEY,
     shop_id uuid NOT NULL,
     host_id uuid NOT NULL,
     series_id uuid NOT NULL,
     state text NOT NULL,
     starts_at timestamptz NOT NULL,
     version bigint NOT NULL
   )`,
  `CREATE INDEX shows_of_host ON shows (shop_id, host_id, state, starts_at)`,
  `CREATE TABLE publish_sessions (
     stream_id uuid PRIMARY KEY,
     show_id uuid NOT NULL,
     shop_id uuid NOT NULL,
     key_id uuid NOT NULL,
     state text NOT NULL CHECK (state IN ('live', 'waiting', 'ended')),
     connection_id uuid NOT NULL,
     node_url text NOT NULL,
     version bigint NOT NULL DEFAULT 1,
     opened_at timestamptz NOT NULL DEFAULT now(),
     seen_at timestamptz NOT NULL DEFAULT now(),
     published_at timestamptz,
     resume_until timestamptz,
     ended_at timestamptz,
     end_reason text,
     job_put_at timestamptz
   )`,
  `CREATE UNIQUE INDEX publish_sessions_open ON publish_sessions (show_id) WHERE state <> 'ended'`,
  `CREATE TABLE refusals (
     show_id uuid PRIMARY KEY,
     reason text NOT NULL,
     advice text NOT NULL,
     refused_at timestamptz NOT NULL DEFAULT now()
   )`,
];
