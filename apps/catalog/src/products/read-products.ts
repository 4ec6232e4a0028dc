import {
  Id,
  type AnswerOf,
  type InputOf,
  type listProductsEndpoint,
  type lookUpVariantsEndpoint,
  type ProductView,
} from '#contracts';
import { readCursor, writeCursor } from '#service';
import { DataSource, In } from 'typeorm';
import { z } from 'zod';
import { Product } from '../database/entities/product.entity.ts';
import { Shop } from '../database/entities/shop.entity.ts';
import { Variant } from '../database/entities/variant.entity.ts';
import { productViews, variantView, wholeProduct } from './product-views.ts';

const AfterId = z.tuple([Id]);

/** Products as the public and the shop's people see them. */
export class ReadProducts {
  private readonly database: DataSource;

  constructor(database: DataSource) {
    this.database = database;
  }

  /** The product as the public sees it, or with its drafts and archive for `inside`; null when there is none to see. */
  async one(shopId: string, productId: string, inside: boolean): Promise<ProductView | null> {
    const tx = this.database.manager;
    const product = await tx.findOneBy(Product, { shopId, productId });
    if (!product || (!inside && product.status !== 'active')) return null;
    if (inside) return wholeProduct(tx, product);
    return (await productViews(tx, [product]))[0] ?? null;
  }

  /** A page, latest first; null when there is no such shop. */
  async list({
    params,
    query,
  }: InputOf<typeof listProductsEndpoint>): Promise<AnswerOf<typeof listProductsEndpoint> | null> {
    const tx = this.database.manager;
    if (!(await tx.existsBy(Shop, { shopId: params.shopId }))) return null;
    const select = tx
      .createQueryBuilder(Product, 'product')
      .where('product.shopId = :shopId AND product.status = :status', { ...params, status: query.status })
      .orderBy('product.productId', 'DESC')
      .limit(query.limit + 1);
    const after = readCursor(query.cursor, AfterId);
    if (after) select.andWhere('product.productId < :after', { after: after[0] });
    if (query.search !== undefined) {
      const words = `%${query.search.toLowerCase().replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
      const bySku = `EXISTS (SELECT 1 FROM variants v WHERE v.product_id = product.product_id AND lower(v.sku) LIKE :words)`;
      select.andWhere(`(lower(product.title) LIKE :words OR ${bySku})`, { words });
    }
    const rows = await select.getMany();
    const page = rows.slice(0, query.limit);
    const last = rows.length > query.limit ? page.at(-1) : undefined;
    return { items: await productViews(tx, page), nextCursor: last ? writeCursor([last.productId]) : null };
  }

  /** Variants by their ids, whatever their state; unknown ids are left out. */
  async variants(ids: readonly string[]): Promise<AnswerOf<typeof lookUpVariantsEndpoint>['variants']> {
    const tx = this.database.manager;
    const variants = await tx.findBy(Variant, { variantId: In([...ids]) });
    const productIds = [...new Set(variants.map((variant) => variant.productId))];
    const products = await tx.findBy(Product, { productId: In(productIds) });
    const byId = new Map(products.map((product) => [product.productId, product]));
    return variants.map((variant) => {
      const product = byId.get(variant.productId);
      const view = variantView(variant, product?.optionNames ?? []);
      return { ...view, shopId: variant.shopId, productTitle: product?.title ?? '' };
    });
  }
}
