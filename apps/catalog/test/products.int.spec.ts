import {
  addVariantEndpoint,
  archiveProductEndpoint,
  archiveVariantEndpoint,
  createProductEndpoint,
  getProductEndpoint,
  getProductFactsEndpoint,
  listProductsEndpoint,
  lookUpVariantsEndpoint,
  updateProductEndpoint,
  updateVariantEndpoint,
  type RequestOf,
} from '#contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  bodyOf,
  codeOf,
  idempotencyKey,
  makeProduct,
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

const euro = (amount: number) => ({ amount, currency: 'EUR' });
type NewProduct = RequestOf<typeof createProductEndpoint>['body'];
const mug = (sku: string, parts: Partial<NewProduct> = {}): NewProduct => ({
  title: 'Mug',
  variants: [{ sku, price: euro(1_200) }],
  ...parts,
});

describe('making a product', () => {
  it('tells everybody of it with all its variants', async () => {
    const { shop, owner } = await openShop(catalog);
    const { shopId } = shop;
    const product = await makeProduct(catalog, shopId, owner);
    expect(product).toMatchObject({
      title: 'Mug',
      status: 'active',
      options: [{ name: 'Size', values: ['S', 'L'] }],
      variants: [
        { title: 'S', options: { Size: 'S' }, price: euro(1_200), compareAt: null, archived: false },
        { title: 'L', options: { Size: 'L' }, price: euro(1_500) },
      ],
      images: [],
      version: 1,
    });
    const [event] = await catalog.heard(product.productId, 1);
    const [small] = product.variants;
    expect(event).toMatchObject({
      type: 'catalog.product_created',
      data: {
        shopId,
        imageUrl: null,
        variants: [{ variantId: small?.variantId, sku: small?.sku, price: euro(1_200) }, {}],
      },
    });
    const { productId } = product;
    expect(bodyOf(await catalog.call(getProductEndpoint, { params: { shopId, productId } }))).toEqual(
      product,
    );
    expect(bodyOf(await catalog.internal(getProductFactsEndpoint, { params: { productId } }))).toMatchObject({
      version: 1,
    });
  });

  it.each<[string, Partial<NewProduct>]>([
    ['options_mismatch', { optionNames: ['Size'] }],
    [
      'options_mismatch',
      { optionNames: ['Size', 'Size'], variants: [{ sku: 'A', options: { Size: 'L' }, price: euro(1) }] },
    ],
    ['options_mismatch', { variants: [{ sku: 'A', options: { Size: 'L' }, price: euro(1) }] }],
    ['currency_mismatch', { variants: [{ sku: 'A', price: { amount: 1, currency: 'USD' } }] }],
    [
      'currency_mismatch',
      { variants: [{ sku: 'A', price: euro(1), compareAt: { amount: 2, currency: 'USD' } }] },
    ],
    [
      'sku_taken',
      { optionNames: ['S'], variants: ['1', '2'].map((S) => ({ sku: 'A', options: { S }, price: euro(1) })) },
    ],
    ['variant_options_taken', { variants: ['A', 'B'].map((sku) => ({ sku, price: euro(1) })) }],
    ['invalid_request', { variants: [{ sku: 'A', price: euro(0) }] }],
    ['invalid_request', { variants: [{ sku: 'A', price: euro(1.5) }] }],
    ['invalid_request', { variants: [{ sku: 'A', price: euro(1e15) }] }],
    ['invalid_request', { variants: [{ sku: 'A B', price: euro(1) }] }],
    ['invalid_request', { variants: [] }],
    ['invalid_request', { title: '\u0007' }],
    ['invalid_request', { variants: [{ sku: 'A', price: euro(1), options: { '': 'x' } }] }],
  ])('is refused as %s: %j', async (code, parts) => {
    const { shop, owner } = await openShop(catalog);
    const request = {
      params: { shopId: shop.shopId },
      body: mug('A', parts),
      idempotencyKey: idempotencyKey(),
    };
    expect(codeOf(await catalog.call(createProductEndpoint, request, owner))).toBe(code);
  });

  it('is for those who may, in their own shop', async () => {
    const { shop } = await openShop(catalog);
    const { shopId } = shop;
    const create = (as?: Parameters<typeof catalog.call>[2]) =>
      catalog.call(
        createProductEndpoint,
        { params: { shopId }, body: mug('A'), idempotencyKey: idempotencyKey() },
        as,
      );
    expect(codeOf(await create())).toBe('unauthenticated');
    expect(codeOf(await create(worker(shopId, 'host')))).toBe('forbidden');
    expect(codeOf(await create(worker(newId(), 'owner')))).toBe('forbidden');
    expect((await create(worker(shopId, 'merchant'))).status).toBe(201);
  });

  it('gives one of many racers the SKU, whatever its case; another shop has its own', async () => {
    const { shop, owner } = await openShop(catalog);
    const create = (shopId: string, sku: string, as: typeof owner) =>
      catalog.call(
        createProductEndpoint,
        { params: { shopId }, body: mug(sku), idempotencyKey: idempotencyKey() },
        as,
      );
    const results = await Promise.all(
      ['SKU-1', 'sku-1', 'Sku-1', 'SKU-1'].map((sku) => create(shop.shopId, sku, owner)),
    );
    expect(results.map((result) => (result.ok ? 'made' : result.problem.code)).toSorted()).toEqual([
      'made',
      ...Array(3).fill('sku_taken'),
    ]);
    const other = await openShop(catalog);
    expect((await create(other.shop.shopId, 'SKU-1', other.owner)).status).toBe(201);
  });

  it('happens once for one key, also when the kept answer was lost', async () => {
    const { shop, owner } = await openShop(catalog);
    const request = { params: { shopId: shop.shopId }, body: mug('ONCE'), idempotencyKey: idempotencyKey() };
    const first = bodyOf(await catalog.call(createProductEndpoint, request, owner));
    await catalog.pool.query('DELETE FROM idempotency');
    expect(bodyOf(await catalog.call(createProductEndpoint, request, owner))).toEqual(first);
    const { idempotencyKey: _, ...without } = request;
    const response = catalog.call(createProductEndpoint, { ...without, idempotencyKey: '' }, owner);
    expect(codeOf(await response)).toBe('idempotency_key_missing');
  });
});

