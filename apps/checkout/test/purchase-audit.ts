import type { Query } from '#bus';
import type { PaymentsSandbox } from '#testing';

interface Sold {
  orderId: string;
  state: string;
  decision: string;
  paymentState: string;
  providerId: string | null;
  amount: number;
  captured: number;
  refunded: number;
  units: number;
}

interface ProviderView {
  status: string;
  amount_received: number;
  latest_charge: { amount_refunded: number } | string | null;
}

/** What is wrong, in words; an empty list is the only good answer. */
export type Findings = string[];

const SOLD_STATES = ['committed', 'paid', 'partially_shipped', 'shipped'];
const END_STATES = ['paid', 'partially_shipped', 'shipped', 'expired', 'cancelled', 'payment_failed'];

/**
 * Holds what checkout says of a shop's orders against what the provider says of their money and what the ledger says
 * of the goods (I1, I2, I9, I10, I11). To be asked once nothing is under way any more.
 */
export async function auditPurchases(
  query: Query,
  sandbox: PaymentsSandbox,
  shop: { shopId: string; shelfId: string; variantId: string },
  stock: number,
): Promise<Findings> {
  const orders = await readSold(query, shop.shopId);
  const findings: Findings = [];
  for (const order of orders) findings.push(...(await auditOrder(order, sandbox)));
  return [...findings, ...(await auditGoods(query, shop, stock, orders))];
}

function readSold(query: Query, shopId: string): Promise<Sold[]> {
  return query(
    `SELECT o.id AS "orderId", o.state, p.decision, p.state AS "paymentState", p.provider_id AS "providerId", p.amount,
       p.captured_amount AS captured, p.refunded_amount AS refunded,
       (SELECT sum(quantity)::integer FROM order_lines WHERE order_id = o.id) AS units
     FROM orders o JOIN payments p ON p.order_id = o.id WHERE o.shop_id = $1`,
    [shopId],
  );
}

async function auditOrder(order: Sold, sandbox: PaymentsSandbox): Promise<Findings> {
  const { orderId, state, providerId } = order;
  const findings: Findings = [];
  const say = (what: string): void =>
    void findings.push(`order ${orderId} (${state}, ${order.decision}): ${what}`);
  if (!END_STATES.includes(state)) say('has not come to an end');
  const sold = SOLD_STATES.includes(state);
  if (!providerId) {
    if (sold && order.amount > 0) say('was sold without a payment');
    return findings;
  }
  const seen = await sandbox.get<ProviderView>(`payment_intents/${providerId}?expand[]=latest_charge`);
  const charge = typeof seen.latest_charge === 'object' ? seen.latest_charge : null;
  const taken = seen.status === 'succeeded' ? seen.amount_received - (charge?.amount_refunded ?? 0) : 0;
  if (seen.status === 'requires_capture') say('left an authorisation behind');
  if (sold && taken !== order.amount - order.refunded)
    say(`was sold for ${order.amount}, but ${taken} was taken`);
  if (!sold && taken > 0) say(`was not sold, but ${taken} was taken`);
  if (seen.status === 'succeeded' && order.captured !== seen.amount_received)
    say('does not know what was captured');
  return findings;
}

async function auditGoods(
  query: Query,
  shop: { shelfId: string; variantId: string },
  stock: number,
  orders: Sold[],
): Promise<Findings> {
  const rows = await query<{ account: string; amount: number }>(
    'SELECT account, amount FROM balances WHERE variant_id = $1',
    [shop.variantId],
  );
  const amount = (account: string): number => rows.find((row) => row.account === account)?.amount ?? 0;
  const [available, held, sold] = ['sale', 'held', 'sold'].map((name) =>
    amount(`${name}:${shop.shelfId}`),
  ) as [number, number, number];
  const findings: Findings = [];
  if (available + held + sold !== stock)
    findings.push(`${available} + ${held} + ${sold} units are not ${stock}`);
  if (rows.some((row) => row.amount < 0 && row.account !== 'inbound'))
    findings.push('an account is below zero');
  const paidUnits = orders
    .filter((order) => SOLD_STATES.includes(order.state))
    .reduce((sum, order) => sum + order.units, 0);
  if (sold !== paidUnits) findings.push(`${sold} units are sold, but orders for ${paidUnits} are paid`);
  const [crooked] = await query<{ count: number }>(
    'SELECT count(*) FROM (SELECT 1 FROM ledger_rows GROUP BY event_id, variant_id HAVING sum(amount) <> 0) AS uneven',
  );
  if (Number(crooked?.count) > 0) findings.push('ledger events do not sum to 0');
  const [twice] = await query<{ count: number }>(
    `SELECT count(*) FROM (SELECT order_id FROM order_entries WHERE kind = 'paid' AND order_id = ANY($1::uuid[])
       GROUP BY 1 HAVING count(*) > 1) AS t`,
    [orders.map((order) => order.orderId)],
  );
  if (Number(twice?.count) > 0) findings.push('an order was paid twice');
  return findings;
}
