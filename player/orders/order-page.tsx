import { Check, ExternalLink, Truck } from 'lucide-react';
import { useEffect, useEffectEvent } from 'react';
import { Link, useParams } from 'react-router';
import { getOrderEndpoint, listOrderEntriesEndpoint, type OrderEntryView, type OrderView } from '#contracts';
import { useLiveConnection } from '../app/live.ts';
import { NotFound } from '../app/not-found.tsx';
import { LoadError } from '../app/page-error.tsx';
import { RequireSession } from '../app/require-session.tsx';
import { useResource } from '../app/use-resource.ts';
import { countryName } from '../core/countries.ts';
import { entryWords, isSettled, orderWord } from '../core/shop/order-words.ts';
import { formatMoment } from '../core/when.ts';
import { Badge } from '../ui/badge.tsx';
import { Card } from '../ui/card.tsx';
import { Money } from '../ui/money.tsx';
import { Notice } from '../ui/notice.tsx';
import { SkeletonLines } from '../ui/skeleton.tsx';
import { OrderLines } from '../watch/buy/order-outcome.tsx';
import { Totals } from '../watch/buy/totals.tsx';
import { CancelOrder } from './cancel-order.tsx';
import { PayOrder } from './pay-order.tsx';
import './orders.css';
import '../watch/buy/buy.css';

/** `/orders/:orderId`: where one order stands, kept up to date while it is open. */
export function OrderPage() {
  const { orderId = '' } = useParams();
  return (
    <RequireSession>
      <OneOrder key={orderId} orderId={orderId} />
    </RequireSession>
  );
}

function OneOrder({ orderId }: { orderId: string }) {
  const order = useResource(getOrderEndpoint, { params: { orderId } });
  const entries = useResource(listOrderEntriesEndpoint, { params: { orderId } });
  const reload = () => {
    order.reload();
    entries.reload();
  };
  useOrderNews(orderId, order.data, reload);
  if (order.problem?.status === 404 || order.problem?.code === 'invalid_request')
    return <NotFound what="order" />;
  return (
    <div className="page page--narrow">
      <title>{`${order.data ? `Order ${order.data.number}` : 'Order'} · Showfloor`}</title>
      {order.problem && <LoadError problem={order.problem} retry={reload} />}
      {order.loading && <SkeletonLines lines={8} label="Loading the order" />}
      {order.data && (
        <Details
          order={order.data}
          entries={entries.data?.items ?? []}
          onChanged={(changed) => {
            order.replace(changed);
            entries.reload();
          }}
        />
      )}
    </div>
  );
}

const LOOK_EVERY_MS = 3_000;