describe('a product', () => {
  it('is changed from the version that was read, and tells everybody each time', async () => {
    const { shop, owner } = await openShop(catalog);
    const { productId } = await makeProduct(catalog, shop.shopId, owner);
    const params = { shopId: shop.shopId, productId };
    const rename = (version: number, title: string) =>
      catalog.call(updateProductEndpoint, { params, body: { version, title } }, owner);
    const results = await Promise.all([rename(1, 'Cup'), rename(1, 'Bowl'), rename(1, 'Jug')]);
    expect(results.map((result) => result.status).toSorted()).toEqual([200, 409, 409]);
    expect(await rename(1, 'Late')).toMatchObject({ problem: { code: 'conflict', version: 2 } });
    const events = await catalog.heard(productId, 2);
    expect(events.map(({ type, version }) => [type, version])).toEqual([
      ['catalog.product_created', 1],
      ['catalog.product_updated', 2],
    ]);
  });

  it('is hidden as a draft, and gone from the shelf when archived', async () => {
    const { shop, owner } = await openShop(catalog);
    const { shopId } = shop;
    const create = {
      params: { shopId },
      body: mug('DRAFT', { status: 'draft' }),
      idempotencyKey: idempotencyKey(),
    };
    const { productId } = bodyOf(await catalog.call(createProductEndpoint, create, owner));
    const params = { shopId, productId };
    const get = (as?: typeof owner) => catalog.call(getProductEndpoint, { params }, as);
    expect(codeOf(await get())).toBe('product_not_found');
    expect(codeOf(await get(worker(newId(), 'owner')))).toBe('product_not_found');
    expect((await get(worker(shopId, 'moderator'))).ok).toBe(true);
    const listed = async (status: 'active' | 'draft' | 'archived', as?: typeof owner) => {
      const result = await catalog.call(listProductsEndpoint, { params: { shopId }, query: { status } }, as);
      return result.ok ? result.body.items.map((item) => item.productId) : result.problem.code;
    };
    expect(await listed('draft')).toBe('unauthenticated');
    expect(await listed('draft', worker(newId(), 'owner'))).toBe('forbidden');
    expect(await listed('draft', owner)).toEqual([productId]);

    const publish = { params, body: { version: 1, status: 'active' as const } };
    await catalog.call(updateProductEndpoint, publish, owner);
    expect(await listed('active')).toEqual([productId]);
    const archive = () => catalog.call(archiveProductEndpoint, { params }, owner);
    const archived = bodyOf(await archive());
    expect(archived).toMatchObject({ status: 'archived', variants: [{ archived: true }], version: 3 });
    expect(bodyOf(await archive())).toEqual(archived);
    expect(await listed('active')).toEqual([]);
    expect(await listed('archived', owner)).toEqual([productId]);
    const revive = { params, body: { version: 3, status: 'active' as const } };
    expect(codeOf(await catalog.call(updateProductEndpoint, revive, owner))).toBe('product_archived');
    expect((await catalog.heard(productId, 3))[2]).toMatchObject({ type: 'catalog.product_archived' });
    // the SKU of what is archived is free again
    const again = { params: { shopId }, body: mug('draft'), idempotencyKey: idempotencyKey() };
    expect((await catalog.call(createProductEndpoint, again, owner)).status).toBe(201);
  });

  it('is found by words of its title or SKU, taken literally, page by page', async () => {
    const { shop, owner } = await openShop(catalog);
    const { shopId } = shop;
    for (const [n, title] of ['Blue bowl', 'Blue cup', '100% wool', 'Red bowl'].entries()) {
      const request = {
        params: { shopId },
        body: mug(`P_${n}`, { title }),
        idempotencyKey: idempotencyKey(),
      };
      await catalog.call(createProductEndpoint, request, owner);
    }
    const titles = async (search: string, limit = 20) => {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const query = { search, limit, ...(cursor ? { cursor } : {}) };
        const page = bodyOf(await catalog.call(listProductsEndpoint, { params: { shopId }, query }));
        found.push(...page.items.map((item) => item.title));
        cursor = page.nextCursor ?? undefined;
      } while (cursor);
      return found;
    };
    expect(await titles('BOWL')).toEqual(['Red bowl', 'Blue bowl']);
    expect(await titles('%')).toEqual(['100% wool']);
    expect(await titles('p_1')).toEqual(['Blue cup']);
    expect(await titles('b', 1)).toEqual(['Red bowl', 'Blue cup', 'Blue bowl']);
  });
});

