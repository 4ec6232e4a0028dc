import type { ProductView } from '#contracts';
import { In, type EntityManager } from 'typeorm';
import { LineupEntry } from '../database/entities/lineup-entry.entity.ts';
import { Product } from '../database/entities/product.entity.ts';
import { productViews } from '../products/product-views.ts';

/** The products of a show in their order; the public sees those on the shelf. */
export async function lineupOf(tx: EntityManager, showId: string, inside: boolean): Promise<ProductView[]> {
  const entries = await tx.find(LineupEntry, { where: { showId }, order: { position: 'ASC' } });
  const products = await tx.findBy(Product, { productId: In(entries.map((entry) => entry.productId)) });
  const byId = new Map(products.map((product) => [product.productId, product]));
  const shown = entries.flatMap(({ productId }) => {
    const product = byId.get(productId);
    return product && (inside || product.status === 'active') ? [product] : [];
  });
  return productViews(tx, shown);
}
