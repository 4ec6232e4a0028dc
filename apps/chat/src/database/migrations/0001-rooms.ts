import type { MigrationInterface, QueryRunner } from 'typeorm';
import { busTables } from '#bus';

/** What catalog and checkout said of shows, products and sales, as far as rooms need it. */
const facts = [
  `CREATE TABLE show (
     show_id uuid PRIMARY KEY,
     shop_id uuid NOT NULL,
     facts jsonb NOT NULL,
     version int NOT NULL,
     deleted boolean NOT NULL DEFAULT false
   )`,
  `CREATE INDEX show_shop ON show (shop_id)`,
  `CREATE TABLE product (
     product_id uuid PRIMARY KEY,
     facts jsonb NOT NULL,
     version int NOT NULL
   )`,
  `CREATE TABLE line_up (
     show_id uuid PRIMARY KEY,
     product_ids uuid[] NOT NULL,
     version int NOT NULL
   )`,
  `CREATE TABLE sale (
     sale_id uuid PRIMARY KEY,
     shop_id uuid NOT NULL,
     show_id uuid,
     state jsonb NOT NULL,
     version int NOT NULL
   )`,
  `CREATE INDEX sale_show ON sale (show_id)`,
  `CREATE INDEX sale_shop ON sale (shop_id)`,
  `CREATE TABLE buyer (
     shop_id uuid NOT NULL,
     user_id uuid NOT NULL,
     last_paid_at timestamptz NOT NULL,
     PRIMARY KEY (shop_id, user_id)
   )`,
  `CREATE TABLE badge_choice (
     user_id uuid PRIMARY KEY,
     shows boolean NOT NULL
   )`,
  `CREATE TABLE follower (
     shop_id uuid NOT NULL,
     user_id uuid NOT NULL,
     since timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (shop_id, user_id)
   )`,
  `CREATE INDEX follower_user ON follower (user_id)`,
];

/** The room and its one ordered record. Times of entries and lines are milliseconds since 1970, as they are on the wire. */
const rooms = [
  `CREATE TABLE room (
     show_id uuid PRIMARY KEY,
     generation bigint NOT NULL,
     epoch text NOT NULL,
     modes jsonb,
     view jsonb,
     owned_at timestamptz NOT NULL DEFAULT now()
   )`,
  `CREATE TABLE show_log (
     show_id uuid NOT NULL,
     seq int NOT NULL,
     type text NOT NULL,
     at bigint NOT NULL,
     media_time bigint,
     data jsonb NOT NULL,
     command_id uuid,
     generation bigint NOT NULL,
     PRIMARY KEY (show_id, seq)
   )`,
  `CREATE UNIQUE INDEX show_log_command ON show_log (show_id, command_id) WHERE command_id IS NOT NULL`,
  `CREATE INDEX show_log_answer ON show_log (show_id, (data->>'lineId')) WHERE type = 'question_answered'`,
  `CREATE TABLE command (
     show_id uuid NOT NULL,
     command_id uuid NOT NULL,
     actor_id uuid NOT NULL,
     type text NOT NULL,
     outcome jsonb NOT NULL,
     at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (show_id, command_id)
   )`,
  `CREATE TABLE room_input (
     position bigint GENERATED ALWAYS AS IDENTITY,
     show_id uuid NOT NULL,
     slot text NOT NULL,
     input jsonb NOT NULL,
     PRIMARY KEY (show_id, slot)
   )`,
  `CREATE INDEX room_input_order ON room_input (show_id, position)`,
  `CREATE TABLE chat_line (
     show_id uuid NOT NULL,
     seq int NOT NULL,
     line_id uuid NOT NULL UNIQUE,
     author_id uuid NOT NULL,
     key uuid NOT NULL,
     line jsonb NOT NULL,
     at bigint NOT NULL,
     media_time bigint,
     state text NOT NULL,
     unseen boolean NOT NULL,
     why text,
     decided_by uuid,
     PRIMARY KEY (show_id, seq),
     UNIQUE (show_id, author_id, key)
   )`,
  `CREATE INDEX chat_line_author ON chat_line (show_id, author_id, at)`,
  `CREATE INDEX chat_line_waiting ON chat_line (show_id, seq) WHERE state IN ('held', 'shadowed')`,
  `CREATE INDEX chat_line_at ON chat_line (show_id, at)`,
  `CREATE INDEX chat_line_question ON chat_line (show_id, seq) WHERE line ? 'question'`,
  `CREATE TABLE poll (
     poll_id uuid PRIMARY KEY,
     show_id uuid NOT NULL,
     poll jsonb NOT NULL,
     closed_at timestamptz
   )`,
  `CREATE TABLE poll_vote (
     poll_id uuid NOT NULL REFERENCES poll,
     user_id uuid NOT NULL,
     choice smallint NOT NULL,
     PRIMARY KEY (poll_id, user_id)
   )`,
];

