import { connectBus, queryOf, startOutboxRelay } from '#bus';
import { within } from '#process';
import { followSessions, openDatabase, pgPool, startService, TOKENS, type RunningService } from '#service';
import type { ServiceOptions, ServiceStart } from '#service';
import type { PaymentProvider } from '#payments';
import { CSV_LIMIT_BYTES } from '#contracts';
import { followCatalog } from './catalog/follow-catalog.ts';
import { connectEngines, makeParts, type CheckoutParts } from './checkout-parts.ts';
import type { CheckoutEnv } from './checkout.env.ts';
import { CheckoutModule } from './checkout.module.ts';
import { followErasures } from './people/forget-buyers.ts';
import { prepareStatements } from './database/prepare-statements.ts';
import { checkoutMigrations } from './database/migrations/index.ts';
import { startHousekeeping, type Chore } from './housekeeping.ts';
import { standForLeader, type Leader } from './reconcile/leader.ts';
import { ReconcileSales } from './reconcile/reconcile-sales.ts';
import { WatchEngines, type WatchedEngine } from './reconcile/watch-engines.ts';
import { DrainSales } from './sales/drain-sales.ts';
import { KeepTime } from './sales/keep-time.ts';
import { setHoldTime } from './sales/set-hold-time.ts';
import { followSaleNews } from './sales/sale-news.ts';
import type { OrderParts } from './order-parts.ts';
import { makeOrderParts } from './orders/orders.feature.ts';
import { LowStock } from './stock/low-stock.ts';
import { TellStock } from './sales/tell-stock.ts';
import { ReturnMissed } from './waitlist/return-missed.ts';

const SCHEMA = 'checkout';
/** The sweep is housekeeping: to the next buyer a hold past its time is free without it. */
const SWEEP_MS = 250;
const TELL_MS = 250;
const WATCH_MS = 250;
const TIME_MS = 250;
const DRAIN_MS = 1_000;
const RECONCILE_MS = 1_000;
const LOW_STOCK_MS = 2_000;
const RETURN_MISSED_MS = 1_000;
const REDIS_CHECK_MS = 1_000;

export interface RunningCheckout extends RunningService {
  parts: CheckoutParts;
  orders: OrderParts;
}

/** What a test gives instead of the real thing. */
export interface CheckoutDoubles {
  /** Stands between checkout and the payment provider. */
  wrapProvider?: (real: PaymentProvider) => PaymentProvider;
}

/** Starts checkout: database, engines, bus, HTTP, housekeeping. */
export async function startCheckout(
  env: CheckoutEnv,
  options: Partial<ServiceOptions> = {},
  doubles: CheckoutDoubles = {},
): Promise<RunningCheckout> {
  let parts: CheckoutParts | undefined;
  let orders: OrderParts | undefined;
  const pool = { query: undefined as ReturnType<typeof queryOf> | undefined };
  const service = await startService({
    ...options,
    name: 'checkout',
    env,
    module: async (start) => {
      parts = await connect(env, start);
      pool.query = queryOf(parts.pool);
      orders = makeOrderParts(parts, doubles.wrapProvider);
      orders.start();
      start.drain.add('orders', () => orders?.stop());
      return CheckoutModule.with(parts, orders);
    },
    fastify: async (fastify) => {
      fastify.addContentTypeParser(
        'text/csv',
        { parseAs: 'string', bodyLimit: CSV_LIMIT_BYTES },
        (_request, body, done) => done(null, body),
      );
      await options.fastify?.(fastify);
    },
    idempotency: (sql, params) => {
      if (!pool.query) throw new Error('the database is not open yet');
      return pool.query(sql, params);
    },
  });
  if (!parts || !orders) throw new Error('checkout started without its parts');
  const { bus, logger } = parts;
  const sessions = await followSessions(bus, service.app.get(TOKENS), logger);
  service.drain.add('sessions', () => sessions.stop());
  return { ...service, parts, orders };
}

