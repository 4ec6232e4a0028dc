import { queryOf, type Query } from '#bus';
import type { Pool } from 'pg';
import { newId } from '#process';
import { reach } from '../failpoints.ts';
import type { SaleGate } from '../sales/sale-gate.ts';
import { endWait } from './waitlist.ts';

/** How often a buyer who lets an offered unit go comes back into the line; an absent one must not hold it up for ever. */
const MOST_RETURNS = 2;
/** Offers that one round takes up; the others come with the next. */
const MOST_OFFERS = 200;

interface Offer {
  id: string;
  buyerId: string;
  saleId: string;
  variantId: string;
  misses: number;
  missed: boolean;
  running: boolean;
}

/**
 * Puts buyers whose promoted hold ran out back into the line, at its end. One who bought the unit, gave it back or began
 * to pay for it had their turn. Only the leading instance does this; doing it twice is harmless.
 */
export class ReturnMissed {
  private readonly pool: Pool;
  private readonly gate: SaleGate;

  constructor(pool: Pool, gate: SaleGate) {
    this.pool = pool;
    this.gate = gate;
  }

  async round(): Promise<void> {
    const offers = await queryOf(this.pool)<Offer>(
      `SELECT w.id, w.buyer_id AS "buyerId", w.sale_id AS "saleId", w.variant_id AS "variantId", w.misses,
         h.state = 'expired' AS missed, s.state IN ('open', 'paused') AS running
       FROM waitlist w JOIN holds h ON h.id = w.id AND h.buyer_id = w.buyer_id JOIN sales s ON s.id = w.sale_id
       WHERE w.state = 'promoted' AND NOT w.settled AND h.state NOT IN ('held', 'paying')
       ORDER BY w.rank LIMIT ${MOST_OFFERS}`,
    );
    for (const offer of offers) await this.settle(offer);
  }

  /** Settles an offer last: whoever dies before that leaves it to the next round, which finds the same wait again. */
  private async settle(offer: Offer): Promise<void> {
    const query = queryOf(this.pool);
    const again = offer.missed && offer.running && offer.misses < MOST_RETURNS;
    if (again && !(await this.enterAgain(query, offer))) return;
    await query('UPDATE waitlist SET settled = true WHERE id = $1 AND buyer_id = $2', [
      offer.id,
      offer.buyerId,
    ]);
  }

  /** False when the engine could not be asked. */
  private async enterAgain(
    query: Query,
    { id, buyerId, saleId, variantId, misses }: Offer,
  ): Promise<boolean> {
    // One who has asked for a place again meanwhile keeps that one.
    await query(
      `INSERT INTO waitlist (id, sale_id, variant_id, buyer_id, state, misses, follows)
       VALUES ($1, $2, $3, $4, 'waiting', $5, $6) ON CONFLICT DO NOTHING`,
      [newId(), saleId, variantId, buyerId, misses + 1, id],
    );
    await reach('waitlist.entered');
    const [next] = await query<{ holdId: string; rank: number }>(
      `SELECT id AS "holdId", rank FROM waitlist WHERE follows = $1 AND buyer_id = $2 AND state = 'waiting'`,
      [id, buyerId],
    );
    if (!next) return true;
    const waiter = { ...next, buyerId, variantId };
    const answer = await this.gate.run(saleId, (store, sale) => store.join(sale, waiter));
    if (answer.code === 'paused') return false;
    // Nobody else waited, so the unit is for sale; or the sale is over.
    if (answer.code !== 'waiting') await endWait(query, waiter, 'ended');
    return true;
  }
}
