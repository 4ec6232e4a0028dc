import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connectBus, inTransaction, lockKey, type Bus } from '#bus';
import {
  emergencyStopEndpoint,
  joinWaitlistEndpoint,
  orderCancelled,
  orderPaymentChanged,
  placeHoldsEndpoint,
  receiveStockEndpoint,
  startSaleEndpoint,
  type EventEnvelope,
  type Identity,
} from '#contracts';
import type { PaymentProvider, ProviderPayment } from '#payments';
import { createLogger, newId } from '#process';
import { pgPool } from '#service';
import pg, { type Pool } from 'pg';
import { makeParts, type CheckoutParts } from '../src/checkout-parts.ts';
import { storeBatch } from '../src/holds/store-batch.ts';
import { changeOrders } from '../src/orders/change-orders.ts';
import { CommitPayment } from '../src/payments/commit-payment.ts';
import { LetGo } from '../src/payments/let-go.ts';
import { JobRunner } from '../src/payments/job-runner.ts';
import { readPayment } from '../src/payments/payment-row.ts';
import { settlePinned } from '../src/reconcile/settle-pinned.ts';
import { planSale } from '../src/sales/plan-sale.ts';
import { SaleActivity } from '../src/sales/sale-activity.ts';
import { TellStock } from '../src/sales/tell-stock.ts';
import {
  eventually,
  newBuyer,
  patiently,
  startHarness,
  startServers,
  type CheckoutHarness,
  type CheckoutServers,
} from './checkout-harness.ts';
import { tapSql, type SqlTap } from './tap-sql.ts';

/** A busy machine is slow; nothing here depends on speed. */
jest.setTimeout(60_000);

const logger = createLogger({ process: 'test', level: 'silent' });

let servers: CheckoutServers;
let app: CheckoutHarness;
/** Locks that keep leader's work and the outbox still, so that nobody but a story moves anything. */
let still: pg.Client;
/** A second process of checkout, whose statements a story can reach into. */
let pool: Pool;
let bus: Bus;
let other: CheckoutParts;

beforeAll(async () => {
  servers = await startServers();
  still = new pg.Client({ connectionString: servers.databaseUrl });
  await still.connect();
  for (const name of ['leader:checkout', 'outbox:checkout'])
    await still.query('SELECT pg_advisory_lock($1)', [lockKey(name)]);
  app = await startHarness(servers, {}, { wrapProvider: () => provider });
  // Nor do its workers and its sweep take anything up.
  await app.orders.stop();
  // Nor does its own teller of stock say anything: only stories tell.
  app.parts.activity.touch = () => undefined;
  pool = pgPool(servers.databaseUrl, 8, logger);
  bus = await connectBus({ url: servers.nats.url, name: 'other', logger });
  const { env, engines } = app.parts;
  other = makeParts({ env, pool, bus, logger, engines });
}, 120_000);
afterAll(async () => {
  await app.stop();
  await bus.close();
  await pool.end();
  await still.end();
  await servers.stop();
}, 60_000);

/** A provider at which every payment is authorised and every cancel works. */
const provider: PaymentProvider = {
  name: 'sandbox',
  createPayment: async (payment) => authorized(payment.paymentId, payment.amount.amount),
  retrievePayment: async () => undefined,
  capturePayment: async () => ({ code: 'refused', reason: 'not here', payment: undefined }),
  cancelPayment: async () => ({ code: 'voided' }),
  refundPayment: async () => ({ code: 'refused', reason: 'not here' }),
  retrieveRefund: async () => undefined,
  readNotice: () => undefined,
};

function authorized(paymentId: string, amount: number): ProviderPayment {
  return {
    paymentId,
    providerId: `pi_${paymentId}`,
    state: 'authorized',
    amount: { amount, currency: 'EUR' },
    capturedAmount: 0,
    refundedAmount: 0,
    disputed: false,
    clientSecret: `secret_${paymentId}`,
    failure: null,
  };
}

interface Shop {
  shopId: string;
  shelfId: string;
  owner: Identity;
  variantIds: string[];
}

async function stocked(units: number): Promise<Shop> {
  const { shopId, shelfId, owner, variants } = await app.seedShop();
  const variantIds = variants.map((variant) => variant.variantId);
  for (const variantId of variantIds) {
    const body = { changeId: newId(), quantity: units };
    await patiently(app, receiveStockEndpoint, { params: { shopId, variantId }, body }, owner);
  }
  return { shopId, shelfId, owner, variantIds };
}

