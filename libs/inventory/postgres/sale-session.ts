import type * as port from '../hold-store.ts';

/** Runs one statement inside the transaction that a call of the engine is. */
export type Query = <R = Record<string, unknown>>(sql: string, params?: unknown[]) => Promise<R[]>;

/** Runs `work` in one READ COMMITTED transaction. */
export type Transaction = <T>(work: (query: Query) => Promise<T>) => Promise<T>;

/** The engine's clock as SQL: milliseconds since 1970 by the database's own clock. */
export const DATABASE_CLOCK = `(extract(epoch FROM clock_timestamp()) * 1000)::bigint`;

/** A sale under lock for the length of one call. */
export interface SaleSession {
  query: Query;
  saleId: string;
  now: number;
  rules: port.SaleRules;
  effects: port.Effects;
}

interface Row {
  epoch: number;
  now: number;
  state: port.EngineState;
  startsAt: number | null;
  endsAt: number | null;
  limitPerBuyer: number;
  holdTtlMs: number;
}

/**
 * Locks the sale if it has the caller's epoch: shared for changes of units and holds, exclusively for changes of the
 * sale itself. Bigints must arrive as numbers.
 */
export async function enterSale(
  query: Query,
  { saleId, epoch }: port.SaleRef,
  clock: string,
  lock: 'SHARE' | 'UPDATE' = 'SHARE',
): Promise<SaleSession | undefined> {
  const [row] = await query<Row>(
    `SELECT epoch, ${clock} AS now, state, starts_at AS "startsAt", ends_at AS "endsAt",
       limit_per_buyer AS "limitPerBuyer", hold_ttl_ms AS "holdTtlMs"
     FROM engine_sales WHERE sale_id = $1 AND epoch = $2 FOR ${lock}`,
    [saleId, epoch],
  );
  if (!row) return undefined;
  const { now, epoch: _epoch, ...rules } = row;
  return { query, saleId, now: Number(now), rules: numbersOf(rules), effects: { expired: [], promoted: [] } };
}

export function isRunning({ rules, now }: SaleSession): boolean {
  return (
    rules.state === 'open' && (rules.startsAt ?? 0) <= now && (rules.endsAt === null || now < rules.endsAt)
  );
}

/** Works with and without a parser for bigints. */
function numbersOf(rules: port.SaleRules): port.SaleRules {
  const time = (value: number | null): number | null => (value === null ? null : Number(value));
  return { ...rules, startsAt: time(rules.startsAt), endsAt: time(rules.endsAt) };
}
