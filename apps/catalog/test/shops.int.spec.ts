import {
  createSeriesEndpoint,
  createShopEndpoint,
  createShowEndpoint,
  deleteSeriesEndpoint,
  getShopEndpoint,
  getShopFactsEndpoint,
  listSeriesEndpoint,
  listShopsEndpoint,
  updateSeriesEndpoint,
  updateShopEndpoint,
} from '#contracts';
import { testIdentity } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  bodyOf,
  codeOf,
  idempotencyKey,
  makeShow,
  newId,
  openShop,
  startHarness,
  worker,
  type CatalogHarness,
} from './catalog-harness.ts';

let catalog: CatalogHarness;
beforeAll(async () => {
  catalog = await startHarness();
}, 60_000);
afterAll(() => catalog.stop());

const body = (slug: string) => ({ name: 'Clay & Co', slug, currency: 'EUR' });

describe('opening a shop', () => {
  it('tells everybody, gives it a first series, and lets its creator act at once', async () => {
    const creator = testIdentity();
    const request = { body: body('clay'), idempotencyKey: idempotencyKey() };
    const shop = bodyOf(await catalog.call(createShopEndpoint, request, creator));
    expect(shop).toMatchObject({ slug: 'clay', ownerId: creator.userId, currency: 'EUR', version: 1 });
    const { shopId } = shop;
    const [event] = await catalog.heard(shopId, 1);
    expect(event).toMatchObject({
      type: 'catalog.shop_created',
      version: 1,
      data: { shopId, ownerId: creator.userId, slug: 'clay', name: 'Clay & Co', currency: 'EUR' },
    });
    const series = bodyOf(await catalog.call(listSeriesEndpoint, { params: { shopId } }));
    expect(series.items.map(({ title }) => title)).toEqual(['Live shows']);
    expect((await makeShow(catalog, shopId, creator)).hostId).toBe(creator.userId);
    const mine = bodyOf(await catalog.call(listShopsEndpoint, { query: { mine: 'true' } }, creator));
    expect(mine.items.map((item) => item.shopId)).toEqual([shopId]);
  });

  it('stops trusting the creator without a membership once there was time to get one', async () => {
    const { shop, owner } = await openShop(catalog);
    const creator = { ...owner, shops: [] };
    const request = (title: string) => ({
      params: { shopId: shop.shopId },
      body: { title },
      idempotencyKey: idempotencyKey(),
    });
    expect((await catalog.call(createSeriesEndpoint, request('a'), creator)).status).toBe(201);
    catalog.clock.advance(10 * 60_000 + 1);
    const later = { ...creator, expiresAt: catalog.clock.now() + 60_000 };
    expect(codeOf(await catalog.call(createSeriesEndpoint, request('b'), later))).toBe('forbidden');
    expect((await catalog.call(createSeriesEndpoint, request('c'), owner)).status).toBe(201);
  });

  it('gives one of many racers the address', async () => {
    const results = await Promise.all(
      Array.from({ length: 5 }, () =>
        catalog.call(
          createShopEndpoint,
          { body: body('contested'), idempotencyKey: idempotencyKey() },
          testIdentity(),
        ),
      ),
    );
    expect(results.map((result) => (result.ok ? 'made' : result.problem.code)).toSorted()).toEqual([
      'made',
      ...Array(4).fill('slug_taken'),
    ]);
  });

  it('answers a repeat as before, also when the kept answer was lost', async () => {
    const creator = testIdentity();
    const request = { body: body('once-only'), idempotencyKey: idempotencyKey() };
    const first = await catalog.call(createShopEndpoint, request, creator);
    expect(await catalog.call(createShopEndpoint, request, creator)).toMatchObject({ body: bodyOf(first) });
    await catalog.pool.query('DELETE FROM idempotency');
    expect(await catalog.call(createShopEndpoint, request, creator)).toMatchObject({
      status: 201,
      body: bodyOf(first),
    });
    expect(await catalog.heard(bodyOf(first).shopId, 1)).toHaveLength(1);
    const other = { ...request, body: body('another') };
    expect(codeOf(await catalog.call(createShopEndpoint, other, creator))).toBe('idempotency_key_reused');
  });

  it('is bounded per account, however many requests come at once', async () => {
    const creator = testIdentity();
    const results = await Promise.all(
      Array.from({ length: 23 }, (_, n) =>
        catalog.call(
          createShopEndpoint,
          { body: body(`chain-${n}`), idempotencyKey: idempotencyKey() },
          creator,
        ),
      ),
    );
    expect(results.filter((result) => result.ok)).toHaveLength(20);
    expect(new Set(results.filter((result) => !result.ok).map(codeOf))).toEqual(new Set(['too_many_shops']));
  });

  it.each(['', 'ab', 'Upper', '-dash', 'dash-', 'with space', 'a'.repeat(49)])(
    'refuses the address %j',
    async (slug) => {
      const request = { body: body(slug), idempotencyKey: idempotencyKey() };
      expect(codeOf(await catalog.call(createShopEndpoint, request, testIdentity()))).toBe('invalid_request');
    },
  );
});

