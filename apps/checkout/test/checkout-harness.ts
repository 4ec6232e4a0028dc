import { queryOf, type Query } from '#bus';
import {
  callEndpoint,
  type CallResult,
  type Endpoint,
  type Identity,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { newId, parseEnv } from '#process';
import { createDatabase, startNats, startRedis, type RunningServer } from '#servers';
import { TEST_INTERNAL_TOKEN, TEST_JWKS, testIdentity, tokenOf } from '#testing';
import { projectProduct, projectShop } from '../src/catalog/project-catalog.ts';
import { checkoutEnv } from '../src/checkout.env.ts';
import { failpoints } from '../src/failpoints.ts';
import { planSale } from '../src/sales/plan-sale.ts';
import { startCheckout, type CheckoutDoubles, type RunningCheckout } from '../src/start-checkout.ts';

/** The servers that several instances of checkout can share. */
export interface CheckoutServers {
  redis: RunningServer;
  nats: RunningServer;
  databaseUrl: string;
  stop(): Promise<void>;
}

export async function startServers(
  redisArgs: Parameters<typeof startRedis>[0] = {},
): Promise<CheckoutServers> {
  const [redis, nats, databaseUrl] = await Promise.all([
    startRedis(redisArgs),
    startNats(),
    createDatabase('checkout'),
  ]);
  return {
    redis,
    nats,
    databaseUrl,
    async stop() {
      await Promise.all([redis.stop(), nats.stop()]);
    },
  };
}

export function testCheckoutEnv(servers: CheckoutServers, settings: Record<string, string> = {}) {
  return parseEnv(checkoutEnv, {
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    INTERNAL_TOKEN: TEST_INTERNAL_TOKEN,
    DATABASE_URL: servers.databaseUrl,
    REDIS_URL: servers.redis.url,
    NATS_URL: servers.nats.url,
    ...settings,
  });
}

export type CheckoutHarness = Awaited<ReturnType<typeof startHarness>>;

/** One instance of checkout with what tests ask of it. */
export async function startHarness(
  servers: CheckoutServers,
  settings: Record<string, string> = {},
  doubles: CheckoutDoubles = {},
) {
  const service: RunningCheckout = await startCheckout(
    testCheckoutEnv(servers, settings),
    { handleSignals: false, keys: TEST_JWKS },
    doubles,
  );
  const { pool } = service.parts;

  async function call<T extends Endpoint>(
    endpoint: T,
    request: RequestOf<T>,
    as?: Identity | 'internal',
  ): Promise<CallResult<ReplyOf<T>>> {
    const token = as === 'internal' ? TEST_INTERNAL_TOKEN : as && (await tokenOf(as));
    const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
    return callEndpoint(fetch, service.url, endpoint, request, { headers });
  }

  return {
    ...service,
    pool,
    query: queryOf(pool),
    call,
    seedShop: () => seedShop(queryOf(pool)),
    async stop() {
      failpoints.clear();
      await service.stop();
    },
  };
}

/** One instance of checkout on servers of its own, which end with it: what most test files need. */
export async function startCheckoutAlone(
  settings: Record<string, string> = {},
  doubles: CheckoutDoubles = {},
): Promise<CheckoutHarness & { servers: CheckoutServers }> {
  const servers = await startServers();
  const app = await startHarness(servers, settings, doubles);
  return {
    ...app,
    servers,
    async stop() {
      await app.stop();
      await servers.stop();
    },
  };
}

export interface SeededShop {
  shopId: string;
  shelfId: string;
  owner: Identity;
  variants: { variantId: string; productId: string; price: number }[];
  /** Plans a flash sale as catalog's event would. */
  plan(options?: Partial<PlanOptions>): Promise<string>;
}

export interface PlanOptions {
  items: { variantId: string; quantity: number; price: number }[];
  limitPerBuyer: number;
  durationS: number;
  startsAt: string | null;
  showId: string;
}

/** A shop with two products of one variant each, as catalog's events would bring them. */
export async function seedShop(query: Query): Promise<SeededShop> {
  const shopId = newId();
  const owner = testIdentity({ shops: [{ shopId, role: 'owner' }] });
  const variants = [1_000, 2_500].map((price) => ({ variantId: newId(), productId: newId(), price }));
  const facts = { shopId, ownerId: owner.userId, slug: 'shop', name: 'Shop', currency: 'EUR' };
  await projectShop(query, facts, 1);
  for (const [i, variant] of variants.entries()) {
    await projectProduct(query, productFacts(shopId, variant, i), 1);
  }
  const [shelf] = await query<{ id: string }>('SELECT id FROM sales WHERE shop_id = $1', [shopId]);
  return {
    shopId,
    shelfId: shelf?.id ?? '',
    owner,
    variants,
    async plan(options = {}) {
      const saleId = newId();
      const first = variants[0];
      const items = options.items ?? [{ variantId: first?.variantId ?? '', quantity: 3, price: 500 }];
      const plan = {
        saleId,
        shopId,
        showId: options.showId ?? newId(),
        title: 'Flash',
        rule: 'first_come' as const,
        durationS: options.durationS ?? 60,
        limitPerBuyer: options.limitPerBuyer ?? 2,
        startsAt: options.startsAt ?? null,
        items: items.map((item) => ({
          variantId: item.variantId,
          productId: newId(),
          quantity: item.quantity,
          price: { amount: item.price, currency: 'EUR' },
          regularPrice: { amount: 1_000, currency: 'EUR' },
        })),
      };
      await planSale(query, plan, 1);
      return saleId;
    },
  };
}

/** A product of one variant, as catalog tells of it. */
export function productFacts(shopId: string, variant: SeededShop['variants'][number], nth: number) {
  return {
    productId: variant.productId,
    shopId,
    title: `Product ${nth + 1}`,
    status: 'active' as const,
    imageUrl: null,
    variants: [
      {
        variantId: variant.variantId,
        sku: `SKU-${nth + 1}`,
        title: '',
        options: {},
        price: { amount: variant.price, currency: 'EUR' },
        compareAt: null,
        weightGrams: null,
        archived: false,
      },
    ],
  };
}

/** Calls as a page does: what a moment's trouble refused is asked for again with the same ids. */
export function patiently<T extends Endpoint>(
  app: Pick<CheckoutHarness, 'call'>,
  endpoint: T,
  request: RequestOf<T>,
  as?: Identity | 'internal',
): Promise<CallResult<ReplyOf<T>>> {
  return eventually(async () => {
    const answer = await app.call(endpoint, request, as);
    return (answer.ok || answer.status < 500) && answer;
  });
}

/** A buyer nobody has seen before. */
export function newBuyer(): Identity {
  return testIdentity({ displayName: 'Buyer' });
}

/** Repeats `look` until it gives something, at most `withinMs`. */
export async function eventually<T>(
  look: () => Promise<T | undefined | false>,
  withinMs = 30_000,
): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > until) throw new Error(`nothing was seen within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
