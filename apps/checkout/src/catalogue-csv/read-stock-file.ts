import { parse, CsvError } from 'csv-parse/sync';
import type { CsvDialect } from '#contracts';
import { DIALECTS, dialectOf } from './stock-dialects.ts';

/** Most units of one variant. */
const MOST_UNITS = 1_000_000;

/** Most rows of one file. */
const MOST_ROWS = 50_000;

/** A row that says how many units of a SKU there are. `row` is what a spreadsheet shows: the header is row 1. */
export interface StockRow {
  row: number;
  sku: string;
  quantity: number;
}

export interface RowFault {
  row: number;
  column: string;
  message: string;
}

export type StockFile =
  | { code: 'read'; dialect: CsvDialect; rows: StockRow[]; faults: RowFault[] }
  | { code: 'unreadable'; message: string };

type RawRow = Record<string, string>;

/**
 * Reads a stock file of either dialect. Rows without SKU and quantity are further pictures of the product above them
 * and are passed over; an empty quantity leaves that variant as it is. Every fault is told, not only the first.
 */
export function readStockFile(text: string): StockFile {
  let headers: string[] = [];
  let raw: RawRow[];
  try {
    raw = parse(text, {
      bom: true,
      columns: (names: string[]) => (headers = names.map((name) => name.trim())),
      relax_column_count: true,
      to: MOST_ROWS + 1,
      trim: true,
    });
  } catch (error) {
    if (error instanceof CsvError) return { code: 'unreadable', message: error.message };
    throw error;
  }
  const dialect = dialectOf(headers);
  if (!dialect) {
    const wanted = Object.values(DIALECTS).map(({ sku, quantity }) => `"${sku}" and "${quantity}"`);
    return { code: 'unreadable', message: `The columns ${wanted.join(', or ')} are missing.` };
  }
  if (new Set(headers).size < headers.length)
    return { code: 'unreadable', message: 'A column is there twice.' };
  if (raw.length > MOST_ROWS)
    return { code: 'unreadable', message: `The file has more than ${MOST_ROWS} rows.` };
  return { code: 'read', dialect, ...rowsOf(raw, dialect, headers.length) };
}

function rowsOf(raw: RawRow[], dialect: CsvDialect, width: number): { rows: StockRow[]; faults: RowFault[] } {
  const columns = DIALECTS[dialect];
  const rows: StockRow[] = [];
  const faults: RowFault[] = [];
  const seen = new Map<string, number>();
  for (const [index, record] of raw.entries()) {
    if (Object.values(record).every((cell) => cell === '')) continue;
    const row = index + 2;
    const fault = (column: string, message: string): void => void faults.push({ row, column, message });
    const sku = unescaped(record[columns.sku] ?? '');
    const quantity = record[columns.quantity] ?? '';
    if (Object.keys(record).length !== width)
      fault('', `has another number of columns than the header (${width})`);
    else if (sku === '' && quantity === '') continue;
    else if (sku === '') fault(columns.sku, 'is empty, but there is a quantity');
    else if (quantity === '') continue;
    else if (!/^\d{1,9}$/.test(quantity) || Number(quantity) > MOST_UNITS) {
      fault(columns.quantity, `"${quantity.slice(0, 40)}" is no whole number from 0 to ${MOST_UNITS}`);
    } else if (seen.has(sku)) fault(columns.sku, `"${sku}" is in row ${seen.get(sku)} already`);
    else {
      seen.set(sku, row);
      rows.push({ row, sku, quantity: Number(quantity) });
    }
  }
  return { rows, faults };
}

/** Spreadsheets take a leading `=`, `+`, `-` or `@` for a formula; files of ours put an apostrophe before it. */
function unescaped(cell: string): string {
  return cell.replace(/^'(?=[=+\-@\t\r])/, '');
}
