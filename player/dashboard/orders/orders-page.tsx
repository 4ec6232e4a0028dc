import { Search } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { listShopOrdersEndpoint, OrderStage, type OrderSummary } from '#contracts';
import { LoadError } from '../../app/page-error.tsx';
import { usePages } from '../../app/use-resource.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { Money } from '../../ui/money.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Table, type Column } from '../../ui/table.tsx';
import { useShop } from '../shop-context.ts';
import { useSteadyReload } from '../stock/use-steady-reload.ts';
import { orderState, when } from '../words.ts';

const STATES = [
  { value: '', label: 'All orders' },
  ...OrderStage.options.map((state) => ({ value: state, label: orderState(state).label })),
];

/** `/dashboard/orders`: who bought what, and where each order stands. */
export function OrdersPage() {
  const { shopId } = useShop();
  const [state, setState] = useState('');
  const [search, setSearch] = useState('');
  const query = {
    limit: 50,
    ...(state ? { state: OrderStage.parse(state) } : {}),
    ...(search.trim() ? { search: search.trim() } : {}),
  };
  const orders = usePages(listShopOrdersEndpoint, { params: { shopId }, query });
  useSteadyReload(orders.reload, 5_000);
  return (
    <>
      <header className="dashboard__head">
        <h1>Orders</h1>
      </header>
      <div className="dashboard__filters">
        <TextField
          label="Search orders"
          bare
          type="search"
          placeholder="Number, buyer, product or SKU"
          before={<Search aria-hidden="true" />}
          value={search}
          maxLength={80}
          onChange={(event) => setSearch(event.target.value)}
        />
        <SelectField
          label="State of orders"
          bare
          options={STATES}
          value={state}
          onChange={(event) => setState(event.target.value)}
        />
      </div>
      {orders.problem && <LoadError problem={orders.problem} retry={orders.reload} />}
      {orders.loading ? (
        <SkeletonLines lines={8} />
      ) : (
        <Table
          caption="Orders"
          columns={COLUMNS}
          rows={orders.items}
          rowKey={(order) => order.orderId}
          empty={
            state || search.trim() ? (
              <EmptyState title="No order fits">Search for something else, or look at all orders.</EmptyState>
            ) : (
              <EmptyState title="No orders yet">
                What buyers order in your shows appears here at once.
              </EmptyState>
            )
          }
        />
      )}
      {orders.more && (
        <div>
          <Button onClick={orders.more}>Show more</Button>
        </div>
      )}
    </>
  );
}

const COLUMNS: Column<OrderSummary>[] = [
  {
    key: 'number',
    title: 'Order',
    render: (order) => <Link to={`/dashboard/orders/${order.orderId}`}>{order.number}</Link>,
  },
  { key: 'buyer', title: 'Buyer', render: (order) => order.buyerName },
  {
    key: 'what',
    title: 'What',
    wideOnly: true,
    render: (order) => (order.units > 1 ? `${order.firstTitle} and more (${order.units})` : order.firstTitle),
  },
  {
    key: 'state',
    title: 'State',
    render: (order) => {
      const { label, tone } = orderState(order.state);
      return (
        <span className="row">
          <Badge tone={tone}>{label}</Badge>
          {order.refundedAmount > 0 && <Badge>Refunded</Badge>}
          {order.paymentState === 'disputed' && <Badge tone="bad">Disputed</Badge>}
        </span>
      );
    },
  },
  {
    key: 'total',
    title: 'Total',
    numeric: true,
    render: (order) => <Money value={{ amount: order.total, currency: order.currency }} />,
  },
  { key: 'placed', title: 'Placed', wideOnly: true, render: (order) => when(order.placedAt) },
];
