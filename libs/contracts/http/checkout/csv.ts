import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';
import { Id, Moment } from '../../values.ts';

/** Column names of Shopify's product files: the older ones (`Handle`, `Variant SKU`) and the present (`URL handle`, `SKU`). */
export const CsvDialect = z.enum(['shopify_legacy', 'shopify']);
export type CsvDialect = z.infer<typeof CsvDialect>;

/** Largest stock file. */
export const CSV_LIMIT_BYTES = 8 * 1_024 * 1_024;

/** Most faults told of one file. */
export const MOST_CSV_FAULTS = 200;

export const CsvImportView = z.object({
  importId: Id,
  dryRun: z.boolean(),
  /** The same file was taken in before and nothing was changed again. */
  repeated: z.boolean(),
  dialect: CsvDialect,
  /** Rows that name a SKU. */
  rows: z.int().min(0),
  /** Variants whose stock changed, or would. */
  changed: z.int().min(0),
  unchanged: z.int().min(0),
  changes: z.array(
    z.object({ row: z.int(), sku: z.string(), variantId: Id, title: z.string(), from: z.int(), to: z.int() }),
  ),
  faults: z.array(z.object({ row: z.int(), column: z.string(), message: z.string() })),
  importedAt: Moment,
});
export type CsvImportView = z.infer<typeof CsvImportView>;

export const importStockEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'importStock',
  summary:
    "Sets stock on hand from a CSV file in one of Shopify's dialects, matched by SKU. A file with a fault changes nothing; the same file twice changes nothing the second time.",
  method: 'POST',
  path: '/v1/shops/:shopId/stock-imports',
  access: 'user',
  params: z.object({ shopId: Id }),
  query: z.object({
    dryRun: z.stringbool().default(false),
    /** Takes a file in again although it was taken in before. */
    again: z.stringbool().default(false),
  }),
  consumes: 'text/csv',
  bodyLimitBytes: CSV_LIMIT_BYTES,
  replies: { 200: CsvImportView },
  errors: ['csv_unreadable', 'csv_faulty', 'not_enough_stock', 'sale_paused'],
});

export const exportStockEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'exportStock',
  summary: "A shop's stock as a CSV file that imports again unchanged.",
  method: 'GET',
  path: '/v1/shops/:shopId/stock-export',
  access: 'user',
  params: z.object({ shopId: Id }),
  query: z.object({ dialect: CsvDialect.default('shopify') }),
  produces: 'text/csv',
  replies: { 200: z.string() },
});
