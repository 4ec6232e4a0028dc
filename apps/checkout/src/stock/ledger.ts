import type { Query } from '#bus';

/** Accounts outside of any sale. `inbound` is the world outside: the only one whose balance may go below zero. */
export type PlainAccount = 'inbound' | 'warehouse' | 'returned' | 'shrink';
/** Where units are: a plain account, or one of a sale's three. */
export type Account = PlainAccount | `sale:${string}` | `held:${string}` | `sold:${string}`;

/** Units of one variant going from one account to another. */
export interface Move {
  variantId: string;
  quantity: number;
  from: Account;
  to: Account;
}

export interface LedgerEvent {
  /** A repeated id posts nothing. */
  id: string;
  kind: string;
  shopId?: string | null;
  saleId?: string | null;
  actorId?: string | null;
  reason?: string | null;
}

/**
 * Posts one event whose rows sum to 0, and with it the balances (a trigger does both). Gives `repeat` when the event
 * was posted before. Throws PostgreSQL's check violation when an account would go below zero: see `isShort`.
 */
export async function postLedger(
  query: Query,
  event: LedgerEvent,
  moves: readonly Move[],
): Promise<'posted' | 'repeat'> {
  const rows = rowsOf(moves);
  const [posted] = await query<{ id: string }>(
    `WITH event AS (
       INSERT INTO ledger_events (id, kind, shop_id, sale_id, actor_id, reason) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (id) DO NOTHING RETURNING id
     ), posted AS (
       INSERT INTO ledger_rows (event_id, variant_id, account, amount)
       SELECT event.id, row.* FROM event, unnest($7::uuid[], $8::text[], $9::integer[]) AS row
     )
     SELECT id FROM event`,
    [
      event.id,
      event.kind,
      event.shopId ?? null,
      event.saleId ?? null,
      event.actorId ?? null,
      event.reason ?? null,
      rows.map((row) => row.variantId),
      rows.map((row) => row.account),
      rows.map((row) => row.amount),
    ],
  );
  return posted ? 'posted' : 'repeat';
}

/** Whether `error` is the database refusing to take units that an account does not have. */
export function isShort(error: unknown): boolean {
  return (error as { constraint?: unknown } | null)?.constraint === 'balance_not_negative';
}

/** One row per variant and account; moves that cancel each other out leave none. */
function rowsOf(moves: readonly Move[]): { variantId: string; account: string; amount: number }[] {
  const sums = new Map<string, { variantId: string; account: string; amount: number }>();
  const add = (variantId: string, account: string, amount: number): void => {
    const key = `${variantId} ${account}`;
    const row = sums.get(key);
    if (row) row.amount += amount;
    else sums.set(key, { variantId, account, amount });
  };
  for (const move of moves) {
    add(move.variantId, move.from, -move.quantity);
    add(move.variantId, move.to, move.quantity);
  }
  return [...sums.values()].filter((row) => row.amount !== 0);
}
