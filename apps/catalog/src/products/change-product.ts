import { addToOutbox, makeEvent, type Query } from '#bus';
import { productArchived, productUpdated, type ProductView } from '#contracts';
import { withTransaction } from '#service';
import { DataSource, type EntityManager } from 'typeorm';
import { Product } from '../database/entities/product.entity.ts';
import { productFacts, productViews, wholeProduct } from './product-views.ts';

type Refused<C extends string> = C extends string ? { ok: false; code: C } : never;
type Common = Refused<'product_not_found' | 'product_archived'> | (Refused<'conflict'> & { version: number });

export interface ProductChange {
  shopId: string;
  productId: string;
  /** The version that the caller read; left out where the change does not depend on what it was. */
  version?: number;
}

/**
 * Changes a product under its lock: looks at the version, lets `change` work on it, then counts the version up and
 * tells everybody. What `change` gives back instead of undefined refuses and undoes.
 */
export async function changeProduct<C extends string = never>(
  database: DataSource,
  { shopId, productId, version }: ProductChange,
  change: (product: Product, tx: EntityManager, query: Query) => Promise<C | undefined>,
): Promise<{ ok: true; product: ProductView } | Common | Refused<C>> {
  let refused: C | undefined;
  try {
    return await withTransaction(database, async (tx, query) => {
      const product = await tx.findOne(Product, {
        where: { shopId, productId },
        lock: { mode: 'pessimistic_write' },
      });
      if (!product) return { ok: false, code: 'product_not_found' };
      if (product.status === 'archived') return { ok: false, code: 'product_archived' };
      if (version !== undefined && version !== product.version) {
        return { ok: false, code: 'conflict', version: product.version };
      }
      refused = await change(product, tx, query);
      if (refused !== undefined) throw new Undo();
      await publishProduct(tx, query, product);
      const [view] = await productViews(tx, [product]);
      if (!view) throw new Error('one product in, none out');
      return { ok: true, product: view };
    });
  } catch (error) {
    if (error instanceof Undo && refused !== undefined) return { ok: false, code: refused } as Refused<C>;
    throw error;
  }
}

/** Counts the version up, stores the product's own fields, and tells everybody. */
async function publishProduct(tx: EntityManager, query: Query, product: Product): Promise<void> {
  product.version += 1;
  const { productId, title, description, status, version } = product;
  await tx.update(Product, { productId }, { title, description, status, version });
  const data = productFacts(await wholeProduct(tx, product));
  const definition = status === 'archived' ? productArchived : productUpdated;
  await addToOutbox(query, makeEvent(definition, { aggregateId: productId, version, data }));
}

/** Thrown to roll back after a refusal that was found in the middle of the work. */
class Undo extends Error {}