describe('a variant', () => {
  it('is added, repriced and archived; the product counts every change', async () => {
    const { shop, owner } = await openShop(catalog);
    const { shopId } = shop;
    const { productId, variants } = await makeProduct(catalog, shopId, owner);
    const params = { shopId, productId };
    const add = (sku: string, Size: string) =>
      catalog.call(
        addVariantEndpoint,
        { params, body: { sku, options: { Size }, price: euro(1_800) }, idempotencyKey: idempotencyKey() },
        owner,
      );
    expect(codeOf(await add('X1', 's'))).toBe('variant_options_taken');
    expect(codeOf(await add(variants[0]?.sku ?? '', 'XL'))).toBe('sku_taken');
    const added = bodyOf(await add('X1', 'XL'));
    expect(added).toMatchObject({ version: 2, options: [{ values: ['S', 'L', 'XL'] }] });
    const variantId = variants[0]?.variantId ?? '';
    const which = { params: { ...params, variantId } };
    const change = (body: RequestOf<typeof updateVariantEndpoint>['body']) =>
      catalog.call(updateVariantEndpoint, { ...which, body }, owner);
    expect(codeOf(await change({ version: 1, price: euro(900) }))).toBe('conflict');
    expect(codeOf(await change({ version: 2, price: { amount: 900, currency: 'USD' } }))).toBe(
      'currency_mismatch',
    );
    expect(codeOf(await change({ version: 2, sku: 'x1' }))).toBe('sku_taken');
    const changed = bodyOf(
      await change({ version: 2, price: euro(900), compareAt: euro(1_200), weightGrams: 350 }),
    );
    expect(changed.variants[0]).toMatchObject({ price: euro(900), compareAt: euro(1_200), weightGrams: 350 });
    expect(bodyOf(await change({ version: 3, compareAt: null })).variants[0]).toMatchObject({
      compareAt: null,
    });
    expect(bodyOf(await change({ version: 4 })).version).toBe(5);
    const archive = () => catalog.call(archiveVariantEndpoint, which, owner);
    expect(bodyOf(await archive()).variants.map((variant) => variant.title)).toEqual(['L', 'XL']);
    expect(codeOf(await archive())).toBe('variant_not_found');
    const events = await catalog.heard(productId, 6);
    expect(events.map((event) => event.version)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(events[5]).toMatchObject({ data: { variants: [{ variantId, archived: true }, {}, {}] } });
    const looked = await catalog.internal(lookUpVariantsEndpoint, {
      body: { variantIds: [variantId, newId()] },
    });
    expect(bodyOf(looked).variants).toMatchObject([
      { variantId, shopId, productTitle: 'Mug', archived: true },
    ]);
  });

  it('of another shop is out of reach', async () => {
    const { shop, owner } = await openShop(catalog);
    const { productId, variants } = await makeProduct(catalog, shop.shopId, owner);
    const thief = await openShop(catalog);
    const variantId = variants[0]?.variantId ?? '';
    const body = { version: 1, price: euro(1) };
    const through = { params: { shopId: thief.shop.shopId, productId, variantId }, body };
    expect(codeOf(await catalog.call(updateVariantEndpoint, through, thief.owner))).toBe('product_not_found');
    const direct = { params: { shopId: shop.shopId, productId, variantId }, body };
    expect(codeOf(await catalog.call(updateVariantEndpoint, direct, thief.owner))).toBe('forbidden');
  });
});
