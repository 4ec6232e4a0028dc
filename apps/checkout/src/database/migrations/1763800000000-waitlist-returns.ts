import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A wait whose unit was not bought in time is followed by another one at the end of the line: `follows` names the wait
 * before, `misses` counts them, and `settled` says that nothing is to follow any more.
 */
export class WaitlistReturns1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE waitlist ADD COLUMN misses smallint NOT NULL DEFAULT 0,
        ADD COLUMN follows uuid,
        ADD COLUMN settled boolean NOT NULL DEFAULT false;
      UPDATE waitlist SET settled = true WHERE state = 'promoted';
      CREATE UNIQUE INDEX wait_follows_once ON waitlist (follows, buyer_id) WHERE follows IS NOT NULL;
      CREATE INDEX offers_out ON waitlist (rank) WHERE state = 'promoted' AND NOT settled;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX wait_follows_once, offers_out;
      ALTER TABLE waitlist DROP COLUMN misses, DROP COLUMN follows, DROP COLUMN settled;`);
  }
}
