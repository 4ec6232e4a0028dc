import type { Query } from '#bus';

/**
 * Makes `holdTtlMs` the time that holds of sales made from now on last; sales keep the time they were made with. The
 * column's own default carries it, so that no statement that makes a sale has to know of it.
 */
export async function setHoldTime(query: Query, holdTtlMs: number): Promise<void> {
  const [column] = await query<{ preset: string }>(
    `SELECT column_default AS preset FROM information_schema.columns
     WHERE table_schema = current_schema AND table_name = 'sales' AND column_name = 'hold_ttl_ms'`,
  );
  if (Number(column?.preset) === holdTtlMs) return;
  await query(`ALTER TABLE sales ALTER COLUMN hold_ttl_ms SET DEFAULT ${Math.trunc(holdTtlMs)}`);
}
