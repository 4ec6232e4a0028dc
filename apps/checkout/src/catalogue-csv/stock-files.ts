import { createHash } from 'node:crypto';
import { stringify } from 'csv-stringify/sync';
import type { Pool } from 'pg';
import { queryOf, type Query } from '#bus';
import { MOST_CSV_FAULTS, type CsvDialect, type CsvImportView } from '#contracts';
import { isoExponent } from '#payments';
import { newId } from '#process';
import { putOnShelf, standingSale } from '../sales/standing-sale.ts';
import type { MoveUnits, UnitMove } from '../stock/move-units.ts';
import { readStockFile, type RowFault, type StockRow } from './read-stock-file.ts';
import { DIALECTS } from './stock-dialects.ts';

export interface ImportOrder {
  shopId: string;
  actorId: string;
  text: string;
  dryRun: boolean;
  /** Takes the file in although it was taken in before. */
  again: boolean;
}

export type ImportResult =
  | { code: 'imported'; view: CsvImportView }
  | { code: 'csv_unreadable'; message: string }
  | { code: 'csv_faulty'; faults: RowFault[] }
  | { code: 'not_enough_stock' | 'sale_paused' };

interface Variant {
  variantId: string;
  sku: string;
  title: string;
  onHand: number;
  onShelf: number;
}

/** Takes stock files in and gives them out. */
export class StockFiles {
  private readonly query: Query;
  private readonly moveUnits: MoveUnits;

  constructor(pool: Pool, moveUnits: MoveUnits) {
    this.query = queryOf(pool);
    this.moveUnits = moveUnits;
  }

  /** Sets stock on hand to what the file says, as one ledger event or not at all. */
  async import(order: ImportOrder): Promise<ImportResult> {
    const { shopId, text, dryRun, again } = order;
    const file = readStockFile(text);
    if (file.code === 'unreadable') return { code: 'csv_unreadable', message: file.message };
    const digest = createHash('sha256').update(text).digest('hex');
    const earlier = again ? undefined : await this.findEarlier(shopId, digest);
    if (earlier) return { code: 'imported', view: { ...earlier, dryRun, repeated: true } };
    const saleId = await standingSale(this.query, shopId);
    const { changes, unchanged, faults } = changesOf(
      file.rows,
      await this.variantsOf(shopId, saleId, file.rows),
    );
    const view: CsvImportView = {
      importId: newId(),
      dryRun,
      repeated: false,
      dialect: file.dialect,
      rows: file.rows.length,
      changed: changes.length,
      unchanged,
      changes,
      faults: [...file.faults, ...faults].toSorted((a, b) => a.row - b.row).slice(0, MOST_CSV_FAULTS),
      importedAt: new Date().toISOString(),
    };
    if (dryRun) return { code: 'imported', view };
    if (view.faults.length > 0) return { code: 'csv_faulty', faults: view.faults };
    return this.apply(order, view, digest, saleId);
  }

  /** A shop's stock in the columns of `dialect`; imports again unchanged. */
  async export(shopId: string, dialect: CsvDialect): Promise<string> {
    const columns = DIALECTS[dialect];
    const rows = await this.query<{
      handle: string;
      title: string;
      sku: string | null;
      options: Record<string, string>;
      price: number;
      currency: string;
      onHand: number;
    }>(
      `SELECT v.product_id AS handle, v.title, v.sku, v.options, v.price_amount AS price, v.currency,
         ${ON_HAND} AS "onHand"
       FROM variants v WHERE v.shop_id = $1 AND NOT v.archived ORDER BY v.product_id, v.id LIMIT 50000`,
      [shopId],
    );
    const header = [
      columns.handle,
      columns.title,
      ...columns.options.flat(),
      columns.sku,
      columns.price,
      columns.quantity,
    ];
    const lines = rows.map((row) => {
      const options = Object.entries(row.options);
      return [
        row.handle,
        row.title,
        ...columns.options.flatMap((_, index) => options[index] ?? ['', '']),
        row.sku ?? '',
        decimal(row.price, row.currency),
        row.sku ? row.onHand : '',
      ];
    });
    return stringify([header, ...lines], { escape_formulas: true, record_delimiter: 'windows' });
  }

