import type { Query } from '#bus';
import { salePlanRemoved } from '#contracts';
import { IsNull, type EntityManager } from 'typeorm';
import { SalePlan } from '../database/entities/sale-plan.entity.ts';
import { publishPlan } from './publish-plan.ts';

/** Withdraws a plan; false when there is none. */
export async function removePlan(
  tx: EntityManager,
  query: Query,
  showId: string,
  saleId: string,
  removedAt: Date,
): Promise<boolean> {
  const lock = { mode: 'pessimistic_write' } as const;
  const plan = await tx.findOne(SalePlan, { where: { showId, saleId, removedAt: IsNull() }, lock });
  if (!plan) return false;
  plan.version += 1;
  await tx.update(SalePlan, { saleId }, { removedAt, version: plan.version });
  await publishPlan(tx, query, salePlanRemoved, plan);
  return true;
}

/** Withdraws all plans of a show. */
export async function removePlansOf(
  tx: EntityManager,
  query: Query,
  showId: string,
  removedAt: Date,
): Promise<void> {
  const plans = await tx.find(SalePlan, { where: { showId, removedAt: IsNull() }, order: { saleId: 'ASC' } });
  for (const { saleId } of plans) await removePlan(tx, query, showId, saleId, removedAt);
}
