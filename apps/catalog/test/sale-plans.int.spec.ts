import {
  archiveVariantEndpoint,
  changeSalePlanEndpoint,
  deleteShowEndpoint,
  getSalePlanFactsEndpoint,
  getShowEndpoint,
  listSalePlansEndpoint,
  planSaleEndpoint,
  removeSalePlanEndpoint,
  updateVariantEndpoint,
  type Identity,
  type ProductView,
  type RequestOf,
  type ShowView,
} from '#contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  bodyOf,
  codeOf,
  idempotencyKey,
  makeProduct,
  makeShow,
  newId,
  openShop,
  startHarness,
  worker,
  type CatalogHarness,
} from './catalog-harness.ts';

let catalog: CatalogHarness;
let owner: Identity;
let shopId: string;
let product: ProductView;
let show: ShowView;
beforeAll(async () => {
  catalog = await startHarness();
}, 60_000);
beforeEach(async () => {
  const opened = await openShop(catalog);
  owner = opened.owner;
  shopId = opened.shop.shopId;
  product = await makeProduct(catalog, shopId, owner);
  show = await makeShow(catalog, shopId, owner);
});
afterAll(() => catalog.stop());

type Plan = RequestOf<typeof planSaleEndpoint>['body'];
const euro = (amount: number) => ({ amount, currency: 'EUR' });
const variantId = (index: number) => product.variants[index]?.variantId ?? '';
const flash = (): Plan => ({
  title: 'Last ones',
  durationS: 300,
  items: [
    { variantId: variantId(0), quantity: 3, discount: { kind: 'price', amount: 500 } },
    { variantId: variantId(1), quantity: 2, discount: { kind: 'percent', percentOff: 33 } },
  ],
});
const plan = (body: Plan = flash(), as: Identity = owner, key = idempotencyKey()) =>
  catalog.call(planSaleEndpoint, { params: { showId: show.showId }, body, idempotencyKey: key }, as);

describe('planning a flash sale', () => {
  it('works its prices out and tells checkout', async () => {
    const made = bodyOf(await plan());
    expect(made).toMatchObject({
      rule: 'first_come',
      limitPerBuyer: 1,
      startsAt: null,
      items: [
        { variantId: variantId(0), quantity: 3, price: euro(500), regularPrice: euro(1_200) },
        { variantId: variantId(1), quantity: 2, price: euro(1_005), regularPrice: euro(1_500) },
      ],
      version: 1,
    });
    const { saleId } = made;
    const [event] = await catalog.heard(saleId, 1);
    expect(event).toMatchObject({
      type: 'catalog.sale_planned',
      version: 1,
      data: {
        saleId,
        showId: show.showId,
        shopId,
        durationS: 300,
        items: [{ price: euro(500) }, { price: euro(1_005) }],
      },
    });
    expect(bodyOf(await catalog.internal(getSalePlanFactsEndpoint, { params: { saleId } }))).toEqual({
      ...(event?.data as object),
      version: 1,
    });
    expect(
      bodyOf(await catalog.call(getShowEndpoint, { params: { showId: show.showId } })).salePlans,
    ).toEqual([made]);
  });

  it('happens once for one key', async () => {
    const key = idempotencyKey();
    const first = bodyOf(await plan(flash(), owner, key));
    await catalog.pool.query('DELETE FROM idempotency');
    expect(bodyOf(await plan(flash(), owner, key))).toEqual(first);
    const listed = await catalog.call(listSalePlansEndpoint, { params: { showId: show.showId } });
    expect(bodyOf(listed).items).toHaveLength(1);
  });

  it('is for those who may run sales, with what the shop sells', async () => {
    expect(codeOf(await plan(flash(), worker(shopId, 'moderator')))).toBe('forbidden');
    expect(codeOf(await plan(flash(), worker(newId(), 'owner')))).toBe('forbidden');
    expect((await plan(flash(), worker(shopId, 'host'))).status).toBe(201);
    const foreign = await openShop(catalog);
    const theirs = await makeProduct(catalog, foreign.shop.shopId, foreign.owner);
    const item = { quantity: 1, discount: { kind: 'price', amount: 1 } } as const;
    const wrong = [theirs.variants[0]?.variantId ?? '', newId()].map((id) => [{ ...item, variantId: id }]);
    const twice = [0, 0].map((index) => ({ ...item, variantId: variantId(index) }));
    for (const items of [...wrong, twice]) {
      expect(codeOf(await plan({ ...flash(), items }))).toBe('sale_plan_variant_unknown');
    }
    const params = { shopId, productId: product.productId, variantId: variantId(0) };
    await catalog.call(archiveVariantEndpoint, { params }, owner);
    expect(codeOf(await plan())).toBe('sale_plan_variant_unknown');
  });

  it.each<[string, Partial<Plan>]>([
    ['no items', { items: [] }],
    ['no time', { durationS: 0 }],
    ['an unknown rule', { rule: 'draw' as 'first_come' }],
    ['no units', { items: [{ variantId: newId(), quantity: 0, discount: { kind: 'price', amount: 1 } }] }],
    [
      'a gift',
      { items: [{ variantId: newId(), quantity: 1, discount: { kind: 'percent', percentOff: 100 } }] },
    ],
    [
      'nothing off',
      { items: [{ variantId: newId(), quantity: 1, discount: { kind: 'percent', percentOff: 0 } }] },
    ],
  ])('is refused with %s', async (_, parts) => {
    expect(codeOf(await plan({ ...flash(), ...parts }))).toBe('invalid_request');
  });
});