  private async apply(
    { shopId, actorId, again }: ImportOrder,
    view: CsvImportView,
    digest: string,
    saleId: string,
  ): Promise<ImportResult> {
    for (const { variantId } of view.changes) await putOnShelf(this.query, saleId, variantId);
    const shelf = { saleId };
    const moves = view.changes.map(({ variantId, from, to }): UnitMove =>
      to > from
        ? { variantId, quantity: to - from, from: 'inbound', to: shelf }
        : { variantId, quantity: from - to, from: shelf, to: 'shrink' },
    );
    const keep = async (query: Query): Promise<void> => {
      await query(
        `INSERT INTO stock_imports (id, shop_id, digest, dialect, actor_id, report, again)
         VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        [view.importId, shopId, digest, view.dialect, actorId, JSON.stringify(view), again],
      );
    };
    const { importId } = view;
    const event = { id: importId, kind: 'imported', shopId, actorId, saleId, reason: `file ${importId}` };
    try {
      const result = moves.length > 0 ? await this.moveUnits.move(event, moves, keep) : undefined;
      if (!result) await keep(this.query);
      if (result?.code === 'not_enough') return { code: 'not_enough_stock' };
      if (result?.code === 'paused') return { code: 'sale_paused' };
      return { code: 'imported', view };
    } catch (error) {
      // The same file came at the same moment and was first; this one has changed nothing.
      const earlier = isTakenIn(error) ? await this.findEarlier(shopId, digest) : undefined;
      if (!earlier) throw error;
      return { code: 'imported', view: { ...earlier, repeated: true } };
    }
  }

  private async findEarlier(shopId: string, digest: string): Promise<CsvImportView | undefined> {
    const [row] = await this.query<{ report: CsvImportView }>(
      'SELECT report FROM stock_imports WHERE shop_id = $1 AND digest = $2 ORDER BY imported_at DESC LIMIT 1',
      [shopId, digest],
    );
    return row?.report;
  }

  private async variantsOf(
    shopId: string,
    saleId: string,
    rows: readonly StockRow[],
  ): Promise<Map<string, Variant>> {
    const found = await this.query<Variant>(
      `SELECT v.id AS "variantId", v.sku, v.title, ${ON_HAND} AS "onHand",
         coalesce((SELECT amount FROM balances b WHERE b.variant_id = v.id AND b.account = 'sale:' || $3), 0)::integer
           AS "onShelf"
       FROM variants v WHERE v.shop_id = $1 AND v.sku = ANY($2::text[]) AND NOT v.archived`,
      [shopId, rows.map((row) => row.sku), saleId],
    );
    return new Map(found.map((variant) => [variant.sku, variant]));
  }
}

/** Units that are here and not sold. */
const ON_HAND = `(SELECT coalesce(sum(b.amount), 0)::integer FROM balances b WHERE b.variant_id = v.id
  AND b.account NOT LIKE 'sold:%' AND b.account NOT IN ('inbound', 'shrink'))`;

function changesOf(
  rows: readonly StockRow[],
  variants: Map<string, Variant>,
): { changes: CsvImportView['changes']; unchanged: number; faults: RowFault[] } {
  const changes: CsvImportView['changes'] = [];
  const faults: RowFault[] = [];
  let unchanged = 0;
  for (const { row, sku, quantity } of rows) {
    const variant = variants.get(sku);
    if (!variant) faults.push({ row, column: 'SKU', message: `"${sku}" is no SKU of this shop` });
    else if (variant.onHand - quantity > variant.onShelf) {
      const message = `only ${variant.onShelf} of ${variant.onHand} units are on the shelf and can be taken away`;
      faults.push({ row, column: 'quantity', message });
    } else if (variant.onHand === quantity) unchanged += 1;
    else {
      const { variantId, title, onHand } = variant;
      changes.push({ row, sku, variantId, title, from: onHand, to: quantity });
    }
  }
  return { changes, unchanged, faults };
}

function decimal(amount: number, currency: string): string {
  const digits = isoExponent(currency);
  const text = String(amount).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

function isTakenIn(error: unknown): boolean {
  return (error as { constraint?: unknown } | null)?.constraint === 'stock_imports_once';
}
