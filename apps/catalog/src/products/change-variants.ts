import type {
  addVariantEndpoint,
  archiveVariantEndpoint,
  InputOf,
  ProductView,
  updateVariantEndpoint,
} from '#contracts';
import type { Clock } from '#process';
import { DataSource, IsNull } from 'typeorm';
import { Shop } from '../database/entities/shop.entity.ts';
import { Variant } from '../database/entities/variant.entity.ts';
import { repricePlans } from '../sale-plans/reprice-plans.ts';
import { changeProduct } from './change-product.ts';
import { doubleOf } from './create-product.ts';
import { newVariant, type VariantFault } from './new-variant.ts';

type Refusal =
  | {
      ok: false;
      code:
        'product_not_found' | 'product_archived' | 'variant_not_found' | 'too_many_variants' | VariantFault;
    }
  | { ok: false; code: 'conflict'; version: number };
export type VariantOutcome = { ok: true; product: ProductView } | Refusal;

const MOST_VARIANTS = 100;

/** The variants of a product: added, changed, archived. */
export class ChangeVariants {
  private readonly database: DataSource;
  private readonly clock: Clock;

  constructor(database: DataSource, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  /** Adds a variant; its SKU stands for the request, so that a repeat finds it taken rather than made twice. */
  async add({ params, body }: InputOf<typeof addVariantEndpoint>): Promise<VariantOutcome> {
    return this.work(() =>
      changeProduct(this.database, params, async (product, tx) => {
        const live = { productId: product.productId, archivedAt: IsNull() };
        const shop = await tx.findOneByOrFail(Shop, { shopId: product.shopId });
        if ((await tx.countBy(Variant, live)) >= MOST_VARIANTS) return 'too_many_variants';
        const position = await tx.countBy(Variant, { productId: product.productId });
        const made = newVariant(tx, product, shop.currency, body, position);
        if (!made.ok) return made.code;
        await tx.insert(Variant, made.variant);
        return undefined;
      }),
    );
  }

  async update({ params, body }: InputOf<typeof updateVariantEndpoint>): Promise<VariantOutcome> {
    const { variantId, ...which } = params;
    const { version, price, compareAt, ...changes } = body;
    return this.work(() =>
      changeProduct(this.database, { ...which, version }, async (product, tx, query) => {
        const where = { variantId, productId: product.productId, archivedAt: IsNull() };
        const variant = await tx.findOneBy(Variant, where);
        if (!variant) return 'variant_not_found';
        if ([price, compareAt].some((money) => money && money.currency !== variant.currency)) {
          return 'currency_mismatch';
        }
        const next = {
          ...(changes.sku === undefined ? {} : { sku: changes.sku }),
          ...(changes.weightGrams === undefined ? {} : { weightGrams: changes.weightGrams }),
          ...(price === undefined ? {} : { price: price.amount }),
          ...(compareAt === undefined ? {} : { compareAt: compareAt?.amount ?? null }),
        };
        if (Object.keys(next).length > 0) await tx.update(Variant, where, next);
        if (price && price.amount !== variant.price) await repricePlans(tx, query, variantId);
        return undefined;
      }),
    );
  }

  async archive({ params }: InputOf<typeof archiveVariantEndpoint>): Promise<VariantOutcome> {
    const { variantId, ...which } = params;
    const archivedAt = new Date(this.clock.now());
    return changeProduct(this.database, which, async (product, tx) => {
      const where = { variantId, productId: product.productId, archivedAt: IsNull() };
      const { affected } = await tx.update(Variant, where, { archivedAt });
      return affected ? undefined : 'variant_not_found';
    });
  }

  /** `work`, with the database's refusal of a double told as such. */
  private async work(work: () => Promise<VariantOutcome>): Promise<VariantOutcome> {
    try {
      return await work();
    } catch (error) {
      const code = doubleOf(error);
      if (code) return { ok: false, code };
      throw error;
    }
  }
}