async function connect(env: CheckoutEnv, { logger, drain, readiness }: ServiceStart): Promise<CheckoutParts> {
  const source = await openDatabase({
    url: env.DATABASE_URL,
    schema: SCHEMA,
    migrations: checkoutMigrations,
    poolSize: 2,
    logger,
  });
  drain.add('migrations', () => source.destroy());
  const pool = pgPool(env.DATABASE_URL, env.DATABASE_POOL, logger);
  prepareStatements(pool);
  drain.add('database', () => pool.end());
  await setHoldTime(queryOf(pool), env.HOLD_TTL_MS);
  const bus = await connectBus({ url: env.NATS_URL, name: 'checkout', logger });
  drain.add('bus', () => bus.close());
  const { engines, watched, close } = connectEngines(env, pool, logger);
  drain.add('engines', close);
  readiness.add('postgres', async () => void (await pool.query('SELECT 1')));
  readiness.add('nats', () => within(REDIS_CHECK_MS, bus.ping()));

  const parts = makeParts({ env, pool, bus, logger, engines });
  drain.add('hold writer', () => parts.writer.drain());
  const outbox = startOutboxRelay({ pool, bus, schema: SCHEMA, logger });
  drain.add('outbox', () => outbox.stop());
  const catalog = await followCatalog({ bus, pool, logger });
  drain.add('catalog', () => catalog.stop());
  const erasures = await followErasures({ bus, pool, logger });
  drain.add('erasures', () => erasures.stop());
  const news = followSaleNews(env.DATABASE_URL, pool, parts.gate, logger);
  drain.add('sale news', () => news.stop());
  const leader = standForLeader(env.DATABASE_URL, SCHEMA, logger);
  drain.add('leader', () => leader.stop());
  const chores = startHousekeeping([...ownChores(parts), ...leadersChores(parts, watched, leader)], logger);
  drain.add('housekeeping', () => chores.stop());
  return parts;
}

/** What every instance does for the sales it touched itself. */
function ownChores({ pool, logger, activity, relay }: CheckoutParts): Chore[] {
  const tellStock = new TellStock(pool, logger);
  const tell = async (): Promise<void> => {
    const changes = activity.take();
    for (const [saleId] of changes) await relay.relay(saleId);
    await tellStock.tell(changes, activity);
  };
  return [{ name: 'tell stock', everyMs: TELL_MS, run: tell }];
}

/** What one instance does for all. Doing it twice would be harmless, only wasteful. */
function leadersChores(parts: CheckoutParts, engine: WatchedEngine, leader: Leader): Chore[] {
  const { pool, gate, relay, rebuildSale, commands, moveUnits, sweeper, logger } = parts;
  const engines = new WatchEngines({ pool, gate, rebuildSale, engine, logger });
  const time = new KeepTime(pool, commands, logger);
  const drain = new DrainSales(pool, gate, moveUnits, logger);
  const lowStock = new LowStock(pool);
  const returns = new ReturnMissed(pool, gate);
  const reconciler = new ReconcileSales({ pool, gate, relay, rebuildSale, logger });
  const chores: Chore[] = [
    { name: 'watch engines', everyMs: WATCH_MS, run: () => engines.round() },
    { name: 'keep time', everyMs: TIME_MS, run: () => time.round() },
    { name: 'sweep', everyMs: SWEEP_MS, run: () => sweeper.round() },
    { name: 'drain sales', everyMs: DRAIN_MS, run: () => drain.round() },
    { name: 'reconcile', everyMs: RECONCILE_MS, run: () => reconciler.round() },
    { name: 'low stock', everyMs: LOW_STOCK_MS, run: () => lowStock.look() },
    { name: 'return missed', everyMs: RETURN_MISSED_MS, run: () => returns.round() },
  ];
  return chores.map((chore) => ({ ...chore, run: async () => leader.leads && chore.run() }));
}
