import { SalePlanFacts, type SalePlanView } from '#contracts';
import { In, IsNull, type EntityManager } from 'typeorm';
import { SalePlan, SalePlanItem } from '../database/entities/sale-plan.entity.ts';
import { Variant } from '../database/entities/variant.entity.ts';
import { planPrice } from './plan-price.ts';

/** The plans of a show, in the order they were made. */
export async function plansOf(tx: EntityManager, showId: string): Promise<SalePlanView[]> {
  const where = { showId, removedAt: IsNull() };
  return planViews(tx, await tx.find(SalePlan, { where, order: { saleId: 'ASC' } }));
}

/** Plans with their items, priced by what the variants cost now. */
export async function planViews(tx: EntityManager, plans: readonly SalePlan[]): Promise<SalePlanView[]> {
  const saleId = In(plans.map((plan) => plan.saleId));
  const items = await tx.find(SalePlanItem, { where: { saleId }, order: { position: 'ASC' } });
  const variants = await tx.findBy(Variant, { variantId: In(items.map((item) => item.variantId)) });
  const byId = new Map(variants.map((variant) => [variant.variantId, variant]));
  return plans.map((plan) => ({
    saleId: plan.saleId,
    showId: plan.showId,
    shopId: plan.shopId,
    title: plan.title,
    rule: plan.rule,
    durationS: plan.durationS,
    limitPerBuyer: plan.limitPerBuyer,
    startsAt: plan.startsAt?.toISOString() ?? null,
    items: items
      .filter((item) => item.saleId === plan.saleId)
      .flatMap((item) => {
        const variant = byId.get(item.variantId);
        return variant ? [itemView(item, variant)] : [];
      }),
    version: plan.version,
  }));
}

function itemView(item: SalePlanItem, variant: Variant): SalePlanView['items'][number] {
  const { variantId, quantity, discount } = item;
  const { productId, currency } = variant;
  return {
    variantId,
    productId,
    quantity,
    discount,
    price: { amount: planPrice(discount, variant.price), currency },
    regularPrice: { amount: variant.price, currency },
  };
}

/** What checkout is told of a plan. */
export function planFacts(view: SalePlanView): SalePlanFacts {
  return SalePlanFacts.parse(view);
}
