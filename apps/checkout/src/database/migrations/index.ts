import { busTables } from '#bus';
import { postgresEngineTableNames, postgresEngineTables } from '#inventory';
import { idempotencyTable } from '#service';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Stock1763600000000 } from './1763600000000-stock.ts';
import { Sales1763600001000 } from './1763600001000-sales.ts';
import { Orders1763600100000 } from './1763600100000-orders.ts';
import { SalesByClock1763700000000 } from './1763700000000-sales-by-clock.ts';
import { WaitlistReturns1763800000000 } from './1763800000000-waitlist-returns.ts';

/** Outbox, inbox and first answers of idempotent calls. */
class Bus1763599999000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...busTables, idempotencyTable]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE outbox, inbox, idempotency');
  }
}

/** Tables of the hold engine on Postgres, which a sale may fail over to. */
class Engine1763600002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of postgresEngineTables) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ${postgresEngineTableNames.join(', ')}`);
  }
}

/** All migrations of the schema `checkout`, in their order. */
export const checkoutMigrations = [
  Bus1763599999000,
  Stock1763600000000,
  Sales1763600001000,
  Engine1763600002000,
  Orders1763600100000,
  SalesByClock1763700000000,
  WaitlistReturns1763800000000,
];
