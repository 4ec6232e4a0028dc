import type { Query } from '#bus';
import { salePlanChanged } from '#contracts';
import { IsNull, type EntityManager } from 'typeorm';
import { SalePlan } from '../database/entities/sale-plan.entity.ts';
import { publishPlan } from './publish-plan.ts';

/** Tells checkout the new prices of every plan that sells `variantId` in a show that is not over. */
export async function repricePlans(tx: EntityManager, query: Query, variantId: string): Promise<void> {
  const found = await query<{ sale_id: string }>(
    `SELECT p.sale_id FROM sale_plans p
       JOIN sale_plan_items i USING (sale_id)
       JOIN shows s ON s.show_id = p.show_id
     WHERE i.variant_id = $1 AND p.removed_at IS NULL AND s.state <> 'ended' AND s.deleted_at IS NULL
     ORDER BY p.sale_id`,
    [variantId],
  );
  for (const { sale_id: saleId } of found) {
    const lock = { mode: 'pessimistic_write' } as const;
    const plan = await tx.findOne(SalePlan, { where: { saleId, removedAt: IsNull() }, lock });
    if (!plan) continue;
    plan.version += 1;
    await tx.update(SalePlan, { saleId }, { version: plan.version });
    await publishPlan(tx, query, salePlanChanged, plan);
  }
}
