import type { Query } from '#bus';
import {
  holdPromoted,
  lineupChanged,
  orderCancelled,
  orderCommitted,
  orderDisputed,
  orderExpired,
  orderMovedUp,
  orderPaid,
  orderPayable,
  orderPaymentChanged,
  orderPaymentFailed,
  orderPlaced,
  orderRefunded,
  orderShipped,
  priceChanged,
  productArchived,
  productCreated,
  productUpdated,
  saleClosed,
  saleExtended,
  saleOpened,
  salePaused,
  showDeleted,
  showEnded,
  showPaused,
  showResumed,
  showScheduled,
  showUpdated,
  showWentLive,
  soldOut,
  stockChanged,
  userErased,
  type EventOf,
  type LivePush,
  type ShowFacts,
} from '#contracts';
import type { RoomNews } from '../rooms/room-ports.ts';
import { leaveInput } from './leave-input.ts';
import { leaveSale, leaveSales } from './leave-sales.ts';
import { erasePerson } from '../people/erase-person.ts';
import { lockFacts, storeSale } from './store-sale.ts';

const showEvents = [
  showScheduled,
  showUpdated,
  showWentLive,
  showPaused,
  showResumed,
  showEnded,
  showDeleted,
] as const;
const productEvents = [productCreated, productUpdated, productArchived] as const;
const saleEvents = [
  saleOpened,
  salePaused,
  saleClosed,
  saleExtended,
  priceChanged,
  stockChanged,
  soldOut,
] as const;
const orderEvents = [
  orderPlaced,
  orderPayable,
  orderMovedUp,
  orderPaymentChanged,
  orderCommitted,
  orderPaid,
  orderPaymentFailed,
  orderExpired,
  orderCancelled,
  orderShipped,
  orderRefunded,
  orderDisputed,
] as const;

/** Everything that chat hears of accounts, catalog and checkout and keeps. */
export const factEvents = [
  ...showEvents,
  ...productEvents,
  lineupChanged,
  ...saleEvents,
  ...orderEvents,
  holdPromoted,
  userErased,
] as const;

/** Shows of one shop that are told of its standing sale. */
const MOST_SHOWS = 50;

type Fact = EventOf<(typeof factEvents)[number]>;
type ShowEvent = EventOf<(typeof showEvents)[number]>;
type ProductEvent = EventOf<(typeof productEvents)[number]>;
type SaleEvent = EventOf<(typeof saleEvents)[number]>;
type OrderEvent = EventOf<(typeof orderEvents)[number]>;

/** Where facts go besides the database. */
export interface FactEffects {
  /** Inputs of a room will be there once this transaction is committed. */
  roomChanged(showId: string): void;
  push(userId: string, push: LivePush): void;
}

/** Stores what an event says, unless something newer is stored, and leaves what concerns a room for its owner. */
export async function takeFact(fact: Fact, query: Query, effects: FactEffects): Promise<void> {
  await lockFacts(query, 'shopId' in fact.data ? fact.data.shopId : fact.aggregateId);
  const [context, name] = fact.type.split('.');
  if (context === 'accounts') {
    const { userId } = (fact as EventOf<typeof userErased>).data;
    for (const showId of await erasePerson(query, userId, fact.id)) effects.roomChanged(showId);
    return;
  }
  if (context === 'catalog') {
    if (name === 'lineup_changed') return takeLineUp(fact as EventOf<typeof lineupChanged>, query, effects);
    if (name?.startsWith('product_')) return takeProduct(fact as ProductEvent, query);
    return takeShow(fact as ShowEvent, query, effects);
  }
  if (name === 'hold_promoted') return pushPromotion(fact as EventOf<typeof holdPromoted>, effects);
  if (name?.startsWith('order_')) return takeOrder(fact as OrderEvent, query, effects);
  return takeSale(fact as SaleEvent, query, effects);
}

async function takeShow(event: ShowEvent, query: Query, effects: FactEffects): Promise<void> {
  const facts = event.data;
  const [before] = await query<{ facts: ShowFacts; version: number }>(
    'SELECT facts, version FROM show WHERE show_id = $1 FOR UPDATE',
    [facts.showId],
  );
  if (before && before.version >= event.version) return;
  const deleted = event.type === 'catalog.show_deleted';
  await query(
    `INSERT INTO show (show_id, shop_id, facts, version, deleted) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (show_id) DO UPDATE SET facts = $3, version = $4, deleted = $5`,
    [facts.showId, facts.shopId, JSON.stringify(facts), event.version, deleted],
  );
  const inputs: RoomNews[] = [];
  if (before?.facts.state !== facts.state && (before || facts.state !== 'scheduled')) {
    inputs.push({ kind: 'entry', entry: { type: 'show_state', data: { state: facts.state } } });
  }
  if (before && before.facts.guestChat !== facts.guestChat) {
    inputs.push({ kind: 'guest_chat', allowed: facts.guestChat });
  }
  if (before && (deleted || before.facts.visibility !== facts.visibility)) inputs.push({ kind: 'access' });
  for (const [index, input] of inputs.entries()) {
    await leaveInput(query, facts.showId, `${event.id}.${index}`, input);
  }
  if (!before) await leaveSales(query, facts);
  effects.roomChanged(facts.showId);
}

