import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { inTransaction } from '#bus';
import { orderCancelled, orderPaymentChanged } from '#contracts';
import { newId } from '#process';
import type { Pool } from 'pg';
import { projectProduct } from '../src/catalog/project-catalog.ts';
import { changeOrders } from '../src/orders/change-orders.ts';
import { CommitPayment } from '../src/payments/commit-payment.ts';
import { LetGo } from '../src/payments/let-go.ts';
import { JobRunner } from '../src/payments/job-runner.ts';
import { readPayment } from '../src/payments/payment-row.ts';
import { planSale } from '../src/sales/plan-sale.ts';
import { SaleActivity } from '../src/sales/sale-activity.ts';
import { TellStock } from '../src/sales/tell-stock.ts';
import { eventually, newBuyer, productFacts } from './checkout-harness.ts';
import {
  authorized,
  heard,
  provider,
  startStage,
  tellOffAndOn,
  type Stage,
  type Story,
} from './guard-stage.ts';

/** A busy machine is slow; nothing here depends on speed. */
jest.setTimeout(60_000);

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
}, 120_000);
afterAll(() => stage.stop(), 60_000);

async function priceIn(saleId: string, variantId: string): Promise<number | undefined> {
  const [row] = await stage.app.query<{ amount: number }>(
    'SELECT price_amount AS amount FROM sale_variants WHERE sale_id = $1 AND variant_id = $2',
    [saleId, variantId],
  );
  return row?.amount;
}

