import { busTables } from '#bus';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const tables = [
  `CREATE TABLE users (
    user_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('user', 'guest')),
    email text,
    password_hash text,
    display_name text NOT NULL,
    platform_roles text[] NOT NULL DEFAULT '{}' CHECK (platform_roles <@ ARRAY['admin', 'moderator']),
    banned_at timestamptz,
    ban_reason text,
    created_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 0,
    CHECK ((kind = 'user') = (email IS NOT NULL)),
    CHECK ((email IS NULL) = (password_hash IS NULL)),
    CHECK (kind = 'user' OR platform_roles = '{}')
  )`,
  'CREATE UNIQUE INDEX users_email ON users (lower(email))',
  'CREATE INDEX users_email_prefix ON users (lower(email) text_pattern_ops)',
  'CREATE INDEX users_kind ON users (kind, user_id)',
  'CREATE INDEX users_banned ON users (user_id) WHERE banned_at IS NOT NULL',
  `CREATE TABLE sessions (
    session_id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    generation integer NOT NULL DEFAULT 0 CHECK (generation >= 0),
    rotated_at timestamptz NOT NULL,
    salt text NOT NULL,
    transport text NOT NULL CHECK (transport IN ('cookie', 'token')),
    client text NOT NULL,
    address text NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    end_reason text,
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
  )`,
  'CREATE INDEX sessions_open ON sessions (user_id, last_used_at) WHERE ended_at IS NULL',
  'CREATE INDEX sessions_expiry ON sessions (expires_at)',
  'CREATE INDEX sessions_user ON sessions (user_id)',
  `CREATE TABLE members (
    shop_id uuid NOT NULL,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('owner', 'merchant', 'host', 'moderator')),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (shop_id, user_id)
  )`,
  'CREATE INDEX members_user ON members (user_id)',
  `CREATE TABLE invitations (
    invitation_id uuid PRIMARY KEY,
    shop_id uuid NOT NULL,
    role text NOT NULL CHECK (role IN ('owner', 'merchant', 'host', 'moderator')),
    note text NOT NULL,
    token_hash text NOT NULL UNIQUE,
    invited_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    accepted_by uuid,
    closed_at timestamptz
  )`,
  'CREATE INDEX invitations_open ON invitations (shop_id) WHERE closed_at IS NULL',
  'CREATE INDEX invitations_expiry ON invitations (expires_at)',
  `CREATE TABLE signing_keys (
    key_id text PRIMARY KEY,
    public_x text NOT NULL,
    sealed_private bytea NOT NULL,
    signs_from timestamptz NOT NULL
  )`,
  `CREATE TABLE audit (
    audit_id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    actor_id uuid,
    action text NOT NULL,
    subject_id uuid,
    shop_id uuid,
    address text,
    data jsonb NOT NULL DEFAULT '{}'
  )`,
  'CREATE INDEX audit_shop ON audit (shop_id, audit_id) WHERE shop_id IS NOT NULL',
  'CREATE INDEX audit_subject ON audit (subject_id, audit_id)',
  'CREATE INDEX audit_actor ON audit (actor_id, audit_id)',
  'CREATE INDEX audit_at ON audit (at)',
  ...busTables,
];

/** Users, sessions, membership, keys, the audit record, and the tables of the event bus. */
export class Accounts1763600000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of tables) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE audit, signing_keys, invitations, members, sessions, users, outbox, inbox',
    );
  }
}