describe('a shop', () => {
  it('is changed by its owner, from the version that they read', async () => {
    const { shop, owner } = await openShop(catalog);
    const { shopId } = shop;
    const change = (version: number, as = owner) =>
      catalog.call(
        updateShopEndpoint,
        { params: { shopId }, body: { version, name: `Clay ${version}` } },
        as,
      );
    expect(codeOf(await change(1, worker(shopId, 'merchant')))).toBe('forbidden');
    expect(codeOf(await change(1, worker(newId(), 'owner')))).toBe('forbidden');
    const results = await Promise.all([change(1), change(1), change(1)]);
    expect(results.map((result) => result.status).toSorted()).toEqual([200, 409, 409]);
    const stale = await change(1);
    expect(stale).toMatchObject({ ok: false, problem: { code: 'conflict', version: 2 } });
    expect(bodyOf(await catalog.call(getShopEndpoint, { params: { shopId } }))).toMatchObject({
      name: 'Clay 1',
      version: 2,
    });
    expect((await catalog.heard(shopId, 2))[1]).toMatchObject({ type: 'catalog.shop_updated', version: 2 });
    expect(bodyOf(await catalog.internal(getShopFactsEndpoint, { params: { shopId } }))).toMatchObject({
      version: 2,
    });
  });

  it('is not found where there is none, not even by an admin', async () => {
    const params = { shopId: newId() };
    expect(codeOf(await catalog.call(getShopEndpoint, { params }))).toBe('shop_not_found');
    expect(codeOf(await catalog.call(listSeriesEndpoint, { params }))).toBe('shop_not_found');
    const admin = testIdentity({ platformRoles: ['admin'] });
    const update = { params, body: { version: 1 } };
    expect(codeOf(await catalog.call(updateShopEndpoint, update, admin))).toBe('shop_not_found');
    const startsAt = new Date().toISOString();
    const show = { params, body: { title: 'x', startsAt }, idempotencyKey: idempotencyKey() };
    expect(codeOf(await catalog.call(createShowEndpoint, show, admin))).toBe('shop_not_found');
  });

  it('is found by its address, and page by page', async () => {
    const { shop } = await openShop(catalog);
    const bySlug = bodyOf(await catalog.call(listShopsEndpoint, { query: { slug: shop.slug } }));
    expect(bySlug.items.map((item) => item.shopId)).toEqual([shop.shopId]);
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = bodyOf(
        await catalog.call(listShopsEndpoint, { query: { limit: 7, ...(cursor ? { cursor } : {}) } }),
      );
      ids.push(...page.items.map((item) => item.shopId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    const { rows } = await catalog.pool.query('SELECT shop_id FROM shops ORDER BY shop_id DESC');
    expect(ids).toEqual(rows.map((row) => row.shop_id));
  });

  it.each(['x', Buffer.from('[1]').toString('base64url'), Buffer.from('["a"]').toString('base64url')])(
    'refuses the made-up cursor %j',
    async (cursor) => {
      expect(codeOf(await catalog.call(listShopsEndpoint, { query: { cursor } }))).toBe('invalid_request');
    },
  );
});

describe('a series', () => {
  it('is renamed, and removed when it has no shows and is not the last', async () => {
    const { shop, owner } = await openShop(catalog);
    const { shopId } = shop;
    const host = worker(shopId, 'host');
    const create = { params: { shopId }, body: { title: 'Mondays' }, idempotencyKey: idempotencyKey() };
    expect(codeOf(await catalog.call(createSeriesEndpoint, create, worker(shopId, 'moderator')))).toBe(
      'forbidden',
    );
    const { seriesId } = bodyOf(await catalog.call(createSeriesEndpoint, create, host));
    const params = { shopId, seriesId };
    const rename = { params, body: { version: 1, title: 'Tuesdays' } };
    expect(bodyOf(await catalog.call(updateSeriesEndpoint, rename, host))).toMatchObject({
      title: 'Tuesdays',
      version: 2,
    });
    expect(codeOf(await catalog.call(updateSeriesEndpoint, rename, host))).toBe('conflict');
    const foreign = await openShop(catalog);
    const through = { ...rename, params: { shopId: foreign.shop.shopId, seriesId } };
    expect(codeOf(await catalog.call(updateSeriesEndpoint, through, foreign.owner))).toBe('series_not_found');

    await makeShow(catalog, shopId, owner, { seriesId });
    expect(codeOf(await catalog.call(deleteSeriesEndpoint, { params }, host))).toBe('series_in_use');
    const [first] = bodyOf(await catalog.call(listSeriesEndpoint, { params: { shopId } })).items;
    const removeFirst = { params: { shopId, seriesId: first?.seriesId ?? '' } };
    expect((await catalog.call(deleteSeriesEndpoint, removeFirst, host)).status).toBe(204);
    expect(codeOf(await catalog.call(deleteSeriesEndpoint, removeFirst, host))).toBe('series_not_found');
  });

  it('leaves one to the shop, however many are removed at once', async () => {
    const { shop, owner } = await openShop(catalog);
    const { shopId } = shop;
    const create = { params: { shopId }, body: { title: 'Second' }, idempotencyKey: idempotencyKey() };
    await catalog.call(createSeriesEndpoint, create, owner);
    const { items } = bodyOf(await catalog.call(listSeriesEndpoint, { params: { shopId } }));
    const results = await Promise.all(
      items.map(({ seriesId }) =>
        catalog.call(deleteSeriesEndpoint, { params: { shopId, seriesId } }, owner),
      ),
    );
    expect(results.map((result) => result.status).toSorted()).toEqual([204, 409]);
  });
});
