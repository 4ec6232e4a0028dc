import type { createProductEndpoint, InputOf } from '#contracts';
import { newId } from '#process';
import type { EntityManager } from 'typeorm';
import type { Product } from '../database/entities/product.entity.ts';
import { Variant } from '../database/entities/variant.entity.ts';
import { fitsOptions, optionsKey } from './variant-options.ts';

export type NewVariant = InputOf<typeof createProductEndpoint>['body']['variants'][number];

/** Why a variant cannot be part of its product. */
export type VariantFault = 'options_mismatch' | 'currency_mismatch' | 'sku_taken' | 'variant_options_taken';

/** A variant of `product` to be stored, or why there can be none like it. */
export function newVariant(
  tx: EntityManager,
  product: Product,
  currency: string,
  { sku, options, price, compareAt, weightGrams }: NewVariant,
  position: number,
): { ok: true; variant: Variant } | { ok: false; code: 'options_mismatch' | 'currency_mismatch' } {
  if (!fitsOptions(product.optionNames, options)) return { ok: false, code: 'options_mismatch' };
  if (price.currency !== currency || (compareAt && compareAt.currency !== currency)) {
    return { ok: false, code: 'currency_mismatch' };
  }
  const variant = tx.create(Variant, {
    variantId: newId(),
    productId: product.productId,
    shopId: product.shopId,
    sku,
    options,
    optionsKey: optionsKey(product.optionNames, options),
    price: price.amount,
    compareAt: compareAt?.amount ?? null,
    currency,
    weightGrams,
    position,
    archivedAt: null,
  });
  return { ok: true, variant };
}