async function hold({ shelfId, variantIds }: Shop, buyer: Identity, quantity = 1, nth = 0): Promise<string> {
  const holdId = newId();
  const lines = [{ variantId: variantIds[nth] ?? '', quantity }];
  const placed = await app.call(
    placeHoldsEndpoint,
    { body: { holds: [{ holdId, saleId: shelfId, lines }] } },
    buyer,
  );
  if (!placed.ok) throw new Error(placed.problem.code);
  return holdId;
}

/** An order with its payment at the provider. */
async function order(shop: Shop): Promise<{ orderId: string; paymentId: string }> {
  const buyer = newBuyer();
  const holdIds = [await hold(shop, buyer)];
  const address = { name: 'A', line1: 'B', city: 'C', country: 'DE' };
  const request = {
    buyer,
    holdIds,
    address,
    shipping: 'standard',
    showId: null,
    note: '',
    idempotencyKey: newId(),
  };
  const placed = await app.orders.placeOrder.place(request);
  if (placed.code !== 'placed') throw new Error(placed.code);
  return placed;
}

async function balance({ variantIds }: Shop, account: string, nth = 0): Promise<number> {
  const [row] = await app.query<{ amount: number }>(
    'SELECT amount FROM balances WHERE variant_id = $1 AND account = $2',
    [variantIds[nth], account],
  );
  return row?.amount ?? 0;
}

/** Units in live holds on the shelf, hold by hold. */
async function liveUnits({ shelfId }: Shop): Promise<number> {
  const [row] = await app.query<{ units: number }>(
    `SELECT coalesce(sum((line->>'quantity')::integer), 0)::integer AS units
     FROM holds, jsonb_array_elements(lines) AS line WHERE sale_id = $1 AND state IN ('held', 'paying')`,
    [shelfId],
  );
  return row?.units ?? 0;
}

/** Runs `work` until it ends or has to wait for a lock of somebody else in this database. */
async function startedOrBlocked(work: Promise<unknown>): Promise<void> {
  let ended = false;
  void work.catch(() => undefined).finally(() => (ended = true));
  await eventually(async () => {
    if (ended) return true;
    const waits = await app.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()",
    );
    return waits.length > 0;
  });
}

type Told = Omit<EventEnvelope, 'data'> & {
  data: { items?: { variantId: string; available: number }[]; state?: string };
};

/** What was told of an aggregate so far, in the order in which it would leave. */
async function toldOf(aggregateId: string): Promise<Told[]> {
  const rows = await app.query<{ event: string }>('SELECT event FROM outbox ORDER BY position');
  return rows
    .map((row) => JSON.parse(row.event) as Told)
    .filter((event) => event.aggregateId === aggregateId);
}

/** Hears events as a consumer does: what is not newer than the last one is dropped. */
function heard(events: readonly Told[]): Told[] {
  let last = 0;
  return events.filter((event) => {
    const newer = event.version > last;
    last = Math.max(last, event.version);
    return newer;
  });
}

interface Story {
  /** Takes the rule away; `back` puts it back where letting go of the pool does not. */
  off(tap: SqlTap): unknown;
  back?(): Promise<unknown>;
  /** Drives the interleaving; says what went wrong, if anything did. */
  tell(tap: SqlTap, on: boolean): Promise<string | undefined>;
}

