import { addToOutbox, makeEvent, type Query } from '#bus';
import type { EventDefinition, OrderFacts } from '#contracts';
import { orderStates, type OrderState } from '#payments';
import { newId } from '#process';
import type { z } from 'zod';
import { FACTS_COLUMNS, factsOf, type FactsRow } from './order-facts.ts';

/** An event that tells the facts of an order. */
export type OrderEvent = EventDefinition<z.ZodType<OrderFacts>>;

/** A line of an order's timeline. */
export interface NewEntry {
  kind: string;
  actor: 'buyer' | 'merchant' | 'system' | 'provider';
  actorId?: string | null;
  data?: Record<string, unknown>;
}

export interface OrderChange {
  orderId: string;
  /** State to go to; left out: the state stays and only the version grows. */
  to?: OrderState;
  reason?: string | null;
  entry: NewEntry;
  event: OrderEvent;
  /** Place in line that the event tells. */
  queuePosition?: number;
  /** What caused it: a request, a notice, an event. */
  causeId?: string | null;
}

/**
 * Moves orders along their table, with a timeline entry and an event each, all in the caller's transaction. An order
 * that may not go where it should is left alone; gives the ids of those that changed. Locks orders in their order.
 */
export async function changeOrders(query: Query, changes: readonly OrderChange[]): Promise<Set<string>> {
  if (changes.length === 0) return new Set();
  const rows = await query<{ id: string }>(
    `WITH change AS (
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS c (id, target, reason, allowed)
     ), locked AS (
       SELECT o.id FROM orders o JOIN change c ON c.id = o.id
       WHERE c.target IS NULL OR o.state = ANY(string_to_array(c.allowed, ','))
       ORDER BY o.id FOR UPDATE OF o
     )
     UPDATE orders o SET state = coalesce(c.target, o.state), reason = CASE WHEN c.target = 'committed' THEN NULL ELSE coalesce(c.reason, o.reason) END,
       version = o.version + 1,
       paid_at = CASE WHEN c.target = 'paid' THEN clock_timestamp() ELSE o.paid_at END,
       ended_at = CASE WHEN c.target IN ('expired', 'cancelled', 'payment_failed') THEN clock_timestamp()
                       WHEN c.target IS NULL THEN o.ended_at END
     FROM change c JOIN locked USING (id) WHERE o.id = c.id RETURNING o.id`,
    [
      changes.map((change) => change.orderId),
      changes.map((change) => change.to ?? null),
      changes.map((change) => change.reason ?? null),
      changes.map((change) => (change.to ? orderStates.before(change.to).join(',') : '')),
    ],
  );
  const changed = new Set(rows.map((row) => row.id));
  await tellOrders(
    query,
    changes.filter((change) => changed.has(change.orderId)),
  );
  return changed;
}

/** Writes the entries and events of orders whose rows are already as they should be. */
export async function tellOrders(query: Query, changes: readonly OrderChange[]): Promise<void> {
  if (changes.length === 0) return;
  const rows = await query<FactsRow>(
    `WITH told AS (
       INSERT INTO order_entries (id, order_id, kind, actor, actor_id, data)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::jsonb[])
     )
     SELECT ${FACTS_COLUMNS} FROM orders o JOIN payments p ON p.order_id = o.id WHERE o.id = ANY($2::uuid[])`,
    [
      changes.map(() => newId()),
      changes.map((change) => change.orderId),
      changes.map((change) => change.entry.kind),
      changes.map((change) => change.entry.actor),
      changes.map((change) => change.entry.actorId ?? null),
      changes.map((change) => JSON.stringify(change.entry.data ?? {})),
    ],
  );
  const facts = factsOf(rows);
  const events = changes.flatMap(({ orderId, event, causeId, queuePosition = null }) => {
    const found = facts.get(orderId);
    if (!found) throw new Error(`order ${orderId} changed but cannot be read`);
    return [
      makeEvent(event, {
        aggregateId: orderId,
        version: found.version,
        causeId: causeId ?? null,
        data: { ...found.facts, queuePosition },
      }),
    ];
  });
  await addToOutbox(query, ...events);
}
