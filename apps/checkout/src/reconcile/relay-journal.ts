import { addToOutbox, inTransaction, makeEvent, type Query } from '#bus';
import { holdPromoted } from '#contracts';
import type { HoldKey, JournalEntry } from '#inventory';
import { newId, type Logger } from '#process';
import type { Pool } from 'pg';
import { holdView } from '../holds/hold-view.ts';
import { HOLD_COLUMNS, type HeldLine, type HoldRow } from '../holds/stored-hold.ts';
import type { SaleActivity } from '../sales/sale-activity.ts';
import type { EngineName, KnownSale, SaleGate } from '../sales/sale-gate.ts';
import { heldLinesOf } from '../sales/terms.ts';
import { postLedger, type Move } from '../stock/ledger.ts';

/** Entries taken up at a time. */
const BATCH = 500;

interface LockedSale {
  epoch: number;
  engine: EngineName;
  showId: string | null;
}

/**
 * Brings into Postgres what only an engine's journal knows for certain: holds that ended because their time was up, and
 * holds that waiters were given. Then the journal is shortened. Repeats are harmless, so several processes may do it.
 */
export class RelayJournal {
  private readonly pool: Pool;
  private readonly gate: SaleGate;
  private readonly activity: SaleActivity;
  private readonly logger: Logger;
  private readonly running = new Map<string, Promise<void>>();

  constructor(pool: Pool, gate: SaleGate, activity: SaleActivity, logger: Logger) {
    this.pool = pool;
    this.gate = gate;
    this.activity = activity;
    this.logger = logger;
  }

  /** Relays everything there is of one sale. */
  relay(saleId: string): Promise<void> {
    const before = this.running.get(saleId) ?? Promise.resolve();
    const run = before
      .then(() => this.relayAll(saleId))
      .catch((err: unknown) => this.logger.warn({ err, saleId }, "a sale's journal waits"))
      .finally(() => {
        if (this.running.get(saleId) === run) this.running.delete(saleId);
      });
    this.running.set(saleId, run);
    return run;
  }

  private async relayAll(saleId: string): Promise<void> {
    const sale = await this.gate.find(saleId);
    if (!sale) return;
    const store = this.gate.storeOf(sale.engine);
    for (;;) {
      const entries = await store.readJournal(saleId, BATCH);
      const last = entries.at(-1);
      if (!last) return;
      const promoted = entries.filter((entry) => entry.kind === 'promote');
      const expired = entries.filter((entry) => entry.kind === 'expire');
      if (promoted.length > 0 || expired.length > 0) {
        const known = await inTransaction(this.pool, (query) => apply(query, sale, expired, promoted));
        if (!known) return;
        this.activity.touchHolds(saleId, [...promoted, ...expired]);
      }
      await store.trimJournal(saleId, last.position);
      if (entries.length < BATCH) return;
    }
  }
}

/** False when the sale was rebuilt since: the rebuild began from Postgres, so this journal no longer counts. */
async function apply(
  query: Query,
  { saleId, epoch }: KnownSale,
  expired: readonly JournalEntry[],
  promoted: readonly JournalEntry[],
): Promise<boolean> {
  const [sale] = await query<LockedSale>(
    'SELECT epoch, engine, show_id AS "showId" FROM sales WHERE id = $1 FOR SHARE',
    [saleId],
  );
  if (sale?.epoch !== epoch) return false;
  const ended = await endHolds(query, keysOf(expired));
  const made = await storePromoted(query, saleId, promoted);
  const moves = [...movesOf(saleId, ended, 'held', 'sale'), ...movesOf(saleId, made, 'sale', 'held')];
  if (moves.length > 0) await postLedger(query, { id: newId(), kind: 'relayed', saleId }, moves);
  await addToOutbox(
    query,
    ...made.map((hold) =>
      makeEvent(holdPromoted, {
        aggregateId: hold.holdId,
        version: 1,
        data: { buyerId: hold.buyerId, showId: sale.showId, hold: holdView(hold) },
      }),
    ),
  );
  return true;
}

function endHolds(query: Query, keys: readonly HoldKey[]): Promise<{ lines: HeldLine[] }[]> {
  if (keys.length === 0) return Promise.resolve([]);
  return query(
    `WITH due AS (
       SELECT id, buyer_id FROM holds
       WHERE (id, buyer_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND state = 'held'
       ORDER BY id, buyer_id FOR UPDATE
     )
     UPDATE holds h SET state = 'expired', ended_at = clock_timestamp() FROM due
     WHERE h.id = due.id AND h.buyer_id = due.buyer_id AND h.state = 'held' RETURNING h.lines`,
    [keys.map((key) => key.holdId), keys.map((key) => key.buyerId)],
  );
}

/** Makes promoted holds durable and ends the waits they came from; gives those that are new. */
async function storePromoted(
  query: Query,
  saleId: string,
  promoted: readonly JournalEntry[],
): Promise<HoldRow[]> {
  if (promoted.length === 0) return [];
  const keys = keysOf(promoted);
  const ids = [keys.map((key) => key.holdId), keys.map((key) => key.buyerId)];
  const made = await query<HoldKey>(
    `INSERT INTO holds (id, buyer_id, sale_id, state, source, lines, started_at, expires_at)
     SELECT id, buyer_id, $3, 'held', 'waitlist', lines, to_timestamp(started / 1000), to_timestamp(expires / 1000)
     FROM unnest($1::uuid[], $2::uuid[], $4::jsonb[], $5::float8[], $6::float8[])
       AS hold (id, buyer_id, lines, started, expires)
     ORDER BY id, buyer_id
     ON CONFLICT (id, buyer_id) DO NOTHING RETURNING id AS "holdId", buyer_id AS "buyerId"`,
    [
      ...ids,
      saleId,
      promoted.map((entry) => JSON.stringify(heldLinesOf(entry.lines))),
      promoted.map((entry) => entry.startedAt),
      promoted.map((entry) => entry.expiresAt),
    ],
  );
  await query(
    `UPDATE waitlist SET state = 'promoted', ended_at = clock_timestamp()
     WHERE (id, buyer_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND state = 'waiting'`,
    ids,
  );
  return query<HoldRow>(
    `SELECT ${HOLD_COLUMNS} FROM holds h JOIN sales s ON s.id = h.sale_id
     WHERE (h.id, h.buyer_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))`,
    [made.map((key) => key.holdId), made.map((key) => key.buyerId)],
  );
}

function keysOf(entries: readonly JournalEntry[]): HoldKey[] {
  return entries.flatMap((entry) => (entry.hold ? [entry.hold] : []));
}

function movesOf(
  saleId: string,
  holds: readonly { lines: HeldLine[] }[],
  from: 'held' | 'sale',
  to: 'held' | 'sale',
): Move[] {
  return holds.flatMap(({ lines }) =>
    lines.map(({ variantId, quantity }) => ({
      variantId,
      quantity,
      from: `${from}:${saleId}` as const,
      to: `${to}:${saleId}` as const,
    })),
  );
}