async function takeProduct({ data, version }: ProductEvent, query: Query): Promise<void> {
  await query(
    `INSERT INTO product (product_id, facts, version) VALUES ($1, $2, $3)
     ON CONFLICT (product_id) DO UPDATE SET facts = $2, version = $3 WHERE product.version < $3`,
    [data.productId, JSON.stringify(data), version],
  );
}

async function takeLineUp(
  { data, version }: EventOf<typeof lineupChanged>,
  query: Query,
  effects: FactEffects,
): Promise<void> {
  const productIds = data.items.toSorted((a, b) => a.position - b.position).map((item) => item.productId);
  await query(
    `INSERT INTO line_up (show_id, product_ids, version) VALUES ($1, $2, $3)
     ON CONFLICT (show_id) DO UPDATE SET product_ids = $2, version = $3 WHERE line_up.version < $3`,
    [data.showId, productIds, version],
  );
  const [row] = await query<{ facts: ShowFacts }>('SELECT facts FROM show WHERE show_id = $1', [data.showId]);
  if (!row) return;
  await leaveSales(query, row.facts);
  effects.roomChanged(data.showId);
}

async function takeSale(event: SaleEvent, query: Query, effects: FactEffects): Promise<void> {
  const { data: facts, version } = event;
  const sale = await storeSale(query, facts, version);
  if (!sale) return;
  // Counters that nobody has taken into the log yet are replaced: only the last one is news.
  const slot = event.type === 'checkout.stock_changed' ? `stock.${facts.saleId}` : event.id;
  for (const showId of await showsOf(facts, query)) {
    await leaveSale(query, showId, slot, sale);
    if (facts.showId) effects.roomChanged(showId);
  }
}

/** A flash sale belongs to its show; a standing sale is news in all of the shop's shows that are not over. */
async function showsOf(facts: SaleEvent['data'], query: Query): Promise<string[]> {
  if (facts.showId) return [facts.showId];
  const rows = await query<{ show_id: string }>(
    `SELECT show_id FROM show WHERE shop_id = $1 AND NOT deleted AND facts->>'state' <> 'ended' LIMIT $2`,
    [facts.shopId, MOST_SHOWS],
  );
  return rows.map((row) => row.show_id);
}

async function takeOrder(event: OrderEvent, query: Query, effects: FactEffects): Promise<void> {
  const { data: order, version } = event;
  effects.push(order.buyerId, {
    type: 'order',
    orderId: order.orderId,
    state: order.state,
    version,
    at: Date.parse(event.at),
  });
  if (event.type !== 'checkout.order_paid') return;
  await query(
    `INSERT INTO buyer (shop_id, user_id, last_paid_at) VALUES ($1, $2, $3)
     ON CONFLICT (shop_id, user_id) DO UPDATE SET last_paid_at = greatest(buyer.last_paid_at, $3)`,
    [order.shopId, order.buyerId, event.at],
  );
  if (!order.showId) return;
  const units = order.lines.reduce((sum, line) => sum + line.quantity, 0);
  await query(
    `INSERT INTO figure_minute AS f (show_id, minute, orders, units, revenue)
     VALUES ($1, date_trunc('minute', $2::timestamptz), 1, $3, jsonb_build_object($4::text, $5::bigint))
     ON CONFLICT (show_id, minute) DO UPDATE SET orders = f.orders + 1, units = f.units + $3,
       revenue = f.revenue || jsonb_build_object($4::text, coalesce((f.revenue->>$4)::bigint, 0) + $5::bigint)`,
    [order.showId, event.at, units, order.currency, order.total],
  );
  effects.roomChanged(order.showId);
}

async function pushPromotion(event: EventOf<typeof holdPromoted>, effects: FactEffects): Promise<void> {
  const { buyerId, hold } = event.data;
  effects.push(buyerId, {
    type: 'hold',
    holdId: hold.holdId,
    saleId: hold.saleId,
    variantId: hold.lines[0]?.variantId ?? null,
    state: 'promoted',
    expiresAt: Date.parse(hold.expiresAt),
    at: Date.parse(event.at),
  });
}
