import { connectBus, listen, makeEvent, type Bus, type Consumer } from '#bus';
import {
  callEndpoint,
  createProductEndpoint,
  createShopEndpoint,
  createShowEndpoint,
  streamEnded,
  streamInterrupted,
  streamPublished,
  streamResumed,
  type CallResult,
  type Endpoint,
  type EventDefinition,
  type EventEnvelope,
  type Identity,
  type ProductView,
  type ReplyOf,
  type RequestOf,
  type ShopRole,
  type ShopView,
  type ShowView,
} from '#contracts';
import * as contracts from '#contracts';
import { createLogger, newId, parseEnv, type Clock } from '#process';
import { createDatabase, startNats, startRedis } from '#servers';
import { jest } from '@jest/globals';
import { TEST_INTERNAL_TOKEN, TEST_JWKS, testIdentity, tokenOf } from '#testing';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import sharp, { type Sharp } from 'sharp';
import { catalogEnv } from '../src/catalog.env.ts';
import { startCatalog } from '../src/start-catalog.ts';

/** Passwords are hashed and pictures encoded for real: on a busy machine a test of many takes its time. */
jest.setTimeout(60_000);

/** A clock that moves when the test says so. */
export class TestClock implements Clock {
  private aheadMs = 0;
  now(): number {
    return Date.now() + this.aheadMs;
  }
  advance(ms: number): void {
    this.aheadMs += ms;
  }
}

const catalogEvents = (Object.values(contracts) as unknown[]).filter(
  (it): it is EventDefinition =>
    typeof it === 'object' && it !== null && 'publisher' in it && it.publisher === 'catalog',
);

export type CatalogHarness = Awaited<ReturnType<typeof startHarness>>;

