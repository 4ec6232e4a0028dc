import { queryOf } from '#bus';
import type { SaleView } from '#contracts';
import { createBatcher, type Batcher } from '../database/batcher.ts';
import type { Pool } from 'pg';
import { readSaleFacts, type VersionedFacts } from './sale-facts.ts';

export interface SaleFilter {
  showId?: string | undefined;
  shopId?: string | undefined;
  kind?: string | undefined;
  state?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

export interface SalePage {
  items: SaleView[];
  nextCursor: string | null;
}

/** Sales as anybody may see them. */
export class ReadSales {
  private readonly pool: Pool;
  /** A crowd that opens a show asks for its sales all at once: at any time one statement is under way for them all. */
  private readonly facts: Batcher<string, VersionedFacts | undefined>;
  private readonly pages: Batcher<SaleFilter, SalePage>;

  constructor(pool: Pool) {
    this.pool = pool;
    this.facts = createBatcher({
      most: 100,
      lanes: 1,
      run: async (saleIds) => {
        const found = await readSaleFacts(queryOf(pool), [...new Set(saleIds)]);
        const byId = new Map(found.map((facts) => [facts.saleId, facts]));
        return saleIds.map((saleId) => byId.get(saleId));
      },
    });
    this.pages = createBatcher({ most: 100, lanes: 4, run: (filters) => this.listAll(filters) });
  }

  async find(saleId: string, variantIds?: readonly string[]): Promise<SaleView | undefined> {
    const facts = variantIds
      ? (await readSaleFacts(queryOf(this.pool), [saleId], variantIds))[0]
      : await this.facts.add(saleId);
    return facts && { ...facts, serverTime: new Date().toISOString() };
  }

  /** Latest first; the cursor is the id of the last one shown. */
  list(filter: SaleFilter): Promise<SalePage> {
    return this.pages.add(filter);
  }

  /** The same page is read once for all who asked for it. */
  private async listAll(filters: readonly SaleFilter[]): Promise<SalePage[]> {
    const single = new Map<string, Promise<SalePage>>();
    return Promise.all(
      filters.map((filter) => {
        const key = keyOf(filter);
        const page = single.get(key) ?? this.readPage(filter);
        single.set(key, page);
        return page;
      }),
    );
  }

  private async readPage(filter: SaleFilter): Promise<SalePage> {
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

function keyOf({ showId, shopId, kind, state, limit, cursor }: SaleFilter): string {
  return JSON.stringify([showId, shopId, kind, state, limit, cursor]);
}

/** A cursor is whatever a client sends; one that is not ours begins from the start. */
function isUuid(text: string | undefined): text is string {
  return text !== undefined && /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(text);
}