/** Loads again when a push says that something changed; while money is moving also without one. */
function useOrderNews(orderId: string, order: OrderView | undefined, reload: () => void): void {
  const connection = useLiveConnection();
  const changed = useEffectEvent(reload);
  useEffect(
    () =>
      connection.on('push', (push) => void (push.type === 'order' && push.orderId === orderId && changed())),
    [connection, orderId],
  );
  const moving = order !== undefined && !isSettled(order.state);
  useEffect(() => {
    if (!moving) return;
    const timer = setInterval(() => changed(), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [moving]);
}

interface DetailsProps {
  order: OrderView;
  entries: readonly OrderEntryView[];
  onChanged: (order: OrderView) => void;
}

function Details({ order, entries, onChanged }: DetailsProps) {
  const { word, tone } = orderWord(order.state, order.payment.state);
  return (
    <>
      <header className="page__head">
        <div>
          <Link to="/orders" className="muted">
            Orders
          </Link>
          <h1>Order {order.number}</h1>
          <p className="muted">{formatMoment(order.placedAt)}</p>
        </div>
        <span role="status" aria-label={`Status: ${word}`}>
          <Badge tone={tone}>{word}</Badge>
        </span>
      </header>
      <Steps order={order} />
      {order.reason && <Notice tone={tone === 'bad' ? 'bad' : 'info'}>{order.reason}</Notice>}
      <PayOrder order={order} onChanged={onChanged} />
      <Card title="Items">
        <OrderLines order={order} />
        <Totals totals={order.totals} />
      </Card>
      <Shipments order={order} />
      <Refunds order={order} />
      <Card title="Goes to">
        <p>
          {order.address.name}
          <br />
          {[order.address.line1, order.address.line2].filter(Boolean).join(', ')}
          <br />
          {[order.address.postalCode, order.address.city, order.address.region].filter(Boolean).join(' ')}
          <br />
          {countryName(order.address.country)}
        </p>
      </Card>
      <Timeline entries={entries} />
      <div className="row">
        {order.showId && <Link to={`/shows/${order.showId}`}>To the show</Link>}
        <span className="grow" />
        <CancelOrder order={order} onChanged={onChanged} />
      </div>
    </>
  );
}

/** The way of an order from placed to shipped; an order that ended early has none. */
function Steps({ order }: { order: OrderView }) {
  const { state } = order;
  if (state === 'cancelled' || state === 'expired' || state === 'payment_failed') return null;
  const reached = state === 'placed' ? 0 : state === 'committed' ? 1 : state === 'shipped' ? 3 : 2;
  const steps = ['Placed', 'Confirmed', 'Paid', state === 'partially_shipped' ? 'Partly shipped' : 'Shipped'];
  return (
    <ol role="list" className="steps" aria-label="Progress">
      {steps.map((step, index) => (
        <li
          key={step}
          className={index <= reached ? 'steps__one steps__one--done' : 'steps__one'}
          aria-current={index === reached ? 'step' : undefined}
        >
          <span className="steps__dot" aria-hidden="true">
            {index <= reached && <Check />}
          </span>
          {step}
        </li>
      ))}
    </ol>
  );
}

function Shipments({ order }: { order: OrderView }) {
  if (order.shipments.length === 0) return null;
  return (
    <Card title="On its way">
      <ul role="list" className="stack">
        {order.shipments.map((shipment) => (
          <li key={shipment.shipmentId} className="row">
            <Truck aria-hidden="true" />
            <span className="grow">
              <b>{shipment.carrier}</b> <span className="muted">{formatMoment(shipment.shippedAt)}</span>
              {shipment.trackingNumber && <span className="note num">{shipment.trackingNumber}</span>}
            </span>
            {shipment.trackingUrl && (
              <a href={shipment.trackingUrl} rel="noreferrer" target="_blank">
                Track <ExternalLink size={14} style={{ display: 'inline' }} aria-label="(new tab)" />
              </a>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Refunds({ order }: { order: OrderView }) {
  if (order.refunds.length === 0) return null;
  return (
    <Card title="Given back">
      <ul role="list" className="stack">
        {order.refunds.map((refund) => (
          <li key={refund.refundId} className="row row--between">
            <span>
              <Money value={{ amount: refund.amount, currency: refund.currency }} />{' '}
              <span className="muted">{formatMoment(refund.createdAt)}</span>
            </span>
            <Badge tone={refund.state === 'succeeded' ? 'good' : refund.state === 'failed' ? 'bad' : 'warn'}>
              {refund.state === 'succeeded'
                ? 'On your card'
                : refund.state === 'failed'
                  ? 'Failed'
                  : 'Under way'}
            </Badge>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Timeline({ entries }: { entries: readonly OrderEntryView[] }) {
  if (entries.length === 0) return null;
  return (
    <Card title="What happened">
      <ol role="list" className="timeline-list">
        {entries.map((entry) => (
          <li key={entry.entryId}>
            <span>{entryWords(entry.kind)}</span>
            <time dateTime={entry.at} className="muted num">
              {formatMoment(entry.at)}
            </time>
          </li>
        ))}
      </ol>
    </Card>
  );
}