describe('a plan', () => {
  it('follows the regular price of its variants', async () => {
    const { saleId } = bodyOf(await plan());
    const params = { shopId, productId: product.productId, variantId: variantId(1) };
    await catalog.call(updateVariantEndpoint, { params, body: { version: 1, price: euro(2_000) } }, owner);
    const [, changed] = await catalog.heard(saleId, 2);
    expect(changed).toMatchObject({
      type: 'catalog.sale_plan_changed',
      version: 2,
      data: { items: [{ price: euro(500) }, { price: euro(1_340), regularPrice: euro(2_000) }] },
    });
    await catalog.call(updateVariantEndpoint, { params, body: { version: 2, weightGrams: 1 } }, owner);
    await catalog.heard(product.productId, 3);
    expect(await catalog.heard(saleId, 2)).toHaveLength(2);
  });

  it('is changed from the version that was read, and withdrawn', async () => {
    const { saleId, showId } = bodyOf(await plan());
    const params = { showId, saleId };
    const change = (body: RequestOf<typeof changeSalePlanEndpoint>['body']) =>
      catalog.call(changeSalePlanEndpoint, { params, body }, owner);
    const startsAt = new Date(catalog.clock.now() + 60_000).toISOString();
    const items = [
      { variantId: variantId(1), quantity: 9, discount: { kind: 'price', amount: 700 } as const },
    ];
    const results = await Promise.all(
      [1, 1].map((version) => change({ version, startsAt, items, limitPerBuyer: 2 })),
    );
    expect(results.map((result) => result.status).toSorted()).toEqual([200, 409]);
    expect(await change({ version: 1 })).toMatchObject({ problem: { code: 'conflict', version: 2 } });
    const [, changed] = await catalog.heard(saleId, 2);
    expect(changed).toMatchObject({
      data: { startsAt, limitPerBuyer: 2, items: [{ variantId: variantId(1), quantity: 9 }] },
    });
    const remove = () => catalog.call(removeSalePlanEndpoint, { params }, owner);
    expect((await remove()).status).toBe(204);
    expect(codeOf(await remove())).toBe('sale_plan_not_found');
    expect(codeOf(await change({ version: 3 }))).toBe('sale_plan_not_found');
    expect((await catalog.heard(saleId, 3))[2]).toMatchObject({
      type: 'catalog.sale_plan_removed',
      version: 3,
    });
  });

  it('goes with its show, and is not reached through another', async () => {
    const { saleId, showId } = bodyOf(await plan());
    const other = await makeShow(catalog, shopId, owner);
    const through = { params: { showId: other.showId, saleId } };
    expect(codeOf(await catalog.call(removeSalePlanEndpoint, through, owner))).toBe('sale_plan_not_found');
    await catalog.call(deleteShowEndpoint, { params: { showId } }, owner);
    expect((await catalog.heard(saleId, 2))[1]).toMatchObject({ type: 'catalog.sale_plan_removed' });
    expect(codeOf(await catalog.call(listSalePlansEndpoint, { params: { showId } }))).toBe('show_not_found');
  });

  it('of a private show is not there for strangers', async () => {
    const hidden = await makeShow(catalog, shopId, owner, { visibility: 'private' });
    const list = (as?: Identity) =>
      catalog.call(listSalePlansEndpoint, { params: { showId: hidden.showId } }, as);
    expect(codeOf(await list())).toBe('show_not_found');
    expect(bodyOf(await list(worker(shopId, 'moderator'))).items).toEqual([]);
  });
});
