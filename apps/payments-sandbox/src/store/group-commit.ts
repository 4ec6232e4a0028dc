import type { Pool } from 'pg';
import type { Changes } from '../objects/changes.ts';
import type { StripeObject } from '../objects/shapes.ts';

/** How many requests share one transaction; more only makes each wait longer. */
const MAX_BATCH = 200;

/** While one batch waits for the disk the next is filled; a second one at once only for a crowd that is worth it. */
const MAX_FLUSHES = 2;
const CROWD = 48;

/** A webhook delivery that goes with an event. */
export interface NewDelivery {
  eventId: string;
  endpointId: string;
  nextAtMs: number;
}

interface Waiting {
  changes: Changes;
  deliveries: NewDelivery[];
  done: () => void;
  failed: (error: unknown) => void;
}

const COMMIT = `
WITH saved AS (
  INSERT INTO objects (id, kind, created, parent, metadata, data)
  SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::jsonb[], $6::json[])
  ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, metadata = excluded.metadata, data = excluded.data
), kept AS (
  INSERT INTO idempotency_keys (key, fingerprint, status, body, at_ms)
  SELECT * FROM unnest($7::text[], $8::text[], $9::int[], $10::text[], $11::bigint[])
  ON CONFLICT (key) DO NOTHING
), timed AS (
  INSERT INTO timers (kind, object_id, at_ms) SELECT * FROM unnest($12::text[], $13::text[], $14::bigint[])
  ON CONFLICT (kind, object_id) DO UPDATE SET at_ms = excluded.at_ms
)
INSERT INTO deliveries (event_id, endpoint_id, next_at_ms) SELECT * FROM unnest($15::text[], $16::text[], $17::bigint[])`;

/**
 * Stores the changes of many requests in one statement, hence one transaction and one wait for the disk. The promise
 * resolves when the changes are durable; each request's changes are stored whole or not at all.
 */
export class GroupCommit {
  private readonly waiting: Waiting[] = [];
  private flushes = 0;
  private readonly pool: Pool;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  commit(changes: Changes, deliveries: NewDelivery[]): Promise<void> {
    return new Promise((done, failed) => {
      this.waiting.push({ changes, deliveries, done, failed });
      this.flushSoon();
    });
  }

  private flushSoon(): void {
    if (this.flushes >= (this.waiting.length >= CROWD ? MAX_FLUSHES : 1)) return;
    this.flushes += 1;
    setImmediate(() => void this.flush());
  }

  private async flush(): Promise<void> {
    const batch = this.waiting.splice(0, MAX_BATCH);
    try {
      if (batch.length > 0) await this.pool.query({ name: 'commit', text: COMMIT, values: columnsOf(batch) });
      for (const { done } of batch) done();
    } catch (error) {
      for (const { failed } of batch) failed(error);
    } finally {
      this.flushes -= 1;
      if (this.waiting.length > 0) this.flushSoon();
    }
  }
}

function columnsOf(batch: Waiting[]): unknown[] {
  const objects = new Map<string, StripeObject>();
  for (const { changes } of batch) {
    for (const object of changes.saved.values()) objects.set(object.id, object);
    for (const event of changes.events) objects.set(event.id, event);
  }
  const rows = [...objects.values()];
  const kept = batch.flatMap(({ changes }) =>
    changes.keptAnswer ? [{ ...changes.keptAnswer, atMs: changes.nowMs }] : [],
  );
  const timers = [
    ...new Map(
      batch.flatMap(({ changes }) => changes.timers).map((t) => [`${t.kind} ${t.objectId}`, t]),
    ).values(),
  ];
  const deliveries = batch.flatMap((one) => one.deliveries);
  return [
    rows.map((row) => row.id),
    rows.map((row) => row.object),
    rows.map((row) => row.created),
    rows.map(parentOf),
    rows.map(metadataOf),
    rows.map((row) => JSON.stringify(row)),
    kept.map((answer) => answer.key),
    kept.map((answer) => answer.fingerprint),
    kept.map((answer) => answer.status),
    kept.map((answer) => answer.body),
    kept.map((answer) => answer.atMs),
    timers.map((timer) => timer.kind),
    timers.map((timer) => timer.objectId),
    timers.map((timer) => timer.atMs),
    deliveries.map((delivery) => delivery.eventId),
    deliveries.map((delivery) => delivery.endpointId),
    deliveries.map((delivery) => delivery.nextAtMs),
  ];
}

/** The id that lists filter by: a payment's customer, a charge's or refund's payment, an event's subject. */
function parentOf(object: StripeObject): string | null {
  const fields = object as unknown as Record<string, unknown>;
  if (object.object === 'event') return (fields['data'] as { object: StripeObject }).object.id;
  const parent = fields['payment_intent'] ?? fields['customer'];
  return typeof parent === 'string' ? parent : null;
}

function metadataOf(object: StripeObject): string | null {
  const { metadata } = object as unknown as { metadata?: Record<string, string> };
  return metadata && Object.keys(metadata).length > 0 ? JSON.stringify(metadata) : null;
}
