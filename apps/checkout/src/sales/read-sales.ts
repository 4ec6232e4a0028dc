import { queryOf } from '#bus';
import type { SaleView } from '#contracts';
import type { Pool } from 'pg';
import { readSaleFacts } from './sale-facts.ts';

export interface SaleFilter {
  showId?: string | undefined;
  shopId?: string | undefined;
  kind?: string | undefined;
  state?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Sales as anybody may see them. */
export class ReadSales {
  private readonly pool: Pool;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  async find(saleId: string, variantIds?: readonly string[]): Promise<SaleView | undefined> {
    const [facts] = await readSaleFacts(queryOf(this.pool), [saleId], variantIds);
    return facts && { ...facts, serverTime: new Date().toISOString() };
  }

  /** Latest first; the cursor is the id of the last one shown. */
  async list(filter: SaleFilter): Promise<{ items: SaleView[]; nextCursor: string | null }> {
    const query = queryOf(this.pool);
    const rows = await query<{ id: string }>(
      `SELECT id FROM sales WHERE ($1::uuid IS NULL OR show_id = $1) AND ($2::uuid IS NULL OR shop_id = $2)
         AND ($3::text IS NULL OR kind = $3) AND ($4::text IS NULL OR state = $4) AND ($5::uuid IS NULL OR id < $5)
       ORDER BY id DESC LIMIT $6`,
      [
        filter.showId ?? null,
        filter.shopId ?? null,
        filter.kind ?? null,
        filter.state ?? null,
        isUuid(filter.cursor) ? filter.cursor : null,
        filter.limit + 1,
      ],
    );
    const ids = rows.slice(0, filter.limit).map((row) => row.id);
    const facts = new Map((await readSaleFacts(query, ids)).map((sale) => [sale.saleId, sale]));
    const serverTime = new Date().toISOString();
    return {
      items: ids.flatMap((id) => {
        const sale = facts.get(id);
        return sale ? [{ ...sale, serverTime }] : [];
      }),
      nextCursor: rows.length > filter.limit ? (ids.at(-1) ?? null) : null,
    };
  }
}

/** A cursor is whatever a client sends; one that is not ours begins from the start. */
function isUuid(text: string | undefined): text is string {
  return text !== undefined && /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(text);
}
