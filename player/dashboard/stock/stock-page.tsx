import { Download, History, Search, Upload } from 'lucide-react';
import { useState } from 'react';
import { exportStockEndpoint, listStockEndpoint, pathOf, type StockView } from '#contracts';
import { LoadError } from '../../app/page-error.tsx';
import { usePages } from '../../app/use-resource.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { CheckField, TextField } from '../../ui/field.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Table, type Column } from '../../ui/table.tsx';
import { useShop } from '../shop-context.ts';
import { ImportDialog } from './import-dialog.tsx';
import { StockSheet } from './stock-sheet.tsx';
import { useSteadyReload } from './use-steady-reload.ts';

/** `/dashboard/stock`: where the units of every variant are at this moment. */
export function StockPage() {
  const { shopId, may } = useShop();
  const [search, setSearch] = useState('');
  const [low, setLow] = useState(false);
  const [openId, setOpenId] = useState<string | null>(null);
  const [importing, setImporting] = useState(false);
  const query = {
    limit: 100,
    ...(search.trim() ? { search: search.trim() } : {}),
    ...(low ? { low: 'true' } : {}),
  };
  const stock = usePages(listStockEndpoint, { params: { shopId }, query });
  useSteadyReload(stock.reload, 5_000);
  const editable = may('stock:write');
  const open = stock.items.find((entry) => entry.variantId === openId);
  return (
    <>
      <header className="dashboard__head">
        <h1>Stock</h1>
        <div className="dashboard__tools">
          <ButtonLink to="/dashboard/stock/movements" icon={<History aria-hidden="true" />}>
            Movements
          </ButtonLink>
          <a
            className="button button--plain"
            href={pathOf(exportStockEndpoint, { shopId })}
            download="stock.csv"
          >
            <Download aria-hidden="true" />
            <span className="button__label">Export CSV</span>
          </a>
          {editable && (
            <Button icon={<Upload aria-hidden="true" />} onClick={() => setImporting(true)}>
              Import CSV
            </Button>
          )}
        </div>
      </header>
      <div className="dashboard__filters">
        <TextField
          label="Search stock"
          bare
          type="search"
          placeholder="Product or SKU"
          before={<Search aria-hidden="true" />}
          value={search}
          maxLength={80}
          onChange={(event) => setSearch(event.target.value)}
        />
        <CheckField
          label="Only what runs low"
          checked={low}
          onChange={(event) => setLow(event.target.checked)}
        />
      </div>
      {stock.problem && <LoadError problem={stock.problem} retry={stock.reload} />}
      {stock.loading ? (
        <SkeletonLines lines={8} />
      ) : (
        <Table
          caption="Stock"
          columns={columns(editable ? setOpenId : null)}
          rows={stock.items}
          rowKey={(entry) => entry.variantId}
          empty={
            <EmptyState title={low ? 'Nothing runs low' : 'No stock yet'}>
              Variants appear here as soon as a product has them.
            </EmptyState>
          }
        />
      )}
      {stock.more && (
        <div>
          <Button onClick={stock.more}>Show more</Button>
        </div>
      )}
      {stock.items.length > 0 && (
        <p className="muted">
          The export has the columns of Shopify&rsquo;s present product file; there is one{' '}
          <a href={`${pathOf(exportStockEndpoint, { shopId })}?dialect=shopify_legacy`} download="stock.csv">
            with the older columns
          </a>{' '}
          too. Either imports again.
        </p>
      )}
      {open && <StockSheet stock={open} onClose={() => setOpenId(null)} onChange={stock.reload} />}
      {importing && <ImportDialog onClose={() => setImporting(false)} onDone={stock.reload} />}
    </>
  );
}

function columns(open: ((variantId: string) => void) | null): Column<StockView>[] {
  const figures: [keyof StockView & ('onHand' | 'available' | 'held' | 'sold'), string][] = [
    ['onHand', 'On hand'],
    ['available', 'Available'],
    ['held', 'Held'],
    ['sold', 'Sold'],
  ];
  return [
    {
      key: 'title',
      title: 'Variant',
      render: (stock) => (
        <span>
          {stock.title} {stock.low && <Badge tone="warn">Low</Badge>}
          <small className="muted"> {stock.sku}</small>
        </span>
      ),
    },
    ...figures.map(([key, title]) => ({
      key,
      title,
      numeric: true,
      render: (stock: StockView) => <span data-testid={`stock-${key}`}>{stock[key]}</span>,
    })),
    ...(open
      ? [
          {
            key: 'acts',
            title: <span className="sr-only">Acts</span>,
            render: (stock: StockView) => (
              <Button size="sm" onClick={() => open(stock.variantId)}>
                Change
              </Button>
            ),
          },
        ]
      : []),
  ];
}