const stories: Record<string, Story> = {
  'protocol 1: only a hold that is still held becomes part of an order': {
    off: (tap) => tap.without("AND h.state = 'held' RETURNING h.id", 'RETURNING h.id'),
    async tell(tap) {
      const shop = await stocked(1);
      const buyer = newBuyer();
      const holdId = await hold(shop, buyer);
      const pinned = await other.settle.pinHolds([holdId], buyer.userId);
      if (pinned.code !== 'pinned') throw new Error(pinned.code);
      // The sweeper takes the maker of the order for dead, and another buyer gets the unit.
      tap.before("UPDATE holds h SET state = 'paying'", async () => {
        await app.parts.settle.releaseHolds([{ holdId, buyerId: buyer.userId }], 'no_order');
        await hold(shop, newBuyer());
      });
      await inTransaction(pool, (query) =>
        other.settle.markPaying(query, [{ orderId: newId(), holds: pinned.holds }]),
      );
      const units = await liveUnits(shop);
      return units > 1 ? `${units} buyers have one unit` : undefined;
    },
  },
  'protocol 1: a hold that became part of an order is not settled as a dead one': {
    off: () => undefined,
    async tell(tap, on) {
      const shop = await stocked(1);
      const buyer = newBuyer();
      const key = { holdId: await hold(shop, buyer), buyerId: buyer.userId };
      const pinned = await app.parts.settle.pinHolds([key.holdId], buyer.userId);
      if (pinned.code !== 'pinned') throw new Error(pinned.code);
      const { settle } = other;
      const settling = {
        releaseHeld: on
          ? settle.releaseHeld.bind(settle)
          : (...[query, hold, reason]: Parameters<typeof settle.releaseHeld>) =>
              settle.markReleased(query, [hold], reason),
        follow: settle.follow.bind(settle),
      };
      // The sweeper has read the hold as held; now its order is written.
      tap.before('SELECT 1 FROM sales WHERE id IN (SELECT h.sale_id FROM holds h', async () => {
        const orders = [{ orderId: newId(), holds: pinned.holds }];
        await inTransaction(app.pool, (query) => app.parts.settle.markPaying(query, orders));
      });
      const sale = await other.gate.find(shop.shelfId);
      if (sale) await settlePinned(pool, other.gate, settling, sale, [key]);
      return (await balance(shop, `sale:${shop.shelfId}`)) > 0
        ? 'a unit that is being paid is for sale'
        : undefined;
    },
  },
  'protocol 2: a payment is sold or cancelled, never both': {
    off: (tap) =>
      tap.without('AND decision = ANY($2::text[]) ORDER BY id', 'AND $2::text[] IS NOT NULL ORDER BY id'),
    async tell(tap) {
      const shop = await stocked(1);
      const { orderId, paymentId } = await order(shop);
      const payment = await readPayment(app.query, paymentId);
      if (!payment) throw new Error('no payment');
      // The sweeper has seen no money; now it comes, and the goods are sold.
      tap.before('UPDATE payments p SET decision', async () => {
        const commit = new CommitPayment(app.pool, app.parts.settle);
        expect(await commit.commit(paymentId, authorized(paymentId, payment.amount))).toBe('committed');
      });
      const letGo = new LetGo(pool, provider, other.settle);
      await letGo.letGo(payment, 'not_paid_in_time', { actor: 'system' });
      const [now] = await app.query<{ state: string }>('SELECT state FROM payments WHERE order_id = $1', [
        orderId,
      ]);
      const sold = await balance(shop, `sold:${shop.shelfId}`);
      return sold === 1 && now?.state === 'voided' ? 'a unit was sold for money that was let go' : undefined;
    },
  },
  'protocol 3: a sale leaves the job that takes its money': {
    off: (tap) =>
      tap.without(
        "interval '20 seconds' FROM unnest($1::uuid[]) AS id",
        "interval '20 seconds' FROM unnest($1::uuid[]) AS id WHERE id IS NULL",
      ),
    async tell() {
      const shop = await stocked(1);
      const { paymentId } = await order(shop);
      const payment = await readPayment(app.query, paymentId);
      if (!payment) throw new Error('no payment');
      // Whoever sells dies before the provider is asked for the money.
      const commit = new CommitPayment(pool, other.settle);
      expect(await commit.commit(paymentId, authorized(paymentId, payment.amount))).toBe('committed');
      const cared = await app.query(
        `SELECT 1 FROM payments p WHERE p.id = $1 AND (p.check_at IS NOT NULL
           OR EXISTS (SELECT 1 FROM payment_jobs j WHERE j.kind = 'capture' AND j.subject_id = p.id))`,
        [paymentId],
      );
      return cared.length > 0 ? undefined : 'nobody will ever take the money of a sold order';
    },
  },
  'protocol 6: an engine that is wrong sells nothing twice': {
    off: () => app.query('ALTER TABLE balances DROP CONSTRAINT balance_not_negative'),
    back: () =>
      app.query(
        `ALTER TABLE balances ADD CONSTRAINT balance_not_negative CHECK (amount >= 0 OR account = 'inbound') NOT VALID`,
      ),
    async tell() {
      const shop = await stocked(1);
      const [variantId = ''] = shop.variantIds;
      await hold(shop, newBuyer());
      const sale = await app.parts.gate.refresh(shop.shelfId);
      if (!sale) throw new Error('no shelf');
      // As after a failover to a replica that missed the last writes, were it not noticed.
      await app.parts.gate.storeOf('redis').adjust(sale, { changeId: newId(), variantId, delta: 1 });
      await hold(shop, newBuyer()).catch(() => undefined);
      const units = await liveUnits(shop);
      return units > 1 ? `${units} buyers have one unit` : undefined;
    },
  },
  'protocol 7: a plan does not change a sale that has begun': {
    off: (tap) => tap.without("WHERE sales.state = 'planned' AND", 'WHERE'),
    async tell() {
      const shop = await app.seedShop();
      const variantId = shop.variants[0]?.variantId ?? '';
      const body = { changeId: newId(), quantity: 2 };
      await patiently(
        app,
        receiveStockEndpoint,
        { params: { shopId: shop.shopId, variantId }, body },
        shop.owner,
      );
      const saleId = await shop.plan({ items: [{ variantId, quantity: 2, price: 500 }] });
      const price = { amount: 1, currency: 'EUR' };
      const late = {
        ...{ saleId, shopId: shop.shopId, showId: newId(), title: 'Flash', rule: 'first_come' as const },
        ...{ durationS: 60, limitPerBuyer: 2, startsAt: null },
        items: [{ variantId, productId: newId(), quantity: 2, price, regularPrice: price }],
      };
      const start = { params: { saleId }, body: { commandId: newId() } };
      expect(await patiently(app, startSaleEndpoint, start, shop.owner)).toMatchObject({ ok: true });
      await inTransaction(pool, (query) => planSale(query, late, 2));
      const [row] = await app.query<{ amount: number }>(
        'SELECT price_amount AS amount FROM sale_variants WHERE sale_id = $1',
        [saleId],
      );
      return row?.amount === 500 ? undefined : `the price became ${row?.amount}`;
    },
  },
  'protocol 7: nothing is held in a sale after its emergency stop': {
    off: (tap) => tap.without("AND sale.state <> 'stopped'", ''),
    async tell() {
      const shop = await stocked(2);
      const sale = await app.parts.gate.find(shop.shelfId);
      if (!sale) throw new Error('no shelf');
      await hold(shop, newBuyer());
      const key = { holdId: newId(), buyerId: newId() };
      const lines = [{ variantId: shop.variantIds[0] ?? '', quantity: 1 }];
      const fresh = await app.parts.gate.refresh(shop.shelfId);
      const claim = await app.parts.gate.storeOf('redis').reserve({ ...(fresh ?? sale), ...key, lines });
      if (claim.code !== 'held') throw new Error(claim.code);
      const stop = { params: { saleId: shop.shelfId }, body: { commandId: newId(), reason: 'wrong price' } };
      expect(await patiently(app, emergencyStopEndpoint, stop, shop.owner)).toMatchObject({ ok: true });
      const late = { ...claim, saleId: shop.shelfId, epoch: (fresh ?? sale).epoch, source: 'buyer' as const };
      await storeBatch(pool, [late], []);
      return (await liveUnits(shop)) > 0 ? 'a stopped sale has a live hold' : undefined;
    },
  },
  'protocol 8: a promoted hold is booked and told once': {
    off: (tap) =>
      tap.without(
        'ON CONFLICT (id, buyer_id) DO NOTHING RETURNING id AS "holdId"',
        'ON CONFLICT (id, buyer_id) DO UPDATE SET source = excluded.source RETURNING id AS "holdId"',
      ),
    async tell(tap) {
      const shop = await stocked(2);
      const [first, waiter] = [newBuyer(), newBuyer()];
      const held = { holdId: await hold(shop, first, 2), buyerId: first.userId };
      const [variantId = ''] = shop.variantIds;
      await patiently(app, joinWaitlistEndpoint, { params: { saleId: shop.shelfId, variantId } }, waiter);
      await other.settle.releaseHolds([held], 'buyer');
      // Two processes read the journal; the other one is faster.
      tap.before('INSERT INTO holds', () => app.parts.relay.relay(shop.shelfId));
      await other.relay.relay(shop.shelfId);
      const [booked, live] = [await balance(shop, `held:${shop.shelfId}`), await liveUnits(shop)];
      return booked === live ? undefined : `${booked} units are booked for ${live} held ones`;
    },
  },
  'protocol 9: an order in line is served by one worker at a time': {
    off: (tap) =>
      tap.without("SET run_at = clock_timestamp() + interval '30 seconds', attempts", 'SET attempts'),
    async tell() {
      const subjectId = newId();
      await app.query("INSERT INTO payment_jobs (kind, subject_id) VALUES ('set_up', $1)", [subjectId]);
      // Two processes look for work; the one that found it first has only just asked the provider.
      let atOnce = 0;
      const answered = Promise.withResolvers<void>();
      const worker = (from: Pool): JobRunner =>
        new JobRunner({
          pool: from,
          kind: 'set_up',
          lanes: 1,
          logger,
          run: async () => {
            atOnce += 1;
            await answered.promise;
            await app.query('DELETE FROM payment_jobs WHERE subject_id = $1', [subjectId]);
          },
        });
      let looks = 0;
      const looking = {
        query: async (sql: string, params?: unknown[]) => {
          const found = await app.pool.query(sql, params);
          looks += 1;
          return found;
        },
      };
      const [first, second] = [worker(pool), worker(looking as unknown as Pool)];
      first.start();
      await eventually(async () => atOnce > 0);
      second.start();
      await eventually(async () => looks > 0);
      answered.resolve();
      await Promise.all([first.stop(), second.stop()]);
      return atOnce > 1 ? `${atOnce} workers set one payment up` : undefined;
    },
  },
  'protocol 10: what is told of a sale has one order': {
    off(tap) {
      tap.without(
        'INSERT INTO sale_feed (sale_id) VALUES ($1)',
        'SELECT version FROM sale_feed WHERE sale_id = $1',
      );
      tap.without('ON CONFLICT (sale_id) DO UPDATE SET version = sale_feed.version RETURNING version', '');
    },
    async tell(tap) {
      const shop = await stocked(2);
      const [x = '', y = ''] = shop.variantIds;
      const told = async (variantId: string, from: Pool): Promise<void> => {
        await new TellStock(from, logger).tell([[shop.shelfId, [variantId]]], new SaleActivity());
      };
      await told(x, app.pool);
      await told(y, app.pool);
      await hold(shop, newBuyer(), 1, 0);
      await hold(shop, newBuyer(), 2, 1);
      // One process has read the counters of a variant and not told them; another tells of the other variant.
      let second: Promise<void> = Promise.resolve();
      tap.before('UPDATE sale_feed SET version = version + 1', async () => {
        second = told(y, app.pool);
        await startedOrBlocked(second);
      });
      await told(x, pool);
      await second;
      const known = new Map<string, number>();
      for (const event of heard(await toldOf(shop.shelfId)))
        for (const item of event.data.items ?? []) known.set(item.variantId, item.available);
      const seen = `${known.get(x)} ${known.get(y)}`;
      return seen === '1 0' ? undefined : `those who listen know of "${seen}" units, and there are "1 0"`;
    },
  },
  'protocol 10: what is told of an order has one order': {
    off: (tap) => tap.without('version = o.version + 1', 'version = o.version'),
    async tell(tap) {
      const shop = await stocked(1);
      const { orderId } = await order(shop);
      const entry = { kind: 'test', actor: 'system' as const };
      // A note of the provider is being written; at the same moment the order is called off.
      let second: Promise<unknown> = Promise.resolve();
      tap.before('SELECT o.id AS "orderId", o.number, o.version', async () => {
        const change = { orderId, to: 'cancelled' as const, entry, event: orderCancelled };
        second = inTransaction(pool, (query) => changeOrders(query, [change]));
        await startedOrBlocked(second);
      });
      await inTransaction(pool, (query) =>
        changeOrders(query, [{ orderId, entry, event: orderPaymentChanged }]),
      );
      await second;
      const state = heard(await toldOf(orderId)).at(-1)?.data.state;
      return state === 'cancelled' ? undefined : `those who listen take a cancelled order for ${state}`;
    },
  },
};

describe('rules of the protocols in Postgres', () => {
  it.each(Object.entries(stories))('%s: goes wrong without, right with it', async (_, story) => {
    const off = tapSql(pool);
    await story.off(off);
    try {
      expect(await story.tell(off, false)).toEqual(expect.any(String));
      expect(off.unmet()).toEqual([]);
    } finally {
      off.release();
      await story.back?.();
    }
    const on = tapSql(pool);
    try {
      expect(await story.tell(on, true)).toBeUndefined();
    } finally {
      on.release();
    }
  });
});
