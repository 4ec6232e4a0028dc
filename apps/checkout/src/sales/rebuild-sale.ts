import { inTransaction, type Query } from '#bus';
import { ENDED_KEPT_MS, type SaleMemory, type StoredHold, type Waiter } from '#inventory';
import type { Logger } from '#process';
import type { Pool } from 'pg';
import { reach } from '../failpoints.ts';
import type { HeldLine } from '../holds/stored-hold.ts';
import { postLedger, type Move } from '../stock/ledger.ts';
import { newId } from '#process';
import type { EngineName, KnownSale, SaleGate } from './sale-gate.ts';
import { termedLinesOf, termsOf } from './terms.ts';

/** Rows read at a time while a sale's memory is put back. */
const CHUNK = 2_000;
/** Ended holds that are put back at most, the latest; of older ones Postgres itself remembers how they ended. */
const MOST_ENDED = 20_000;
/** Longest wait for those who hold the sale row at this moment. */
const LOCK_TIMEOUT = '5s';

interface SaleRow {
  epoch: number;
  state: 'planned' | 'open' | 'paused' | 'closed' | 'stopped';
  engine: EngineName;
  startsAt: Date | null;
  endsAt: Date | null;
  limitPerBuyer: number;
  holdTtlMs: number;
}

/**
 * Gives a sale's engine its memory back from Postgres (protocols 4 and 5). The sale row is locked and its epoch raised
 * first, so nothing that was claimed from the former memory can still become durable.
 */
export class RebuildSale {
  private readonly pool: Pool;
  private readonly gate: SaleGate;
  private readonly logger: Logger;
  private readonly running = new Map<string, Promise<boolean>>();

  constructor(pool: Pool, gate: SaleGate, logger: Logger) {
    this.pool = pool;
    this.gate = gate;
    this.logger = logger;
  }

  /**
   * Rebuilds unless somebody did since `believed` was read; `engine` moves the sale to another one. Gives false when
   * the engine cannot be reached.
   */
  rebuild(believed: Pick<KnownSale, 'saleId' | 'epoch'>, engine?: EngineName): Promise<boolean> {
    const { saleId } = believed;
    let run = this.running.get(saleId);
    if (!run) {
      run = this.attempt(believed, engine).finally(() => this.running.delete(saleId));
      this.running.set(saleId, run);
    }
    return run;
  }

  private async attempt(
    { saleId, epoch }: Pick<KnownSale, 'saleId' | 'epoch'>,
    engine?: EngineName,
  ): Promise<boolean> {
    const begun = Date.now();
    try {
      const rebuilt = await inTransaction(this.pool, (query) => this.within(query, saleId, epoch, engine));
      this.gate.forget(saleId);
      if (rebuilt) this.logger.info({ saleId, epoch: rebuilt, ms: Date.now() - begun }, 'a sale was rebuilt');
      return true;
    } catch (err) {
      this.logger.warn({ err, saleId }, 'a sale could not be rebuilt and stays paused');
      return false;
    }
  }

  private async within(
    query: Query,
    saleId: string,
    believedEpoch: number,
    engine: EngineName | undefined,
  ): Promise<number | undefined> {
    await query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
    const [sale] = await query<SaleRow>(
      `SELECT epoch, state, engine, starts_at AS "startsAt", ends_at AS "endsAt",
         limit_per_buyer AS "limitPerBuyer", hold_ttl_ms AS "holdTtlMs"
       FROM sales WHERE id = $1 FOR UPDATE`,
      [saleId],
    );
    if (!sale || sale.epoch !== believedEpoch) return undefined;
    await reach('rebuild.locked');
    const target = engine ?? sale.engine;
    const [drawn] = await query<{ epoch: number }>(`SELECT nextval('sale_epochs') AS epoch`);
    const epoch = drawn?.epoch ?? 0;
    await expireDue(query, saleId);
    const memory = await readMemory(query, saleId, sale);
    const { replid } = await this.gate.storeOf(target).rebuild({ saleId, epoch }, memory);
    await reach('rebuild.restored');
    await query('UPDATE sales SET epoch = $2, replid = $3, engine = $4 WHERE id = $1', [
      saleId,
      epoch,
      replid,
      target,
    ]);
    return epoch;
  }
}

