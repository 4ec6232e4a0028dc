import type { Pool, PoolClient } from 'pg';

/** Runs one statement in whatever transaction its maker holds and gives its rows. */
export type Query = <R = Record<string, unknown>>(sql: string, params?: unknown[]) => Promise<R[]>;

/** `query` bound to a pool (each statement its own transaction) or to one connection. */
export function queryOf(client: Pool | PoolClient): Query {
  return async <R>(sql: string, params?: unknown[]) => (await client.query(sql, params)).rows as R[];
}

/** Runs `work` in one READ COMMITTED transaction: committed when it returns, rolled back when it throws. */
export async function inTransaction<T>(pool: Pool, work: (query: Query) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // A lost connection also rejects the query in hand; without a listener it would end the process.
  const handleLoss = (error: Error): void => {
    broken = error;
  };
  client.on('error', handleLoss);
  try {
    await client.query('BEGIN');
    const result = await work(queryOf(client));
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((cause: unknown) => {
      broken = cause instanceof Error ? cause : new Error('rollback failed', { cause });
    });
    throw error;
  } finally {
    client.off('error', handleLoss);
    client.release(broken);
  }
}
