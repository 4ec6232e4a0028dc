import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who may publish for whom, as accounts tells it: one row per person and shop, and one for the whole platform. */
export class HostStanding1763600000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE host_standing (
      user_id uuid NOT NULL,
      shop_id uuid NOT NULL,
      may_publish boolean NOT NULL,
      version bigint NOT NULL,
      PRIMARY KEY (user_id, shop_id)
    )`);
    await runner.query('CREATE INDEX stream_keys_host ON stream_keys (host_id, shop_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX stream_keys_host');
    await runner.query('DROP TABLE host_standing');
  }
}