/** The whole process on real servers, with what tests ask of it. */
export async function startHarness() {
  const dataDir = await mkdtemp(join(tmpdir(), 'showfloor-catalog-'));
  const [nats, redis, databaseUrl] = await Promise.all([
    startNats(),
    startRedis(),
    createDatabase('catalog'),
  ]);
  const clock = new TestClock();
  const env = parseEnv(catalogEnv, {
    NODE_ENV: 'test',
    LOG_LEVEL: 'error',
    INTERNAL_TOKEN: TEST_INTERNAL_TOKEN,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url,
    NATS_URL: nats.url,
    DATA_DIR: dataDir,
  });
  const service = await startCatalog(env, { clock, keys: TEST_JWKS, handleSignals: false });
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  const logger = createLogger({ process: 'test', level: 'error' });
  const bus = await connectBus({ url: nats.url, name: 'test', logger });
  const ear = await startEar(bus);

  async function call<T extends Endpoint>(
    endpoint: T,
    request: RequestOf<T>,
    as?: Identity,
  ): Promise<CallResult<ReplyOf<T>>> {
    const headers: Record<string, string> = as ? { authorization: `Bearer ${await tokenOf(as)}` } : {};
    return callEndpoint(fetch, service.url, endpoint, request, { headers });
  }

  return {
    service,
    clock,
    pool,
    bus,
    dataDir,
    call,
    heard: ear.heard,
    internal: <T extends Endpoint>(endpoint: T, request: RequestOf<T>) =>
      callEndpoint(fetch, service.url, endpoint, request, {
        headers: { authorization: `Bearer ${TEST_INTERNAL_TOKEN}` },
      }),
    /** Posts a form with a file, as a browser does. */
    async upload(method: 'POST' | 'PUT', path: string, file: Buffer | undefined, as?: Identity, alt = '') {
      const form = new FormData();
      if (alt) form.set('alt', alt);
      if (file) form.set('file', new Blob([new Uint8Array(file)]), 'photo.jpg');
      const headers: Record<string, string> = as ? { authorization: `Bearer ${await tokenOf(as)}` } : {};
      const response = await fetch(`${service.url}/api/catalog/v1/${path}`, { method, body: form, headers });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    async stop() {
      await ear.stop();
      await bus.close();
      await pool.end();
      await service.stop();
      await Promise.all([nats.stop(), redis.stop(), rm(dataDir, { recursive: true, force: true })]);
    },
  };
}

/** Hears every event of catalog, and waits for those to come. */
async function startEar(
  bus: Bus,
): Promise<Consumer & { heard: (of: string, count: number) => Promise<EventEnvelope[]> }> {
  const events: EventEnvelope[] = [];
  let wake = (): void => undefined;
  const ear = listen({
    bus,
    logger: bus.logger,
    events: catalogEvents,
    handle: (event) => {
      events.push(event);
      wake();
    },
  });
  await bus.nc.flush();
  return {
    stop: () => ear.stop(),
    /** The events about one aggregate, in the order of their version, once there are `count`. */
    async heard(of, count) {
      for (;;) {
        const about = events.filter((event) => event.aggregateId === of);
        if (about.length >= count) return about.toSorted((a, b) => a.version - b.version);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/** What was answered; fails the test when it was refused. */
export function bodyOf<T>(result: CallResult<T>): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.problem)}`);
  return result.body;
}

/** The code of a refusal; fails the test when there was none. */
export function codeOf(result: CallResult<unknown>): string {
  if (result.ok) throw new Error('not refused');
  return result.problem.code;
}

export const idempotencyKey = (): string => randomBytes(12).toString('hex');

/** Somebody who works for `shopId`. */
export function worker(shopId: string, role: ShopRole): Identity {
  return testIdentity({ shops: [{ shopId, role }] });
}

/** A new shop, with an owner whose token says so. */
export async function openShop(
  catalog: CatalogHarness,
  currency = 'EUR',
): Promise<{ shop: ShopView; owner: Identity }> {
  const creator = testIdentity();
  const slug = `shop-${randomBytes(6).toString('hex')}`;
  const request = { body: { name: 'Clay & Co', slug, currency }, idempotencyKey: idempotencyKey() };
  const shop = bodyOf(await catalog.call(createShopEndpoint, request, creator));
  return { shop, owner: { ...creator, shops: [{ shopId: shop.shopId, role: 'owner' }] } };
}

/** A product in two sizes at 12.00 and 15.00. */
export async function makeProduct(
  catalog: CatalogHarness,
  shopId: string,
  as: Identity,
): Promise<ProductView> {
  const stem = randomBytes(4).toString('hex');
  const variant = (Size: string, amount: number) => ({
    sku: `MUG-${stem}-${Size}`,
    options: { Size },
    price: { amount, currency: 'EUR' },
  });
  const request = {
    params: { shopId },
    body: { title: 'Mug', optionNames: ['Size'], variants: [variant('S', 1_200), variant('L', 1_500)] },
    idempotencyKey: idempotencyKey(),
  };
  return bodyOf(await catalog.call(createProductEndpoint, request, as));
}

export async function makeShow(
  catalog: CatalogHarness,
  shopId: string,
  as: Identity,
  parts: Partial<RequestOf<typeof createShowEndpoint>['body']> = {},
): Promise<ShowView> {
  const startsAt = new Date(catalog.clock.now() + 3_600_000).toISOString();
  const request = {
    params: { shopId },
    body: { title: 'Friday', startsAt, ...parts },
    idempotencyKey: idempotencyKey(),
  };
  return bodyOf(await catalog.call(createShowEndpoint, request, as));
}

/** What ingest would say of one stream of `show`, in the order of the calls. */
export function ingest(catalog: CatalogHarness, show: ShowView) {
  const which = { streamId: newId(), showId: show.showId, shopId: show.shopId };
  let version = 0;
  const at = () => new Date().toISOString();
  const next = () => {
    version += 1;
    return { aggregateId: which.streamId, version };
  };
  const published = () => {
    const data = { ...which, publishedAt: at(), width: 1_280, height: 720, frameRate: 30 };
    return makeEvent(streamPublished, { ...next(), data });
  };
  return {
    streamId: which.streamId,
    published,
    publish: () => catalog.bus.publish(published()),
    interrupt: () =>
      catalog.bus.publish(
        makeEvent(streamInterrupted, {
          ...next(),
          data: { ...which, interruptedAt: at(), resumeUntil: at() },
        }),
      ),
    resume: () =>
      catalog.bus.publish(makeEvent(streamResumed, { ...next(), data: { ...which, resumedAt: at() } })),
    end: (reason: 'window_passed' | 'key_revoked' = 'window_passed') =>
      catalog.bus.publish(makeEvent(streamEnded, { ...next(), data: { ...which, endedAt: at(), reason } })),
  };
}

/** A picture of one colour, as an upload. */
export function picture(width: number, height: number, colour = '#c84'): Sharp {
  return sharp({ create: { width, height, channels: 3, background: colour } });
}

export { newId };
