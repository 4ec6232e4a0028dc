import { Link } from 'react-router';
import { listSalesEndpoint, type SaleView } from '#contracts';
import { LoadError } from '../../app/page-error.tsx';
import { usePages } from '../../app/use-resource.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Table, type Column } from '../../ui/table.tsx';
import { useShop } from '../shop-context.ts';
import { useSteadyReload } from '../stock/use-steady-reload.ts';
import { saleState } from '../words.ts';

/** `/dashboard/sales`: flash sales, planned, running and over. */
export function SalesPage() {
  const { shopId } = useShop();
  const sales = usePages(listSalesEndpoint, { query: { shopId, kind: 'flash', limit: 50 } });
  useSteadyReload(sales.reload, 5_000);
  return (
    <>
      <header className="dashboard__head">
        <h1>Flash sales</h1>
      </header>
      {sales.problem && <LoadError problem={sales.problem} retry={sales.reload} />}
      {sales.loading ? (
        <SkeletonLines lines={6} />
      ) : (
        <Table
          caption="Flash sales"
          columns={COLUMNS}
          rows={sales.items}
          rowKey={(sale) => sale.saleId}
          empty={<EmptyState title="No flash sale yet">Plan one for a show in the studio.</EmptyState>}
        />
      )}
      {sales.more && (
        <div>
          <Button onClick={sales.more}>Show more</Button>
        </div>
      )}
    </>
  );
}

const COLUMNS: Column<SaleView>[] = [
  {
    key: 'title',
    title: 'Sale',
    render: (sale) => <Link to={`/dashboard/sales/${sale.saleId}`}>{sale.title || 'Flash sale'}</Link>,
  },
  {
    key: 'state',
    title: 'State',
    render: (sale) => {
      const { label, tone } = saleState(sale.state);
      return (
        <Badge tone={tone} pulse={sale.state === 'open'}>
          {label}
        </Badge>
      );
    },
  },
  { key: 'available', title: 'Available', numeric: true, render: (sale) => sum(sale, 'available') },
  { key: 'held', title: 'Held', numeric: true, render: (sale) => sum(sale, 'held') },
  { key: 'sold', title: 'Sold', numeric: true, render: (sale) => sum(sale, 'sold') },
];

function sum(sale: SaleView, figure: 'available' | 'held' | 'sold'): number {
  return sale.items.reduce((total, item) => total + item[figure], 0);
}
