import type { Query } from '#bus';
import { managerQuery } from '#service';
import type { DataSource, EntityManager } from 'typeorm';

/** Runs `work` in one transaction, with TypeORM's manager and plain SQL on the same connection. */
export function inTransaction<T>(
  database: DataSource,
  work: (tx: EntityManager, query: Query) => Promise<T>,
): Promise<T> {
  return database.transaction((tx) => work(tx, managerQuery(tx)));
}
