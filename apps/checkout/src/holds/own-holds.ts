import { inTransaction, queryOf } from '#bus';
import type { HoldView } from '#contracts';
import type { Pool } from 'pg';
import { holdView } from './hold-view.ts';
import type { SettleHolds } from './settle-holds.ts';
import { findHold, HOLD_COLUMNS, type HoldRow } from './stored-hold.ts';

/** More live holds than a buyer can look at. */
const MOST_LISTED = 100;

/** What a buyer does with their own holds besides placing them. */
export class OwnHolds {
  private readonly pool: Pool;
  private readonly settle: SettleHolds;

  constructor(pool: Pool, settle: SettleHolds) {
    this.pool = pool;
    this.settle = settle;
  }

  async find(buyerId: string, holdId: string): Promise<HoldView | undefined> {
    const row = await findHold(queryOf(this.pool), buyerId, holdId);
    return row && holdView(row);
  }

  /** Holds that are not over, latest first; one past its time is over even while nobody has swept it. */
  async list(buyerId: string): Promise<HoldView[]> {
    const rows = await queryOf(this.pool)<HoldRow>(
      `SELECT ${HOLD_COLUMNS} FROM holds h JOIN sales s ON s.id = h.sale_id
       WHERE h.buyer_id = $1 AND (h.state = 'paying' OR h.state = 'held' AND h.expires_at > clock_timestamp())
       ORDER BY h.id DESC LIMIT ${MOST_LISTED}`,
      [buyerId],
    );
    return rows.map(holdView);
  }

  /** Gives a held hold back: in Postgres first, so that its units are free there before anybody can take them. */
  async release(
    buyerId: string,
    holdId: string,
  ): Promise<{ code: 'released'; hold: HoldView } | { code: 'not_found' | 'paying' | 'ended' }> {
    const result = await inTransaction(this.pool, async (query) => {
      const [row] = await query<HoldRow>(
        `SELECT ${HOLD_COLUMNS} FROM holds h JOIN sales s ON s.id = h.sale_id
         WHERE h.id = $1 AND h.buyer_id = $2 FOR SHARE OF s`,
        [holdId, buyerId],
      );
      if (!row) return { code: 'not_found' as const };
      const settled = await this.settle.releaseHeld(query, row, 'buyer');
      const after = await findHold(query, buyerId, holdId);
      return { code: 'settled' as const, settled, after };
    });
    if (result.code === 'not_found' || !result.after) return { code: 'not_found' };
    await this.settle.follow(result.settled);
    if (result.after.state === 'paying') return { code: 'paying' };
    if (result.after.state !== 'released') return { code: 'ended' };
    return { code: 'released', hold: holdView(result.after) };
  }
}
