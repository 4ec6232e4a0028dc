import {
  salePlanChanged,
  salePlanned,
  type changeSalePlanEndpoint,
  type InputOf,
  type planSaleEndpoint,
  type SalePlanView,
} from '#contracts';
import { newId, type Clock } from '#process';
import { withTransaction } from '#service';
import { DataSource, In, IsNull, type EntityManager } from 'typeorm';
import { defined } from '../access/defined.ts';
import { requestKey } from '../access/request-key.ts';
import { SalePlan, SalePlanItem } from '../database/entities/sale-plan.entity.ts';
import { Variant } from '../database/entities/variant.entity.ts';
import { PAST_ALLOWED_MS } from '../shows/create-show.ts';
import { lockShow } from '../shows/move-show.ts';
import { planViews } from './plan-views.ts';
import { publishPlan } from './publish-plan.ts';
import { removePlan } from './remove-plan.ts';

type Items = InputOf<typeof planSaleEndpoint>['body']['items'];
type Refused<C extends string> = C extends string ? { ok: false; code: C } : never;
type Planned = { ok: true; plan: SalePlanView };
export type PlanOutcome =
  | Planned
  | Refused<
      'show_not_found' | 'show_state' | 'sale_plan_variant_unknown' | 'too_many_sale_plans' | 'starts_in_past'
    >;
export type ChangePlanOutcome =
  | Planned
  | Refused<'sale_plan_not_found' | 'sale_plan_variant_unknown' | 'starts_in_past'>
  | (Refused<'conflict'> & { version: number });

const MOST_PLANS = 100;

/** Flash sales as planned for a show. Once one starts, checkout goes by what it took over. */
export class PlanSale {
  private readonly database: DataSource;
  private readonly clock: Clock;

  constructor(database: DataSource, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  async plan(
    { params, body, idempotencyKey }: InputOf<typeof planSaleEndpoint>,
    userId: string,
  ): Promise<PlanOutcome> {
    const key = requestKey(userId, 'planSale', idempotencyKey);
    const { items, startsAt, ...terms } = body;
    return withTransaction(this.database, async (tx, query) => {
      const show = await lockShow(tx, params.showId);
      if (!show) return { ok: false, code: 'show_not_found' };
      const made = await tx.findOneBy(SalePlan, { requestKey: key });
      const [known] = made ? await planViews(tx, [made]) : [];
      if (known) return { ok: true, plan: known };
      if (show.state === 'ended') return { ok: false, code: 'show_state' };
      if (this.isPast(startsAt)) return { ok: false, code: 'starts_in_past' };
      const { showId, shopId } = show;
      const count = await tx.countBy(SalePlan, { showId, removedAt: IsNull() });
      if (count >= MOST_PLANS) return { ok: false, code: 'too_many_sale_plans' };
      if (!(await areSold(tx, shopId, items))) return { ok: false, code: 'sale_plan_variant_unknown' };
      const plan = tx.create(SalePlan, {
        ...terms,
        saleId: newId(),
        showId,
        shopId,
        startsAt: startsAt === null ? null : new Date(startsAt),
        removedAt: null,
        version: 1,
        requestKey: key,
      });
      await tx.insert(SalePlan, plan);
      await tx.insert(SalePlanItem, rowsOf(plan.saleId, items));
      return { ok: true, plan: await publishPlan(tx, query, salePlanned, plan) };
    });
  }

  async change({ params, body }: InputOf<typeof changeSalePlanEndpoint>): Promise<ChangePlanOutcome> {
    const { version, items, startsAt, ...terms } = body;
    const { saleId, showId } = params;
    return withTransaction(this.database, async (tx, query) => {
      const lock = { mode: 'pessimistic_write' } as const;
      const plan = await tx.findOne(SalePlan, { where: { saleId, showId, removedAt: IsNull() }, lock });
      if (!plan) return { ok: false, code: 'sale_plan_not_found' };
      if (plan.version !== version) return { ok: false, code: 'conflict', version: plan.version };
      if (startsAt !== undefined && this.isPast(startsAt)) return { ok: false, code: 'starts_in_past' };
      if (items && !(await areSold(tx, plan.shopId, items)))
        return { ok: false, code: 'sale_plan_variant_unknown' };
      const start = startsAt === undefined ? {} : { startsAt: startsAt === null ? null : new Date(startsAt) };
      const next = { ...defined(terms), ...start, version: version + 1 };
      await tx.update(SalePlan, { saleId }, next);
      if (items) {
        await tx.delete(SalePlanItem, { saleId });
        await tx.insert(SalePlanItem, rowsOf(saleId, items));
      }
      return { ok: true, plan: await publishPlan(tx, query, salePlanChanged, Object.assign(plan, next)) };
    });
  }

  /** False when there is no such plan. */
  remove(showId: string, saleId: string): Promise<boolean> {
    const removedAt = new Date(this.clock.now());
    return withTransaction(this.database, (tx, query) => removePlan(tx, query, showId, saleId, removedAt));
  }

  private isPast(startsAt: string | null): boolean {
    return startsAt !== null && Date.parse(startsAt) < this.clock.now() - PAST_ALLOWED_MS;
  }
}

/** Whether every item is another variant that the shop sells. */
async function areSold(tx: EntityManager, shopId: string, items: Items): Promise<boolean> {
  const wanted = new Set(items.map((item) => item.variantId));
  const where = { variantId: In([...wanted]), shopId, archivedAt: IsNull() };
  return wanted.size === items.length && (await tx.countBy(Variant, where)) === wanted.size;
}

function rowsOf(saleId: string, items: Items): SalePlanItem[] {
  return items.map((item, position) => ({ saleId, position, ...item }));
}
