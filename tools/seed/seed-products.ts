import {
  addProductImageEndpoint,
  createProductEndpoint,
  listProductsEndpoint,
  listStockEndpoint,
  receiveStockEndpoint,
  type ProductView,
  type ShopView,
} from '#contracts';
import { setTimeout as pause } from 'node:timers/promises';
import { DEMO_PRODUCTS, type DemoProduct } from './demo-products.ts';
import { RefusedCall, type DemoPerson } from './demo-person.ts';
import { renderPng } from './pictures/render.ts';
import { stableId } from './stable-id.ts';

const PICTURE_WIDTH_PX = 1_200;
/** Checkout hears of a new variant by an event. */
const STOCK_TRIES = 100;
const STOCK_PAUSE_MS = 100;

/** Puts the demo's products on the shelves, with pictures and stock; what is there already stays as it is. */
export async function seedProducts(merchant: DemoPerson, shop: ShopView): Promise<ProductView[]> {
  const params = { shopId: shop.shopId };
  const present = await merchant.call(listProductsEndpoint, { params, query: { limit: 100 } });
  const delivered = await deliveredVariants(merchant, shop);
  const products: ProductView[] = [];
  for (const wanted of DEMO_PRODUCTS) {
    const found = present.items.find((product) => isSame(product, wanted));
    const product = found ?? (await makeProduct(merchant, shop, wanted));
    if (product.images.length === 0) await addPictures(merchant, product, wanted);
    await receiveStock(merchant, product, wanted, delivered);
    products.push(product);
  }
  return products;
}

function isSame(product: ProductView, wanted: DemoProduct): boolean {
  return product.variants.some((variant) => wanted.variants.some(({ sku }) => sku === variant.sku));
}

function makeProduct(merchant: DemoPerson, shop: ShopView, wanted: DemoProduct): Promise<ProductView> {
  const money = (amount: number) => ({ amount, currency: shop.currency });
  const { title, description, optionNames } = wanted;
  const variants = wanted.variants.map(({ sku, options, price, compareAt, weightGrams }) => ({
    sku,
    options,
    price: money(price),
    compareAt: compareAt === undefined ? null : money(compareAt),
    weightGrams,
  }));
  return merchant.call(createProductEndpoint, {
    params: { shopId: shop.shopId },
    body: { title, description, optionNames, variants },
    idempotencyKey: stableId('demo product', title),
  });
}

async function addPictures(merchant: DemoPerson, product: ProductView, wanted: DemoProduct): Promise<void> {
  const { shopId, productId } = product;
  for (const { svg, alt } of wanted.pictures) {
    const png = await renderPng(svg, PICTURE_WIDTH_PX);
    await merchant.upload(addProductImageEndpoint, { shopId, productId }, png, alt);
  }
}

/** Books the first delivery of every variant; its id is fixed, so that it arrives once however often the seed runs. */
async function receiveStock(
  merchant: DemoPerson,
  product: ProductView,
  wanted: DemoProduct,
  delivered: ReadonlySet<string>,
): Promise<void> {
  for (const { sku, stock } of wanted.variants) {
    const variant = product.variants.find((candidate) => candidate.sku === sku);
    if (!variant || delivered.has(variant.variantId)) continue;
    const { variantId } = variant;
    const body = { changeId: stableId('first delivery', variantId), quantity: stock, note: 'First delivery' };
    await untilKnown(() =>
      merchant.call(receiveStockEndpoint, { params: { shopId: product.shopId, variantId }, body }),
    );
  }
}

/** Variants that stock was booked for before: nothing to do for them. */
async function deliveredVariants(merchant: DemoPerson, shop: ShopView): Promise<Set<string>> {
  const params = { shopId: shop.shopId };
  const { items } = await merchant.call(listStockEndpoint, { params, query: { limit: 100 } });
  return new Set(items.filter((stock) => stock.onHand + stock.sold > 0).map((stock) => stock.variantId));
}

async function untilKnown(receive: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await receive();
      return;
    } catch (error) {
      const unknown = error instanceof RefusedCall && error.problem.code === 'variant_not_found';
      if (!unknown || attempt === STOCK_TRIES) throw error;
      await pause(STOCK_PAUSE_MS);
    }
  }
}
