import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sales that begin or end by the clock, and sales that failed over, are looked for four times a second; every shop has
 * a shelf that is always open, and none of these looks may walk past them all.
 */
export class SalesByClock1763700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX sales_by_end ON sales (ends_at) WHERE state IN ('open', 'paused') AND ends_at IS NOT NULL;
      CREATE INDEX sales_by_start ON sales (starts_at) WHERE state = 'planned' AND starts_at IS NOT NULL;
      CREATE INDEX failed_over_sales ON sales (id) WHERE engine = 'postgres' AND failover;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX sales_by_end, sales_by_start, failed_over_sales;');
  }
}
