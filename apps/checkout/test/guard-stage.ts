import { expect } from '@jest/globals';
import { connectBus, lockKey } from '#bus';
import { placeHoldsEndpoint, receiveStockEndpoint, type EventEnvelope, type Identity } from '#contracts';
import type { PaymentProvider, ProviderPayment } from '#payments';
import { createLogger, newId, type Logger } from '#process';
import { pgPool } from '#service';
import pg, { type Pool } from 'pg';
import { makeParts, type CheckoutParts } from '../src/checkout-parts.ts';
import {
  eventually,
  newBuyer,
  patiently,
  startHarness,
  startServers,
  type CheckoutHarness,
} from './checkout-harness.ts';
import { tapSql, type SqlTap } from './tap-sql.ts';

/** Drives an interleaving that a rule of the protocols prevents. */
export interface Story {
  /** Takes the rule away; `back` puts it back where letting go of the pool does not. */
  off(tap: SqlTap): unknown;
  back?(): Promise<unknown>;
  /** Says what went wrong, if anything did. */
  tell(tap: SqlTap, on: boolean): Promise<string | undefined>;
}

/** A checkout in which nothing moves by itself, and a second one whose statements a story can reach into. */
export interface Stage {
  app: CheckoutHarness;
  /** The second process and its connections. */
  other: CheckoutParts;
  pool: Pool;
  logger: Logger;
  stocked(units: number): Promise<StageShop>;
  hold(shop: StageShop, buyer: Identity, quantity?: number, nth?: number): Promise<string>;
  /** An order with its payment at the provider. */
  order(shop: StageShop): Promise<{ orderId: string; paymentId: string }>;
  balance(shop: StageShop, account: string, nth?: number): Promise<number>;
  /** Units in live holds on the shelf, hold by hold. */
  liveUnits(shop: StageShop): Promise<number>;
  /** What was told of an aggregate so far, in the order in which it would leave. */
  toldOf(aggregateId: string): Promise<Told[]>;
  /** Runs `work` until it ends or has to wait for a lock of somebody else in this database. */
  startedOrBlocked(work: Promise<unknown>): Promise<void>;
  stop(): Promise<void>;
}

export interface StageShop {
  shopId: string;
  shelfId: string;
  owner: Identity;
  variantIds: string[];
}

export type Told = Omit<EventEnvelope, 'data'> & {
  data: { items?: { variantId: string; available: number }[]; state?: string };
};

export async function startStage(): Promise<Stage> {
  const logger = createLogger({ process: 'test', level: 'silent' });
  const servers = await startServers();
  // Locks that keep leader's work and the outbox still, so that nobody but a story moves anything.
  const still = new pg.Client({ connectionString: servers.databaseUrl });
  await still.connect();
  for (const name of ['leader:checkout', 'outbox:checkout'])
    await still.query('SELECT pg_advisory_lock($1)', [lockKey(name)]);
  const app = await startHarness(servers, {}, { wrapProvider: () => provider });
  // Nor do its workers and its sweep take anything up.
  await app.orders.stop();
  // Nor does its own teller of stock say anything: only stories tell.
  app.parts.activity.touch = () => undefined;
  const pool = pgPool(servers.databaseUrl, 8, logger);
  const bus = await connectBus({ url: servers.nats.url, name: 'other', logger });
  const { env, engines } = app.parts;
  return {
    app,
    other: makeParts({ env, pool, bus, logger, engines }),
    pool,
    logger,
    ...actsOf(app),
    async stop() {
      await app.stop();
      await bus.close();
      await pool.end();
      await still.end();
      await servers.stop();
    },
  };
}

/** Tells a story without its rule, when it must go wrong, and with it, when it must not. */
export async function tellOffAndOn({ pool }: Stage, story: Story): Promise<void> {
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
}

/** A provider at which every payment is authorised and every cancel works. */
export const provider: PaymentProvider = {
  name: 'sandbox',
  createPayment: async (payment) => authorized(payment.paymentId, payment.amount.amount),
  retrievePayment: async () => undefined,
  capturePayment: async () => ({ code: 'refused', reason: 'not here', payment: undefined }),
  cancelPayment: async () => ({ code: 'voided' }),
  refundPayment: async () => ({ code: 'refused', reason: 'not here' }),
  retrieveRefund: async () => undefined,
  readNotice: () => undefined,
};

export function authorized(paymentId: string, amount: number): ProviderPayment {
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

/** Hears events as a consumer does: what is not newer than the last one is dropped. */
export function heard(events: readonly Told[]): Told[] {
  let last = 0;
  return events.filter((event) => {
    const newer = event.version > last;
    last = Math.max(last, event.version);
    return newer;
  });
}

function actsOf(app: CheckoutHarness): Omit<Stage, 'app' | 'other' | 'pool' | 'logger' | 'stop'> {
  const hold: Stage['hold'] = async ({ shelfId, variantIds }, buyer, quantity = 1, nth = 0) => {
    const holdId = newId();
    const holds = [{ holdId, saleId: shelfId, lines: [{ variantId: variantIds[nth] ?? '', quantity }] }];
    const placed = await app.call(placeHoldsEndpoint, { body: { holds } }, buyer);
    if (!placed.ok) throw new Error(placed.problem.code);
    return holdId;
  };
  return {
    hold,
    async stocked(units) {
      const { shopId, shelfId, owner, variants } = await app.seedShop();
      const variantIds = variants.map((variant) => variant.variantId);
      for (const variantId of variantIds) {
        const body = { changeId: newId(), quantity: units };
        await patiently(app, receiveStockEndpoint, { params: { shopId, variantId }, body }, owner);
      }
      return { shopId, shelfId, owner, variantIds };
    },
    async order(shop) {
      const buyer = newBuyer();
      const placed = await app.orders.placeOrder.place({
        buyer,
        holdIds: [await hold(shop, buyer)],
        address: { name: 'A', line1: 'B', city: 'C', country: 'DE' },
        shipping: 'standard',
        showId: null,
        note: '',
        idempotencyKey: newId(),
      });
      if (placed.code !== 'placed') throw new Error(placed.code);
      return placed;
    },
    async balance({ variantIds }, account, nth = 0) {
      const [row] = await app.query<{ amount: number }>(
        'SELECT amount FROM balances WHERE variant_id = $1 AND account = $2',
        [variantIds[nth], account],
      );
      return row?.amount ?? 0;
    },
    async liveUnits({ shelfId }) {
      const [row] = await app.query<{ units: number }>(
        `SELECT coalesce(sum((line->>'quantity')::integer), 0)::integer AS units
         FROM holds, jsonb_array_elements(lines) AS line WHERE sale_id = $1 AND state IN ('held', 'paying')`,
        [shelfId],
      );
      return row?.units ?? 0;
    },
    async toldOf(aggregateId) {
      const rows = await app.query<{ event: string }>('SELECT event FROM outbox ORDER BY position');
      return rows
        .map((row) => JSON.parse(row.event) as Told)
        .filter((event) => event.aggregateId === aggregateId);
    },
    async startedOrBlocked(work) {
      let ended = false;
      void work.catch(() => undefined).finally(() => (ended = true));
      await eventually(async () => {
        if (ended) return true;
        const waits = await app.query(
          "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()",
        );
        return waits.length > 0;
      });
    },
  };
}
