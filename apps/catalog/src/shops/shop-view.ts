import type { SeriesView, ShopFacts, ShopView } from '#contracts';
import type { Series } from '../database/entities/series.entity.ts';
import type { Shop } from '../database/entities/shop.entity.ts';

export function shopView(shop: Shop): ShopView {
  const { shopId, ownerId, slug, name, description, currency, version } = shop;
  return {
    shopId,
    ownerId,
    slug,
    name,
    description,
    currency,
    version,
    createdAt: shop.createdAt.toISOString(),
  };
}

export function shopFacts({ shopId, ownerId, slug, name, currency }: Shop): ShopFacts {
  return { shopId, ownerId, slug, name, currency };
}

export function seriesView(series: Series): SeriesView {
  const { seriesId, shopId, title, description, version } = series;
  return { seriesId, shopId, title, description, version, createdAt: series.createdAt.toISOString() };
}
