import { LineupEntry } from './entities/lineup-entry.entity.ts';
import { Picture } from './entities/picture.entity.ts';
import { ProductImage } from './entities/product-image.entity.ts';
import { Product } from './entities/product.entity.ts';
import { SalePlan, SalePlanItem } from './entities/sale-plan.entity.ts';
import { Series } from './entities/series.entity.ts';
import { Shop } from './entities/shop.entity.ts';
import { Show } from './entities/show.entity.ts';
import { Variant } from './entities/variant.entity.ts';
import { Catalog1763600000001 } from './migrations/0001-catalog.ts';

/** What apps/catalog stores, and how the schema came to be. */
export const catalogSchema = {
  schema: 'catalog',
  entities: [
    Shop,
    Series,
    Product,
    Variant,
    ProductImage,
    Picture,
    Show,
    LineupEntry,
    SalePlan,
    SalePlanItem,
  ],
  migrations: [Catalog1763600000001],
};