/** Who is restricted, who has which rights, what was reported, and who did what. */
const moderation = [
  `CREATE TABLE sanction (
     sanction_id uuid PRIMARY KEY,
     shop_id uuid NOT NULL,
     user_id uuid NOT NULL,
     kind text NOT NULL,
     until bigint,
     reason text,
     by_id uuid NOT NULL,
     at bigint NOT NULL,
     ended_at bigint,
     ended_by uuid
   )`,
  `CREATE UNIQUE INDEX sanction_active ON sanction (shop_id, user_id) WHERE ended_at IS NULL`,
  `CREATE INDEX sanction_shop ON sanction (shop_id, at DESC)`,
  `CREATE TABLE room_role (
     shop_id uuid NOT NULL,
     user_id uuid NOT NULL,
     user_name text NOT NULL,
     rights text[] NOT NULL,
     given_by uuid NOT NULL,
     given_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (shop_id, user_id)
   )`,
  `CREATE TABLE word (
     word_id uuid PRIMARY KEY,
     show_id uuid,
     shop_id uuid,
     pattern text NOT NULL,
     action text NOT NULL,
     match text NOT NULL,
     added_by uuid NOT NULL,
     added_at timestamptz NOT NULL DEFAULT now()
   )`,
  `CREATE UNIQUE INDEX word_once ON word (shop_id, show_id, pattern) NULLS NOT DISTINCT`,
  `CREATE TABLE unban_request (
     request_id uuid PRIMARY KEY,
     shop_id uuid NOT NULL,
     user_id uuid NOT NULL,
     user_name text NOT NULL,
     sanction_id uuid NOT NULL UNIQUE REFERENCES sanction,
     message text NOT NULL,
     at timestamptz NOT NULL DEFAULT now(),
     state text NOT NULL DEFAULT 'open',
     decided_by uuid,
     decided_at timestamptz
   )`,
  `CREATE INDEX unban_request_open ON unban_request (shop_id, at) WHERE state = 'open'`,
  `CREATE TABLE report (
     report_id uuid PRIMARY KEY,
     show_id uuid NOT NULL,
     shop_id uuid NOT NULL,
     line_id uuid NOT NULL,
     reporter_id uuid NOT NULL,
     reason text NOT NULL,
     note text,
     line jsonb NOT NULL,
     at timestamptz NOT NULL DEFAULT now(),
     state text NOT NULL DEFAULT 'open',
     decided_by uuid,
     decided_at timestamptz,
     UNIQUE (line_id, reporter_id)
   )`,
  `CREATE INDEX report_open ON report (shop_id, at) WHERE state = 'open'`,
  `CREATE TABLE audit (
     audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     at timestamptz NOT NULL,
     shop_id uuid,
     show_id uuid,
     actor_id uuid NOT NULL,
     actor_name text NOT NULL,
     act text NOT NULL,
     target_user_id uuid,
     target_line_id uuid,
     until bigint,
     reason text,
     details jsonb
   )`,
  `CREATE INDEX audit_shop ON audit (shop_id, audit_id DESC)`,
  `CREATE INDEX audit_show ON audit (show_id, audit_id DESC)`,
];

/** Figures by minute, for charts. */
const figures = [
  `CREATE TABLE figure_minute (
     show_id uuid NOT NULL,
     minute timestamptz NOT NULL,
     viewers int NOT NULL DEFAULT 0,
     lines int NOT NULL DEFAULT 0,
     reactions int NOT NULL DEFAULT 0,
     orders int NOT NULL DEFAULT 0,
     units int NOT NULL DEFAULT 0,
     revenue jsonb NOT NULL DEFAULT '{}',
     PRIMARY KEY (show_id, minute)
   )`,
];

/** The schema of chat. */
export class Rooms1763600000001 implements MigrationInterface {
  name = 'Rooms1763600000001';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...busTables, ...facts, ...rooms, ...moderation, ...figures]) {
      await runner.query(statement);
    }
  }

  async down(): Promise<void> {
    throw new Error('the first migration has nothing to go back to');
  }
}
