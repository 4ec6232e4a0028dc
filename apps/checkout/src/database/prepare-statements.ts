import type { Pool, PoolClient } from 'pg';

/** Distinct statements that are prepared; the texts of a process are few, and what is put together at run time is not worth it. */
const MOST_PREPARED = 300;

/**
 * Lets every connection of `pool` prepare a statement at its first use, so that PostgreSQL parses and plans it once per
 * connection and not with each call. Statements are known by their text.
 */
export function prepareStatements(pool: Pool): void {
  const names = new Map<string, string>();
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text);
    if (known || names.size >= MOST_PREPARED) return known;
    const name = `s${names.size}`;
    names.set(text, name);
    return name;
  };
  pool.on('connect', (client: PoolClient) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    const prepared = (text: unknown, values: unknown, ...rest: unknown[]): unknown => {
      const name = typeof text === 'string' && Array.isArray(values) ? nameOf(text) : undefined;
      return name ? query({ name, text, values }, ...rest) : query(text, values, ...rest);
    };
    client.query = prepared as typeof client.query;
  });
}
