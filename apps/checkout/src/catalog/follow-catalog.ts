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
import type { SaleGate } from '../sales/sale-gate.ts';
import { termsOf } from '../sales/terms.ts';
import { projectProduct, projectShop, type ShelfPriceChange } from './project-catalog.ts';

export interface FollowCatalogParts {
  bus: Bus;
  pool: Pool;
  gate: SaleGate;
  logger: Logger;
}

/**
 * Keeps this schema's copy of shops, variants and sale plans. Every event carries its whole aggregate, so a missed one
 * is made good by the next, and an older one is told by its version (protocols 10).
 */
export function followCatalog({ bus, pool, gate, logger }: FollowCatalogParts): Promise<Consumer> {
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
        const changes = await projectProduct(query, data as ProductFacts, version);
        if (changes.length > 0) setImmediate(() => void tellShelf(gate, changes, logger));
      }
    },
  });
}

/** An engine that cannot be asked now gets the prices when it is rebuilt; the reconciler compares them too. */
async function tellShelf(
  gate: SaleGate,
  changes: readonly ShelfPriceChange[],
  logger: Logger,
): Promise<void> {
  const [first] = changes;
  if (!first) return;
  const prices = changes.map((change) => ({ variantId: change.variantId, terms: termsOf(change) }));
  try {
    await gate.run(first.saleId, (store, sale) => store.change(sale, { prices }));
  } catch (err) {
    logger.warn({ err, saleId: first.saleId }, 'an engine will hear of new prices later');
  }
}
