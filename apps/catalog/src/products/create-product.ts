import { addToOutbox, makeEvent } from '#bus';
import { productCreated, type createProductEndpoint, type InputOf, type ProductView } from '#contracts';
import { newId } from '#process';
import { isUniqueViolation, withTransaction } from '#service';
import { DataSource } from 'typeorm';
import { requestKey } from '../access/request-key.ts';
import { Product } from '../database/entities/product.entity.ts';
import { Shop } from '../database/entities/shop.entity.ts';
import { Variant } from '../database/entities/variant.entity.ts';
import { newVariant, type VariantFault } from './new-variant.ts';
import { productFacts, wholeProduct } from './product-views.ts';

export type CreateProductOutcome =
  | { ok: true; product: ProductView }
  | { ok: false; code: 'shop_not_found' | 'options_mismatch' | VariantFault };

/** Makes a product with its variants. */
export class CreateProduct {
  private readonly database: DataSource;

  constructor(database: DataSource) {
    this.database = database;
  }

  async create(
    { params, body, idempotencyKey }: InputOf<typeof createProductEndpoint>,
    userId: string,
  ): Promise<CreateProductOutcome> {
    const key = requestKey(userId, 'createProduct', idempotencyKey);
    if (new Set(body.optionNames).size !== body.optionNames.length)
      return { ok: false, code: 'options_mismatch' };
    try {
      return await withTransaction(this.database, async (tx, query) => {
        const made = await tx.findOneBy(Product, { requestKey: key });
        if (made) return { ok: true, product: await wholeProduct(tx, made) };
        const shop = await tx.findOneBy(Shop, { shopId: params.shopId });
        if (!shop) return { ok: false, code: 'shop_not_found' };
        const { title, description, status, optionNames } = body;
        const product = tx.create(Product, {
          productId: newId(),
          shopId: shop.shopId,
          title,
          description,
          status,
          optionNames,
          version: 1,
          requestKey: key,
        });
        const variants: Variant[] = [];
        for (const [position, given] of body.variants.entries()) {
          const made = newVariant(tx, product, shop.currency, given, position);
          if (!made.ok) return made;
          variants.push(made.variant);
        }
        await tx.insert(Product, product);
        await tx.insert(Variant, variants);
        const view = await wholeProduct(tx, product);
        const event = { aggregateId: product.productId, version: 1, data: productFacts(view) };
        await addToOutbox(query, makeEvent(productCreated, event));
        return { ok: true, product: view };
      });
    } catch (error) {
      const code = doubleOf(error);
      if (code) return { ok: false, code };
      throw error;
    }
  }
}

/** Which double the database refused, if it was one of a variant. */
export function doubleOf(error: unknown): 'sku_taken' | 'variant_options_taken' | undefined {
  if (isUniqueViolation(error, 'variants_sku')) return 'sku_taken';
  return isUniqueViolation(error, 'variants_options') ? 'variant_options_taken' : undefined;
}
