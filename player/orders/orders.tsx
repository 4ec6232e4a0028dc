import { Package } from 'lucide-react';
import { Link } from 'react-router';
import { listOrdersEndpoint, type OrderSummary } from '#contracts';
import { LoadError } from '../app/page-error.tsx';
import { RequireSession } from '../app/require-session.tsx';
import { usePages } from '../app/use-resource.ts';
import { useServices } from '../app/use-services.ts';
import { orderWord } from '../core/shop/order-words.ts';
import { formatWhen } from '../core/when.ts';
import { Badge } from '../ui/badge.tsx';
import { Button, ButtonLink } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { Money } from '../ui/money.tsx';
import { SkeletonLines } from '../ui/skeleton.tsx';
import './orders.css';

/** `/orders`: what the visitor bought, latest first. */
export function Orders() {
  return (
    <RequireSession>
      <OrderList />
    </RequireSession>
  );
}

function OrderList() {
  const orders = usePages(listOrdersEndpoint, { query: { limit: 20 } });
  return (
    <div className="page page--narrow">
      <title>Orders · Showfloor</title>
      <h1>Orders</h1>
      {orders.loading && <SkeletonLines lines={6} label="Loading orders" />}
      {orders.problem && <LoadError problem={orders.problem} retry={orders.reload} />}
      {!orders.loading && !orders.problem && orders.items.length === 0 && (
        <EmptyState
          icon={<Package />}
          title="Nothing bought yet"
          action={<ButtonLink to="/">See what is on</ButtonLink>}
        >
          What you buy in a show is found here, with where it is on its way.
        </EmptyState>
      )}
      <ul role="list" className="order-list" aria-label="Orders">
        {orders.items.map((order) => (
          <li key={order.orderId}>
            <OrderRow order={order} />
          </li>
        ))}
      </ul>
      {orders.more && <Button onClick={orders.more}>Show more</Button>}
    </div>
  );
}

function OrderRow({ order }: { order: OrderSummary }) {
  const { clock } = useServices();
  const { word, tone } = orderWord(order.state, order.paymentState);
  const further = order.units - 1;
  return (
    <Link to={`/orders/${order.orderId}`} className="order-row">
      <span className="grow">
        <b className="order-row__title">
          {order.firstTitle}
          {further > 0 && <span className="muted"> and {further} more</span>}
        </b>
        <span className="note">
          {order.number} · {formatWhen(order.placedAt, clock.now())}
        </span>
      </span>
      <Badge tone={tone}>{word}</Badge>
      <Money value={{ amount: order.total, currency: order.currency }} />
    </Link>
  );
}
