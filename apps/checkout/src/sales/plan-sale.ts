import type { Query } from '#bus';
import type { SalePlanFacts } from '#contracts';

/** Takes over a flash sale as catalog plans it; one that has begun, and older news, change nothing. */
export async function planSale(query: Query, plan: SalePlanFacts, version: number): Promise<void> {
  const [kept] = await query(
    `INSERT INTO sales (id, kind, shop_id, show_id, title, state, rule, limit_per_buyer, duration_s, plan_version, starts_at)
     VALUES ($1, 'flash', $2, $3, $4, 'planned', $5, $6, $7, $8, $9)
     ON CONFLICT (id) DO UPDATE SET title = excluded.title, rule = excluded.rule, duration_s = excluded.duration_s,
       limit_per_buyer = excluded.limit_per_buyer, plan_version = excluded.plan_version, starts_at = excluded.starts_at
     WHERE sales.state = 'planned' AND sales.plan_version < excluded.plan_version RETURNING id`,
    [
      plan.saleId,
      plan.shopId,
      plan.showId,
      plan.title,
      plan.rule,
      plan.limitPerBuyer,
      plan.durationS,
      version,
      plan.startsAt,
    ],
  );
  if (!kept) return;
  await query('DELETE FROM sale_variants WHERE sale_id = $1 AND NOT variant_id = ANY($2::uuid[])', [
    plan.saleId,
    plan.items.map((item) => item.variantId),
  ]);
  await query(
    `INSERT INTO sale_variants (sale_id, variant_id, planned_quantity, price_amount, currency)
     SELECT $1, * FROM unnest($2::uuid[], $3::integer[], $4::bigint[], $5::text[])
     ON CONFLICT (sale_id, variant_id) DO UPDATE SET planned_quantity = excluded.planned_quantity,
       price_amount = excluded.price_amount, currency = excluded.currency,
       price_version = sale_variants.price_version + CASE WHEN sale_variants.price_amount = excluded.price_amount THEN 0 ELSE 1 END`,
    [
      plan.saleId,
      plan.items.map((item) => item.variantId),
      plan.items.map((item) => item.quantity),
      plan.items.map((item) => item.price.amount),
      plan.items.map((item) => item.price.currency),
    ],
  );
}

/** A withdrawn plan can no longer be started. Its sale stays, closed, so that late news of it find it. */
export async function withdrawPlan(query: Query, plan: SalePlanFacts, version: number): Promise<void> {
  await query(
    `INSERT INTO sales (id, kind, shop_id, show_id, title, state, close_reason, plan_version, closed_at)
     VALUES ($1, 'flash', $2, $3, $4, 'closed', 'withdrawn', $5, clock_timestamp())
     ON CONFLICT (id) DO UPDATE SET state = 'closed', close_reason = 'withdrawn', plan_version = excluded.plan_version,
       closed_at = excluded.closed_at
     WHERE sales.state = 'planned' AND sales.plan_version < excluded.plan_version`,
    [plan.saleId, plan.shopId, plan.showId, plan.title, version],
  );
}
