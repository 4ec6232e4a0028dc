import { addToOutbox, makeEvent, type Query } from '#bus';
import type { salePlanChanged, salePlanned, salePlanRemoved, SalePlanView } from '#contracts';
import type { EntityManager } from 'typeorm';
import type { SalePlan } from '../database/entities/sale-plan.entity.ts';
import { planFacts, planViews } from './plan-views.ts';

/** Tells checkout of a plan as it is now, with its version; gives it back as it was told. */
export async function publishPlan(
  tx: EntityManager,
  query: Query,
  event: typeof salePlanned | typeof salePlanChanged | typeof salePlanRemoved,
  plan: SalePlan,
): Promise<SalePlanView> {
  const [view] = await planViews(tx, [plan]);
  if (!view) throw new Error('one plan in, none out');
  const parts = { aggregateId: plan.saleId, version: plan.version, data: planFacts(view) };
  await addToOutbox(query, makeEvent(event, parts));
  return view;
}
