import type { Query } from '#bus';
import { priceChanged, type ProductFacts, type ShopFacts } from '#contracts';
import { tellOfSale } from '../sales/sale-facts.ts';
import { putOnShelf, standingSale } from '../sales/standing-sale.ts';

/** Takes over a shop and opens its shelf. */
export async function projectShop(query: Query, shop: ShopFacts, version: number): Promise<void> {
  await query(
    `INSERT INTO shops (id, name, currency, version) VALUES ($1, $2, $3, $4)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, currency = excluded.currency, version = excluded.version
     WHERE shops.version < excluded.version`,
    [shop.shopId, shop.name, shop.currency, version],
  );
  await standingSale(query, shop.shopId);
}

/**
 * Takes over a product with its variants and puts them on the shelf; prices of flash sales are their own. Older news
 * change nothing. The engine of the shelf hears of new prices by `SaleNews`, once this is committed.
 */
export async function projectProduct(query: Query, product: ProductFacts, version: number): Promise<void> {
  const gone = product.status !== 'active';
  const shelf = await standingSale(query, product.shopId);
  const repriced: string[] = [];
  for (const variant of product.variants) {
    const title = variant.title ? `${product.title}, ${variant.title}` : product.title;
    const [kept] = await query(
      `INSERT INTO variants AS v (id, shop_id, product_id, title, sku, options, price_amount, currency, archived, version)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       ON CONFLICT (id) DO UPDATE SET title = excluded.title, sku = excluded.sku, options = excluded.options,
         price_amount = excluded.price_amount, currency = excluded.currency, archived = excluded.archived,
         version = excluded.version
       WHERE v.version < excluded.version RETURNING id`,
      [
        variant.variantId,
        product.shopId,
        product.productId,
        title,
        variant.sku,
        JSON.stringify(variant.options),
        variant.price.amount,
        variant.price.currency,
        gone || variant.archived,
        version,
      ],
    );
    if (!kept) continue;
    await putOnShelf(query, shelf, variant.variantId);
    const changed = await query(REPRICE, [shelf, variant.variantId]);
    if (changed.length > 0) repriced.push(variant.variantId);
  }
  if (repriced.length > 0) await tellOfSale(query, priceChanged, shelf, { variantIds: repriced });
}

/** Brings the shelf's price of a variant to the variant's own; gives a row when it differed. */
const REPRICE = `
UPDATE sale_variants s SET price_amount = v.price_amount, currency = v.currency, price_version = s.price_version + 1
FROM variants v
WHERE s.sale_id = $1 AND s.variant_id = $2 AND v.id = $2
  AND (s.price_amount, s.currency) IS DISTINCT FROM (v.price_amount, v.currency)
RETURNING 1`;