const stories: Record<string, Story> = {
  'protocol 2: a payment is sold or cancelled, never both': {
    off: (tap) =>
      tap.without('AND decision = ANY($2::text[]) ORDER BY id', 'AND $2::text[] IS NOT NULL ORDER BY id'),
    async tell(tap) {
      const shop = await stage.stocked(1);
      const { orderId, paymentId } = await stage.order(shop);
      const payment = await readPayment(stage.app.query, paymentId);
      if (!payment) throw new Error('no payment');
      // The sweeper has seen no money; now it comes, and the goods are sold.
      tap.before('UPDATE payments p SET decision', async () => {
        const commit = new CommitPayment(stage.app.pool, stage.app.parts.settle);
        expect(await commit.commit(paymentId, authorized(paymentId, payment.amount))).toBe('committed');
      });
      const letGo = new LetGo(stage.pool, provider, stage.other.settle);
      await letGo.letGo(payment, 'not_paid_in_time', { actor: 'system' });
      const [now] = await stage.app.query<{ state: string }>(
        'SELECT state FROM payments WHERE order_id = $1',
        [orderId],
      );
      const sold = await stage.balance(shop, `sold:${shop.shelfId}`);
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
      const shop = await stage.stocked(1);
      const { paymentId } = await stage.order(shop);
      const payment = await readPayment(stage.app.query, paymentId);
      if (!payment) throw new Error('no payment');
      // Whoever sells dies before the provider is asked for the money.
      const commit = new CommitPayment(stage.pool, stage.other.settle);
      expect(await commit.commit(paymentId, authorized(paymentId, payment.amount))).toBe('committed');
      const cared = await stage.app.query(
        `SELECT 1 FROM payments p WHERE p.id = $1 AND (p.check_at IS NOT NULL
           OR EXISTS (SELECT 1 FROM payment_jobs j WHERE j.kind = 'capture' AND j.subject_id = p.id))`,
        [paymentId],
      );
      return cared.length > 0 ? undefined : 'nobody will ever take the money of a sold order';
    },
  },
  'protocol 9: an order in line is served by one worker at a time': {
    off: (tap) =>
      tap.without("SET run_at = clock_timestamp() + interval '30 seconds', attempts", 'SET attempts'),
    async tell() {
      const subjectId = newId();
      await stage.app.query("INSERT INTO payment_jobs (kind, subject_id) VALUES ('set_up', $1)", [subjectId]);
      // Two processes look for work; the one that found it first has only just asked the provider.
      let atOnce = 0;
      const answered = Promise.withResolvers<void>();
      const worker = (from: Pool): JobRunner =>
        new JobRunner({
          pool: from,
          kind: 'set_up',
          lanes: 1,
          logger: stage.logger,
          run: async () => {
            atOnce += 1;
            await answered.promise;
            await stage.app.query('DELETE FROM payment_jobs WHERE subject_id = $1', [subjectId]);
          },
        });
      let looks = 0;
      const looking = {
        query: async (sql: string, params?: unknown[]) => {
          const found = await stage.app.pool.query(sql, params);
          looks += 1;
          return found;
        },
      };
      const [first, second] = [worker(stage.pool), worker(looking as unknown as Pool)];
      first.start();
      await eventually(async () => atOnce > 0);
      second.start();
      await eventually(async () => looks > 0);
      answered.resolve();
      await Promise.all([first.stop(), second.stop()]);
      return atOnce > 1 ? `${atOnce} workers set one payment up` : undefined;
    },
  },
  'protocol 10: an older price of a product does not replace a newer one': {
    off: (tap) => tap.without('WHERE v.version < excluded.version RETURNING id', 'RETURNING id'),
    async tell() {
      const { shopId, shelfId, variants } = await stage.app.seedShop();
      const [variant] = variants;
      if (!variant) throw new Error('no variant');
      for (const [price, version] of [
        [3_000, 3],
        [2_000, 2],
      ] as const)
        await inTransaction(stage.pool, (query) =>
          projectProduct(query, productFacts(shopId, { ...variant, price }, 0), version),
        );
      const price = await priceIn(shelfId, variant.variantId);
      return price === 3_000 ? undefined : `the price went back to ${price}`;
    },
  },
  'protocol 10: an older plan of a sale does not replace a newer one': {
    off: (tap) => tap.without('AND sales.plan_version < excluded.plan_version RETURNING id', 'RETURNING id'),
    async tell() {
      const shop = await stage.app.seedShop();
      const variantId = shop.variants[0]?.variantId ?? '';
      const saleId = await shop.plan({ items: [{ variantId, quantity: 2, price: 500 }] });
      for (const [amount, version] of [
        [700, 3],
        [600, 2],
      ] as const) {
        const price = { amount, currency: 'EUR' };
        const plan = {
          ...{ saleId, shopId: shop.shopId, showId: newId(), title: 'Flash', rule: 'first_come' as const },
          ...{ durationS: 60, limitPerBuyer: 2, startsAt: null },
          items: [{ variantId, productId: newId(), quantity: 2, price, regularPrice: price }],
        };
        await inTransaction(stage.pool, (query) => planSale(query, plan, version));
      }
      const price = await priceIn(saleId, variantId);
      return price === 700 ? undefined : `the price went back to ${price}`;
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
      const shop = await stage.stocked(2);
      const [x = '', y = ''] = shop.variantIds;
      const told = async (variantId: string, from: Pool): Promise<void> => {
        await new TellStock(from, stage.logger).tell([[shop.shelfId, [variantId]]], new SaleActivity());
      };
      await told(x, stage.app.pool);
      await told(y, stage.app.pool);
      await stage.hold(shop, newBuyer(), 1, 0);
      await stage.hold(shop, newBuyer(), 2, 1);
      // One process has read the counters of a variant and not told them; another tells of the other variant.
      let second: Promise<void> = Promise.resolve();
      tap.before('UPDATE sale_feed SET version = version + 1', async () => {
        second = told(y, stage.app.pool);
        await stage.startedOrBlocked(second);
      });
      await told(x, stage.pool);
      await second;
      const known = new Map<string, number>();
      for (const event of heard(await stage.toldOf(shop.shelfId)))
        for (const item of event.data.items ?? []) known.set(item.variantId, item.available);
      const seen = `${known.get(x)} ${known.get(y)}`;
      return seen === '1 0' ? undefined : `those who listen know of "${seen}" units, and there are "1 0"`;
    },
  },
  'protocol 10: what is told of an order has one order': {
    off: (tap) => tap.without('version = o.version + 1', 'version = o.version'),
    async tell(tap) {
      const shop = await stage.stocked(1);
      const { orderId } = await stage.order(shop);
      const entry = { kind: 'test', actor: 'system' as const };
      // A note of the provider is being written; at the same moment the order is called off.
      let second: Promise<unknown> = Promise.resolve();
      tap.before('SELECT o.id AS "orderId", o.number, o.version', async () => {
        const change = { orderId, to: 'cancelled' as const, entry, event: orderCancelled };
        second = inTransaction(stage.pool, (query) => changeOrders(query, [change]));
        await stage.startedOrBlocked(second);
      });
      await inTransaction(stage.pool, (query) =>
        changeOrders(query, [{ orderId, entry, event: orderPaymentChanged }]),
      );
      await second;
      const state = heard(await stage.toldOf(orderId)).at(-1)?.data.state;
      return state === 'cancelled' ? undefined : `those who listen take a cancelled order for ${state}`;
    },
  },
};

describe('rules of the protocols about orders and events', () => {
  it.each(Object.entries(stories))('%s: goes wrong without, right with it', (_, story) =>
    tellOffAndOn(stage, story),
  );
});
