/** Everything apps/catalog answers. */
export * from './catalog/words.ts';
export * from './catalog/shops.ts';
export * from './catalog/products.ts';
export * from './catalog/shows.ts';
export * from './catalog/sale-plans.ts';
export * from './catalog/facts.ts';
export * from './catalog/internal.ts';
