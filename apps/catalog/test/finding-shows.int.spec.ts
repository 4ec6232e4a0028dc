import {
  endShowEndpoint,
  getSeriesFactsEndpoint,
  getShowEndpoint,
  getShowFactsEndpoint,
  listShopShowsEndpoint,
  listShowsEndpoint,
  setLineupEndpoint,
  type Identity,
} from '#contracts';
import { testIdentity } from '#testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  bodyOf,
  type CatalogHarness,
  codeOf,
  ingest,
  makeProduct,
  makeShow,
  newId,
  openShop,
  startHarness,
  worker,
} from './catalog-harness.ts';

let catalog: CatalogHarness;
let owner: Identity;
let shopId: string;
beforeAll(async () => {
  catalog = await startHarness();
}, 60_000);
beforeEach(async () => {
  const opened = await openShop(catalog);
  owner = opened.owner;
  shopId = opened.shop.shopId;
});
afterAll(() => catalog.stop());

const get = (showId: string, as?: Identity) => catalog.call(getShowEndpoint, { params: { showId } }, as);
const end = (showId: string, as = owner) => catalog.call(endShowEndpoint, { params: { showId } }, as);

describe('finding shows', () => {
  it('needs no account; private ones are not there for strangers', async () => {
    const shows = {
      public: await makeShow(catalog, shopId, owner),
      unlisted: await makeShow(catalog, shopId, owner, { visibility: 'unlisted' }),
      private: await makeShow(catalog, shopId, owner, { visibility: 'private' }),
    };
    const list = bodyOf(await catalog.call(listShowsEndpoint, { query: { state: 'scheduled', shopId } }));
    expect(list.items.map((item) => item.showId)).toEqual([shows.public.showId]);
    expect((await get(shows.unlisted.showId)).ok).toBe(true);
    expect(codeOf(await get(shows.private.showId))).toBe('show_not_found');
    expect(codeOf(await get(shows.private.showId, worker(newId(), 'owner')))).toBe('show_not_found');
    expect(codeOf(await end(shows.private.showId, worker(newId(), 'owner')))).toBe('show_not_found');
    expect((await get(shows.private.showId, worker(shopId, 'moderator'))).ok).toBe(true);
    const ofShop = (as: Identity) => catalog.call(listShopShowsEndpoint, { params: { shopId } }, as);
    expect(bodyOf(await ofShop(worker(shopId, 'moderator'))).items).toHaveLength(3);
    expect(codeOf(await ofShop(testIdentity()))).toBe('forbidden');
  });

  it('lists the next ones first, the live ones latest first, in pages that miss none', async () => {
    const hours = [5, 1, 3, 3, 2];
    const at = (hour: number) => new Date(catalog.clock.now() + hour * 3_600_000).toISOString();
    const shows = [];
    for (const hour of hours)
      shows.push(await makeShow(catalog, shopId, owner, { startsAt: at(hour), title: `+${hour}` }));
    const listed = async (state: 'scheduled' | 'live' | 'ended') => {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const query = { state, shopId, limit: 2, ...(cursor ? { cursor } : {}) };
        const page = bodyOf(await catalog.call(listShowsEndpoint, { query }));
        found.push(...page.items.map((item) => item.title));
        cursor = page.nextCursor ?? undefined;
      } while (cursor);
      return found;
    };
    expect(await listed('scheduled')).toEqual(['+1', '+2', '+3', '+3', '+5']);
    for (const show of shows) {
      await ingest(catalog, show).publish();
      await catalog.heard(show.showId, 2);
    }
    expect(await listed('live')).toEqual(['+2', '+3', '+3', '+1', '+5']);
    for (const show of shows.toReversed()) await end(show.showId);
    expect(await listed('ended')).toEqual(['+5', '+1', '+3', '+3', '+2']);
    expect(await listed('live')).toEqual([]);
  });

  it('hides a show that never began', async () => {
    const show = await makeShow(catalog, shopId, owner, {
      startsAt: new Date(catalog.clock.now()).toISOString(),
    });
    const list = async () =>
      bodyOf(await catalog.call(listShowsEndpoint, { query: { state: 'scheduled', shopId } })).items;
    expect(await list()).toHaveLength(1);
    catalog.clock.advance(6 * 3_600_000 + 1_000);
    expect(await list()).toHaveLength(0);
    expect((await get(show.showId)).ok).toBe(true);
  });
});

describe('a line-up', () => {
  it('is ordered, told to everybody, and shows the public what is on the shelf', async () => {
    const show = await makeShow(catalog, shopId, owner);
    const [mug, bowl] = [
      await makeProduct(catalog, shopId, owner),
      await makeProduct(catalog, shopId, owner),
    ];
    const set = (version: number, productIds: string[], as = owner) =>
      catalog.call(setLineupEndpoint, { params: { showId: show.showId }, body: { version, productIds } }, as);
    const line = bodyOf(
      await set(1, [bowl.productId, mug.productId, bowl.productId], worker(shopId, 'host')),
    );
    expect(line.lineup.map((product) => product.productId)).toEqual([bowl.productId, mug.productId]);
    expect((await catalog.heard(show.showId, 2))[1]).toMatchObject({
      type: 'catalog.lineup_changed',
      version: 2,
      data: {
        items: [
          { productId: bowl.productId, position: 0 },
          { productId: mug.productId, position: 1 },
        ],
      },
    });
    expect(codeOf(await set(1, []))).toBe('conflict');
    const foreign = await openShop(catalog);
    const theirs = await makeProduct(catalog, foreign.shop.shopId, foreign.owner);
    expect(codeOf(await set(2, [theirs.productId]))).toBe('lineup_product_unknown');
    expect(codeOf(await set(2, [newId()]))).toBe('lineup_product_unknown');
    await catalog.pool.query("UPDATE products SET status = 'draft' WHERE product_id = $1", [bowl.productId]);
    expect(bodyOf(await get(show.showId)).lineup.map((product) => product.productId)).toEqual([
      mug.productId,
    ]);
    expect(bodyOf(await get(show.showId, owner)).lineup).toHaveLength(2);
    expect(
      bodyOf(await catalog.internal(getShowFactsEndpoint, { params: { showId: show.showId } })),
    ).toMatchObject({
      version: 2,
      lineup: [bowl.productId, mug.productId],
    });
    expect(bodyOf(await set(2, [])).lineup).toEqual([]);
  });
});

describe('a series', () => {
  it('says whose it is', async () => {
    const { seriesId } = await makeShow(catalog, shopId, owner);
    const facts = await catalog.internal(getSeriesFactsEndpoint, { params: { seriesId } });
    expect(bodyOf(facts)).toMatchObject({ seriesId, shopId });
    const unknown = { params: { seriesId: newId() } };
    expect(codeOf(await catalog.internal(getSeriesFactsEndpoint, unknown))).toBe('series_not_found');
  });
});
