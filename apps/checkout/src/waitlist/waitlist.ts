import { queryOf, type Query } from '#bus';
import type { WaitlistEntryView } from '#contracts';
import type { JoinAnswer, Stale, Waiter } from '#inventory';
import { newId } from '#process';
import type { Pool } from 'pg';
import type { SaleGate } from '../sales/sale-gate.ts';

type Refusal = Exclude<JoinAnswer, Stale | { code: 'waiting' }>['code'] | 'paused' | 'unknown_sale';

export type JoinResult = { code: 'waiting'; entry: WaitlistEntryView } | { code: Refusal };

interface EntryRow {
  id: string;
  rank: number;
  state: WaitlistEntryView['state'];
  ahead: number;
}

/**
 * Buyers who wait for a unit to come back. The wait is a row in Postgres; its id becomes the id of the hold that a
 * freed unit is given to its buyer with (protocols 8).
 */
export class Waitlist {
  private readonly pool: Pool;
  private readonly gate: SaleGate;

  constructor(pool: Pool, gate: SaleGate) {
    this.pool = pool;
    this.gate = gate;
  }

  /** Joining twice keeps the first place. */
  async join(saleId: string, variantId: string, buyerId: string): Promise<JoinResult> {
    const sale = await this.gate.find(saleId);
    if (!sale) return { code: 'unknown_sale' };
    if (sale.state !== 'open') return { code: sale.state === 'paused' ? 'paused' : 'closed' };
    const query = queryOf(this.pool);
    const [variant] = await query('SELECT 1 FROM sale_variants WHERE sale_id = $1 AND variant_id = $2', [
      saleId,
      variantId,
    ]);
    if (!variant) return { code: 'unknown_variant' };
    const waiter = await enter(query, saleId, variantId, buyerId);
    const answer = await this.gate.run(saleId, (store, known) => store.join(known, waiter));
    if (answer.code === 'waiting') {
      const entry = await this.find(saleId, variantId, buyerId);
      return entry ? { code: 'waiting', entry } : { code: 'closed' };
    }
    // A wait that nobody could confirm stays: a rebuild puts it into the engine, and the buyer may ask again.
    if (answer.code !== 'paused') await endWait(query, waiter, 'ended');
    return answer;
  }

  /** The latest wait of a buyer. */
  async find(saleId: string, variantId: string, buyerId: string): Promise<WaitlistEntryView | undefined> {
    const [row] = await queryOf(this.pool)<EntryRow>(
      `SELECT w.id, w.rank, w.state, (
         SELECT count(*)::integer FROM waitlist o
         WHERE o.sale_id = w.sale_id AND o.variant_id = w.variant_id AND o.state = 'waiting' AND o.rank < w.rank
       ) AS ahead
       FROM waitlist w WHERE w.sale_id = $1 AND w.variant_id = $2 AND w.buyer_id = $3 ORDER BY w.rank DESC LIMIT 1`,
      [saleId, variantId, buyerId],
    );
    if (!row) return undefined;
    return {
      saleId,
      variantId,
      state: row.state,
      ahead: row.state === 'waiting' ? row.ahead : null,
      holdId: row.state === 'promoted' ? row.id : null,
    };
  }

  /** Stops waiting; one who was given a unit meanwhile keeps it. */
  async leave(
    saleId: string,
    variantId: string,
    buyerId: string,
  ): Promise<{ code: 'left'; entry: WaitlistEntryView } | { code: 'not_found' | 'paused' }> {
    const query = queryOf(this.pool);
    const [row] = await query<{ id: string; rank: number }>(
      `SELECT id, rank FROM waitlist WHERE sale_id = $1 AND variant_id = $2 AND buyer_id = $3 AND state = 'waiting'`,
      [saleId, variantId, buyerId],
    );
    if (row) {
      const waiter = { holdId: row.id, buyerId, variantId, rank: row.rank };
      const answer = await this.gate.run(saleId, (store, known) => store.leave(known, waiter));
      if (answer.code === 'paused') return { code: 'paused' };
      await endWait(query, waiter, 'left');
    }
    const entry = await this.find(saleId, variantId, buyerId);
    return entry ? { code: 'left', entry } : { code: 'not_found' };
  }
}

async function enter(query: Query, saleId: string, variantId: string, buyerId: string): Promise<Waiter> {
  const [row] = await query<{ id: string; rank: number }>(
    `INSERT INTO waitlist (id, sale_id, variant_id, buyer_id, state) VALUES ($1, $2, $3, $4, 'waiting')
     ON CONFLICT (sale_id, variant_id, buyer_id) WHERE state = 'waiting'
       DO UPDATE SET buyer_id = excluded.buyer_id RETURNING id, rank`,
    [newId(), saleId, variantId, buyerId],
  );
  if (!row) throw new Error(`no place on the waitlist of ${saleId} for ${buyerId}`);
  return { holdId: row.id, buyerId, variantId, rank: row.rank };
}

/** A unit that was given away in the same moment wins: only a wait that still waits ends. */
export async function endWait(
  query: Query,
  waiter: Pick<Waiter, 'holdId' | 'buyerId'>,
  state: 'left' | 'ended',
): Promise<void> {
  await query(
    `UPDATE waitlist SET state = $3, ended_at = clock_timestamp() WHERE id = $1 AND buyer_id = $2 AND state = 'waiting'`,
    [waiter.holdId, waiter.buyerId, state],
  );
}
