import { startConsumer, type Bus, type Consumer } from '#bus';
import {
  eventType,
  productArchived,
  productCreated,
  productUpdated,
  salePlanChanged,
  salePlanned,
  salePlanRemoved,
  shopCreated,
  shopUpdated,
  type ProductFacts,
  type SalePlanFacts,
  type ShopFacts,
} from '#contracts';
import type { Logger } from '#process';
import type { Pool } from 'pg';
import { planSale, withdrawPlan } from '../sales/plan-sale.ts';
import { projectProduct, projectShop } from './project-catalog.ts';

export interface FollowCatalogParts {
  bus: Bus;
  pool: Pool;
  logger: Logger;
}

/**
 * Keeps this schema's copy of shops, variants and sale plans. Every event carries its whole aggregate, so a missed one
 * is made good by the next, and an older one is told by its version (protocols 10).
 */
export function followCatalog({ bus, pool, logger }: FollowCatalogParts): Promise<Consumer> {
  return startConsumer({
    bus,
    pool,
    logger,
    durable: 'checkout',
    events: [
      shopCreated,
      shopUpdated,
      productCreated,
      productUpdated,
      productArchived,
      salePlanned,
      salePlanChanged,
      salePlanRemoved,
    ],
    async handle({ type, version, data }, query) {
      if (type === eventType(shopCreated) || type === eventType(shopUpdated)) {
        await projectShop(query, data as ShopFacts, version);
      } else if (type === eventType(salePlanRemoved)) {
        await withdrawPlan(query, data as SalePlanFacts, version);
      } else if (type === eventType(salePlanned) || type === eventType(salePlanChanged)) {
        await planSale(query, data as SalePlanFacts, version);
      } else {
        await projectProduct(query, data as ProductFacts, version);
      }
    },
  });
}
