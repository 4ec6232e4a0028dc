import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { cancelOrderEndpoint, getOrderEndpoint, type OrderView } from '#contracts';
import { LoadError } from '../../app/page-error.tsx';
import { useAction } from '../../app/use-action.ts';
import { useResource } from '../../app/use-resource.ts';
import { useServices } from '../../app/use-services.ts';
import { countryName } from '../../core/countries.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Money } from '../../ui/money.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Table } from '../../ui/table.tsx';
import { useShop } from '../shop-context.ts';
import { useSteadyReload } from '../stock/use-steady-reload.ts';
import { orderState, spell, when } from '../words.ts';
import { FulfilDialog } from './fulfil-dialog.tsx';
import { OrderTimeline } from './order-timeline.tsx';
import { RefundDialog } from './refund-dialog.tsx';

/** `/dashboard/orders/:orderId`: one order, its timeline, and what can be done about it. */
export function OrderPage() {
  const { orderId = '' } = useParams();
  const order = useResource(getOrderEndpoint, { params: { orderId } });
  useSteadyReload(order.reload, 4_000);
  if (order.problem && !order.data) return <LoadError problem={order.problem} retry={order.reload} />;
  if (!order.data) return <SkeletonLines lines={10} />;
  return <Order order={order.data} reload={order.reload} />;
}

function Order({ order, reload }: { order: OrderView; reload: () => void }) {
  const { label, tone } = orderState(order.state);
  return (
    <>
      <header className="dashboard__head">
        <div className="row">
          <h1>{order.number}</h1>
          <Badge tone={tone}>{label}</Badge>
          {order.payment.disputed && <Badge tone="bad">Disputed</Badge>}
        </div>
        <OrderActs order={order} reload={reload} />
      </header>
      <div className="order-columns">
        <div className="stack">
          <Lines order={order} />
          <Card title="Timeline">
            <OrderTimeline orderId={order.orderId} version={order.version} />
          </Card>
        </div>
        <div className="stack">
          <Card title="Buyer">
            <address>
              {[
                order.address.name,
                order.address.line1,
                order.address.line2,
                [order.address.postalCode, order.address.city].filter(Boolean).join(' '),
                order.address.region,
                countryName(order.address.country),
              ]
                .filter(Boolean)
                .map((text) => (
                  <div key={text}>{text}</div>
                ))}
            </address>
            {order.note && <p className="muted">“{order.note}”</p>}
          </Card>
          <Card title="Money">
            <Totals order={order} />
          </Card>
          {order.shipments.length > 0 && <Shipments order={order} />}
        </div>
      </div>
      <Link to="/dashboard/orders">Back to orders</Link>
    </>
  );
}

function OrderActs({ order, reload }: { order: OrderView; reload: () => void }) {
  const { may } = useShop();
  const [open, setOpen] = useState<'fulfil' | 'refund' | 'cancel' | null>(null);
  if (!may('orders:write')) return null;
  const shippable = order.state === 'paid' || order.state === 'partially_shipped';
  const refundable = order.payment.capturedAmount > order.payment.refundedAmount;
  const cancellable = order.state === 'placed' || order.state === 'paid';
  return (
    <div className="dashboard__tools">
      {shippable && (
        <Button look="primary" onClick={() => setOpen('fulfil')}>
          Ship
        </Button>
      )}
      {refundable && <Button onClick={() => setOpen('refund')}>Refund</Button>}
      {cancellable && (
        <Button look="danger" onClick={() => setOpen('cancel')}>
          Cancel order
        </Button>
      )}
      {open === 'fulfil' && <FulfilDialog order={order} onClose={() => setOpen(null)} onDone={reload} />}
      {open === 'refund' && <RefundDialog order={order} onClose={() => setOpen(null)} onDone={reload} />}
      {open === 'cancel' && <CancelDialog order={order} onClose={() => setOpen(null)} onDone={reload} />}
    </div>
  );
}

interface CancelProps {
  order: OrderView;
  onClose: () => void;
  onDone: () => void;
}

function CancelDialog({ order, onClose, onDone }: CancelProps) {
  const { api } = useServices();
  const cancel = useAction(() =>
    api.call(cancelOrderEndpoint, {
      params: { orderId: order.orderId },
      body: { reason: 'cancelled by the shop' },
    }),
  );
  const run = async () => {
    if (!(await cancel.run())) return;
    onDone();
    onClose();
  };
  return (
    <Dialog
      open
      title={`Cancel order ${order.number}?`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="danger" busy={cancel.busy} onClick={() => void run()}>
            Cancel order
          </Button>
        </>
      }
    >
      <p>
        {order.payment.capturedAmount > 0
          ? 'The buyer gets everything back, and the units return to the shelf.'
          : 'Nothing is charged, and the units return to the shelf.'}
      </p>
    </Dialog>
  );
}

function Lines({ order }: { order: OrderView }) {
  const { currency } = order.totals;
  return (
    <Card title="Goods">
      <Table
        caption="Goods of this order"
        rows={order.lines}
        rowKey={(line) => line.lineId}
        columns={[
          {
            key: 'title',
            title: 'Product',
            render: (line) => (
              <span>
                {line.title} <small className="muted">{line.sku}</small>
              </span>
            ),
          },
          { key: 'quantity', title: 'Units', numeric: true, render: (line) => line.quantity },
          {
            key: 'shipped',
            title: 'Shipped',
            numeric: true,
            wideOnly: true,
            render: (line) => line.shippedQuantity,
          },
          {
            key: 'refunded',
            title: 'Refunded',
            numeric: true,
            wideOnly: true,
            render: (line) => line.refundedQuantity,
          },
          {
            key: 'amount',
            title: 'Amount',
            numeric: true,
            render: (line) => <Money value={{ amount: line.amount, currency }} />,
          },
        ]}
      />
    </Card>
  );
}

function Totals({ order }: { order: OrderView }) {
  const { totals, payment } = order;
  const money = (amount: number) => <Money value={{ amount, currency: totals.currency }} />;
  return (
    <>
      <dl className="order-totals">
        <dt>Goods</dt>
        <dd>{money(totals.items)}</dd>
        <dt>Shipping</dt>
        <dd>{money(totals.shipping)}</dd>
        <dt>{totals.taxIncluded ? 'Tax, included' : 'Tax'}</dt>
        <dd>{money(totals.tax)}</dd>
        <dt className="order-totals__sum">Total</dt>
        <dd className="order-totals__sum">{money(totals.total)}</dd>
        {payment.refundedAmount > 0 && (
          <>
            <dt>Refunded</dt>
            <dd>{money(payment.refundedAmount)}</dd>
          </>
        )}
      </dl>
      <p className="muted">
        Payment: {spell(payment.state)}
        {payment.failure && ` (${payment.failure.message})`}
      </p>
    </>
  );
}

function Shipments({ order }: { order: OrderView }) {
  return (
    <Card title="Parcels">
      <ul className="stack" role="list">
        {order.shipments.map((shipment) => (
          <li key={shipment.shipmentId}>
            {shipment.carrier}{' '}
            {shipment.trackingUrl ? (
              <a href={shipment.trackingUrl} rel="noreferrer" target="_blank">
                {shipment.trackingNumber ?? 'Track'}
              </a>
            ) : (
              shipment.trackingNumber
            )}
            <div className="muted">{when(shipment.shippedAt)}</div>
          </li>
        ))}
      </ul>
    </Card>
  );
}
