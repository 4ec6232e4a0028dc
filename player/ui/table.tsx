import type { ReactNode } from 'react';
import './table.css';

export interface Column<Row> {
  key: string;
  title: ReactNode;
  /** Numbers stand right-aligned with figures of equal width. */
  numeric?: boolean;
  render: (row: Row) => ReactNode;
  /** Left out where the screen is narrow. */
  wideOnly?: boolean;
}

interface TableProps<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  empty?: ReactNode;
}

/**
 * A table of records. The first column names its row; on a phone each row becomes a block (hence the roles: without
 * columns browsers forget that it is a table).
 */
export function Table<Row>({ caption, columns, rows, rowKey, empty }: TableProps<Row>) {
  if (rows.length === 0 && empty) return <>{empty}</>;
  return (
    <div className="table" role="region" aria-label={caption} tabIndex={0}>
      <table role="table">
        <caption className="sr-only">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th key={column.key} role="columnheader" scope="col" className={cellClass(column)}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={rowKey(row)} role="row">
              {columns.map((column, index) =>
                index === 0 ? (
                  <th key={column.key} role="rowheader" scope="row" className={cellClass(column)}>
                    {column.render(row)}
                  </th>
                ) : (
                  <td
                    key={column.key}
                    role="cell"
                    className={cellClass(column)}
                    data-label={typeof column.title === 'string' ? column.title : undefined}
                  >
                    {column.render(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function cellClass<Row>(column: Column<Row>): string | undefined {
  const names = [column.numeric && 'table__num', column.wideOnly && 'table__wide'].filter(Boolean);
  return names.length > 0 ? names.join(' ') : undefined;
}