/** Ends holds whose time is up, so that the engine and the ledger begin from the same figures. */
async function expireDue(query: Query, saleId: string): Promise<void> {
  const ended = await query<{ lines: HeldLine[] }>(
    `UPDATE holds SET state = 'expired', ended_at = clock_timestamp()
     WHERE sale_id = $1 AND state = 'held' AND expires_at <= clock_timestamp() RETURNING lines`,
    [saleId],
  );
  const moves = ended.flatMap(({ lines }) =>
    lines.map(({ variantId, quantity }): Move => ({
      variantId,
      quantity,
      from: `held:${saleId}`,
      to: `sale:${saleId}`,
    })),
  );
  if (moves.length > 0) await postLedger(query, { id: newId(), kind: 'expired', saleId }, moves);
}

async function readMemory(query: Query, saleId: string, sale: SaleRow): Promise<SaleMemory> {
  const variants = await query<{
    variantId: string;
    unitAmount: number;
    currency: string;
    priceVersion: number;
    unsold: number;
    sold: number;
  }>(
    `SELECT v.variant_id AS "variantId", v.price_amount AS "unitAmount", v.currency, v.price_version AS "priceVersion",
       coalesce(sum(b.amount) FILTER (WHERE b.account IN ('sale:' || v.sale_id, 'held:' || v.sale_id)), 0)::integer AS unsold,
       coalesce(sum(b.amount) FILTER (WHERE b.account = 'sold:' || v.sale_id), 0)::integer AS sold
     FROM sale_variants v LEFT JOIN balances b ON b.variant_id = v.variant_id
     WHERE v.sale_id = $1 GROUP BY v.sale_id, v.variant_id`,
    [saleId],
  );
  const waiting = await query<Waiter>(
    `SELECT id AS "holdId", buyer_id AS "buyerId", variant_id AS "variantId", rank
     FROM waitlist WHERE sale_id = $1 AND state = 'waiting' ORDER BY rank`,
    [saleId],
  );
  return {
    rules: {
      state: sale.state === 'planned' || sale.state === 'paused' ? 'open' : sale.state,
      startsAt: sale.startsAt?.getTime() ?? null,
      endsAt: sale.endsAt?.getTime() ?? null,
      limitPerBuyer: sale.limitPerBuyer,
      holdTtlMs: sale.holdTtlMs,
    },
    variants: variants.map((variant) => ({ ...variant, terms: termsOf(variant) })),
    holds: readHolds(query, saleId),
    bought: sale.limitPerBuyer > 0 ? [await readBought(query, saleId)] : [],
    waiting: [waiting],
  };
}

const HOLD_COLUMNS = `id AS "holdId", buyer_id AS "buyerId", state, lines,
  (extract(epoch FROM started_at) * 1000)::bigint AS "startedAt",
  (extract(epoch FROM expires_at) * 1000)::bigint AS "expiresAt",
  (extract(epoch FROM ended_at) * 1000)::bigint AS "endedAt"`;

type HoldRow = Omit<StoredHold, 'lines'> & { lines: HeldLine[] };

/** Live holds, then those that ended so lately that a request naming them may still be under way. */
async function* readHolds(query: Query, saleId: string): AsyncGenerator<StoredHold[]> {
  const first = '00000000-0000-0000-0000-000000000000';
  for (let after = { holdId: first, buyerId: first }; ;) {
    const rows = await query<HoldRow>(
      `SELECT ${HOLD_COLUMNS} FROM holds
       WHERE sale_id = $1 AND state IN ('held', 'paying') AND (id, buyer_id) > ($2, $3)
       ORDER BY id, buyer_id LIMIT ${CHUNK}`,
      [saleId, after.holdId, after.buyerId],
    );
    const last = rows.at(-1);
    if (!last) break;
    after = last;
    yield rows.map(storedOf);
  }
  const ended = await query<HoldRow>(
    `SELECT ${HOLD_COLUMNS} FROM holds WHERE sale_id = $1 AND ended_at > clock_timestamp() - $2::interval
     ORDER BY ended_at DESC LIMIT ${MOST_ENDED}`,
    [saleId, `${ENDED_KEPT_MS} milliseconds`],
  );
  for (let from = 0; from < ended.length; from += CHUNK) yield ended.slice(from, from + CHUNK).map(storedOf);
}

function storedOf(row: HoldRow): StoredHold {
  return { ...row, lines: termedLinesOf(row.lines) };
}

function readBought(query: Query, saleId: string): Promise<{ buyerId: string; units: number }[]> {
  return query(
    `SELECT buyer_id AS "buyerId", sum(line.quantity)::integer AS units
     FROM holds, jsonb_to_recordset(lines) AS line (quantity integer)
     WHERE sale_id = $1 AND state = 'sold' GROUP BY buyer_id`,
    [saleId],
  );
}
