import type { archiveProductEndpoint, InputOf, ProductView, updateProductEndpoint } from '#contracts';
import type { Clock } from '#process';
import { DataSource, IsNull } from 'typeorm';
import { defined } from '../access/defined.ts';
import { Variant } from '../database/entities/variant.entity.ts';
import { changeProduct } from './change-product.ts';

export type EditOutcome =
  | { ok: true; product: ProductView }
  | { ok: false; code: 'product_not_found' | 'product_archived' }
  | { ok: false; code: 'conflict'; version: number };

/** A product's words and its way onto and off the shelves. */
export class EditProduct {
  private readonly database: DataSource;
  private readonly clock: Clock;

  constructor(database: DataSource, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  update({ params, body }: InputOf<typeof updateProductEndpoint>): Promise<EditOutcome> {
    const { version, ...changes } = body;
    return changeProduct<never>(this.database, { ...params, version }, async (product) => {
      Object.assign(product, defined(changes));
      return undefined;
    });
  }

  /** Archives the product with all its variants, for good. */
  archive({ params }: InputOf<typeof archiveProductEndpoint>): Promise<EditOutcome> {
    return changeProduct<never>(this.database, params, async (product, tx) => {
      product.status = 'archived';
      const live = { productId: product.productId, archivedAt: IsNull() };
      await tx.update(Variant, live, { archivedAt: new Date(this.clock.now()) });
      return undefined;
    });
  }
}
