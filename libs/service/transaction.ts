import { QueryFailedError, type DataSource, type EntityManager } from 'typeorm';
import type { Query } from '#bus';

/** Runs `work` in one transaction, with TypeORM's manager and plain SQL on the same connection. */
export function withTransaction<T>(
  database: DataSource,
  work: (tx: EntityManager, query: Query) => Promise<T>,
): Promise<T> {
  return database.transaction((tx) => work(tx, managerQuery(tx)));
}

/** Plain SQL on the connection of `manager`'s transaction: what the outbox and compare-and-set need beside entities. */
export function managerQuery(manager: EntityManager): Query {
  return async <R>(sql: string, params?: unknown[]) => {
    const result: unknown[] = await manager.query(sql, params);
    // TypeORM answers UPDATE and DELETE with [rows, count], everything else with the rows
    return (Array.isArray(result[0]) ? result[0] : result) as R[];
  };
}

const UNIQUE_VIOLATION = '23505';

/** Whether `error` is PostgreSQL's refusal of a double under the unique index or key `constraint`. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const driver = error.driverError as { code?: string; constraint?: string };
  return driver.code === UNIQUE_VIOLATION && driver.constraint === constraint;
}
