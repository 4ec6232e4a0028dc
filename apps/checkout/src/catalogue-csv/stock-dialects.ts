import type { CsvDialect } from '#contracts';

/** Column names of one dialect. */
export interface DialectColumns {
  handle: string;
  title: string;
  sku: string;
  quantity: string;
  price: string;
  /** Name and value columns of the first, second and third option. */
  options: readonly (readonly [string, string])[];
}

const OPTION_NUMBERS = [1, 2, 3];

/** What Shopify's product files call things, before and since its change of 2024. */
export const DIALECTS: Readonly<Record<CsvDialect, DialectColumns>> = {
  shopify_legacy: {
    handle: 'Handle',
    title: 'Title',
    sku: 'Variant SKU',
    quantity: 'Variant Inventory Qty',
    price: 'Variant Price',
    options: OPTION_NUMBERS.map((n) => [`Option${n} Name`, `Option${n} Value`] as const),
  },
  shopify: {
    handle: 'URL handle',
    title: 'Title',
    sku: 'SKU',
    quantity: 'Inventory quantity',
    price: 'Price',
    options: OPTION_NUMBERS.map((n) => [`Option${n} name`, `Option${n} value`] as const),
  },
};

/** The dialect whose stock columns are among `headers`; undefined when neither's are. */
export function dialectOf(headers: readonly string[]): CsvDialect | undefined {
  const names = new Set(headers);
  const dialects = Object.entries(DIALECTS) as [CsvDialect, DialectColumns][];
  return dialects.find(([, columns]) => names.has(columns.sku) && names.has(columns.quantity))?.[0];
}
