import type { Pool, PoolClient } from 'pg';

/** A hand on the statements that a pool sends. */
export interface SqlTap {
  /** From now on a statement that contains `rule` is sent with `instead` in its place: how a test takes a rule away. */
  without(rule: string, instead: string): void;
  /** Runs `act` once, before the first statement that contains `part` is sent. */
  before(part: string, act: () => Promise<void>): void;
  /** Rules that were to be taken away and never came by: the test then shows nothing. */
  unmet(): string[];
  /** Lets go of the pool. */
  release(): void;
}

/**
 * Stands between `pool` and its connections, so that a test can drive two transactions into each other at any statement,
 * and can show what a rule in the SQL is for by sending it without the rule.
 */
export function tapSql(pool: Pool): SqlTap {
  const rules: { rule: string; instead: string; met: boolean }[] = [];
  const acts: { part: string; act: () => Promise<void> }[] = [];
  const connect = pool.connect.bind(pool);

  const change = (sql: string): string =>
    rules.reduce((text, entry) => {
      if (!text.includes(entry.rule)) return text;
      entry.met = true;
      return text.replaceAll(entry.rule, entry.instead);
    }, sql);

  const step = async (sql: string): Promise<void> => {
    const index = acts.findIndex(({ part }) => sql.includes(part));
    const [found] = index < 0 ? [] : acts.splice(index, 1);
    await found?.act();
  };

  const tapped = (client: PoolClient): PoolClient => {
    // The prepared statements of a connection are known by their text, so another text is another statement.
    const query = async (first: unknown, ...rest: unknown[]): Promise<unknown> => {
      const text = typeof first === 'string' ? first : (first as { text: string }).text;
      const changed = change(text);
      await step(text);
      const config =
        typeof first === 'string'
          ? changed
          : { ...(first as object), text: changed, ...nameFor(text, changed) };
      return (client.query as (...args: unknown[]) => Promise<unknown>)(config, ...rest);
    };
    return new Proxy(client, {
      get(target, name) {
        if (name === 'query') return query;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
      },
    });
  };

  pool.connect = (async () => tapped(await connect())) as typeof pool.connect;
  const query = pool.query.bind(pool);
  pool.query = (async (...args: unknown[]) => {
    const client = await pool.connect();
    try {
      return await (client.query as (...args: unknown[]) => Promise<unknown>)(...args);
    } finally {
      client.release();
    }
  }) as unknown as typeof pool.query;

  return {
    without: (rule, instead) => void rules.push({ rule, instead, met: false }),
    before: (part, act) => void acts.push({ part, act }),
    unmet: () => rules.filter((entry) => !entry.met).map((entry) => entry.rule),
    release() {
      pool.connect = connect;
      pool.query = query;
    },
  };
}

/** A changed statement must not go under the name of the one that is prepared already. */
function nameFor(text: string, changed: string): { name?: undefined } {
  return text === changed ? {} : { name: undefined };
}
