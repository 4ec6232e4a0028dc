import type { Pool } from 'pg';
import type { Changes } from '../objects/changes.ts';
import type { StripeObject } from '../objects/shapes.ts';

/** How many requests share one transaction; more only makes each wait longer. */
const MAX_BATCH = 200;

/** While one batch waits for the disk the next is filled; a second one at once only for a crowd that is worth it. */
const MAX_FLUSHES = 2;
const CROWD = 48;

/** What came of deliveries waits so long for changes that it can be stored with. */
const RECORD_WITHIN_MS = 25;

/** A webhook delivery that goes with an event. */
export interface NewDelivery {
  eventId: string;
  endpointId: string;
  nextAtMs: number;
}

/** A delivery that is stored and now has to be made. */
export interface StoredDelivery extends NewDelivery {
  id: string;
}

/** What became of an attempt to deliver. */
export interface Outcome {
  id: string;
  state: 'pending' | 'delivered' | 'failed';
  attempts: number;
  nextAtMs: number;
  status: number;
}

interface Waiting {
  changes: Changes | undefined;
  deliveries: NewDelivery[];
  outcomes: readonly Outcome[];
  done: (stored: StoredDelivery[]) => void;
  failed: (error: unknown) => void;
}

/** Stands between texts that are handed over as one; JSON never has it, and needs no escaping so. */
const SEPARATOR = '\u001e';

const COMMIT = `
WITH saved AS (
  INSERT INTO objects (id, kind, created, parent, metadata, data)
  SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::jsonb[], string_to_array($6, E'\\x1e')::json[])
  ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, metadata = excluded.metadata, data = excluded.data
), kept AS (
  INSERT INTO idempotency_keys (key, fingerprint, status, body, at_ms)
  SELECT * FROM unnest($7::text[], $8::text[], $9::int[], string_to_array($10, E'\\x1e'), $11::bigint[])
  ON CONFLICT (key) DO NOTHING
), timed AS (
  INSERT INTO timers (kind, object_id, at_ms) SELECT * FROM unnest($12::text[], $13::text[], $14::bigint[])
  ON CONFLICT (kind, object_id) DO UPDATE SET at_ms = excluded.at_ms
), recorded AS (
  UPDATE deliveries d SET state = o.state, attempts = o.attempts, next_at_ms = o.next_at_ms, last_status = o.status
  FROM unnest($18::bigint[], $19::text[], $20::int[], $21::bigint[], $22::int[]) AS o (id, state, attempts, next_at_ms, status)
  WHERE d.id = o.id
)
INSERT INTO deliveries (event_id, endpoint_id, next_at_ms) SELECT * FROM unnest($15::text[], $16::text[], $17::bigint[])
RETURNING id, event_id AS "eventId", endpoint_id AS "endpointId", next_at_ms::float8 AS "nextAtMs"`;

/**
 * Stores the changes of many requests in one statement, hence one transaction and one wait for the disk. The promise
 * resolves when the changes are durable; each request's changes are stored whole or not at all.
 */
export class GroupCommit {
  private readonly waiting: Waiting[] = [];
  private flushes = 0;
  private later: NodeJS.Timeout | undefined;
  private readonly pool: Pool;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  /** Gives the deliveries as they are stored. */
  commit(changes: Changes, deliveries: NewDelivery[]): Promise<StoredDelivery[]> {
    return new Promise((done, failed) => {
      this.waiting.push({ changes, deliveries, outcomes: [], done, failed });
      this.flushSoon();
    });
  }

  /** Records what came of deliveries, with the next changes or after a moment: nobody waits for that. */
  record(outcomes: readonly Outcome[]): Promise<void> {
    return new Promise((done, failed) => {
      this.waiting.push({ changes: undefined, deliveries: [], outcomes, done: () => done(), failed });
      this.later ??= setTimeout(() => this.flushSoon(), RECORD_WITHIN_MS);
    });
  }

  private flushSoon(): void {
    if (this.flushes >= (this.waiting.length >= CROWD ? MAX_FLUSHES : 1)) return;
    clearTimeout(this.later);
    this.later = undefined;
    this.flushes += 1;
    setImmediate(() => void this.flush());
  }

  private async flush(): Promise<void> {
    const batch = this.waiting.splice(0, MAX_BATCH);
    try {
      const stored = batch.length > 0 ? await this.store(batch) : new Map<string, StoredDelivery[]>();
      for (const { changes, done } of batch)
        done((changes?.events ?? []).flatMap((event) => stored.get(event.id) ?? []));
    } catch (error) {
      for (const { failed } of batch) failed(error);
    } finally {
      this.flushes -= 1;
      if (this.waiting.length > 0) this.flushSoon();
    }
  }

  /** The stored deliveries by their events. */
  private async store(batch: readonly Waiting[]): Promise<Map<string, StoredDelivery[]>> {
    const { rows } = await this.pool.query<StoredDelivery>({
      name: 'commit',
      text: COMMIT,
      values: columnsOf(batch),
    });
    return Map.groupBy(rows, (row) => row.eventId);
  }
}

function columnsOf(batch: readonly Waiting[]): unknown[] {
  const objects = new Map<string, StripeObject>();
  const all = batch.flatMap(({ changes }) => changes ?? []);
  for (const changes of all) {
    for (const object of changes.saved.values()) objects.set(object.id, object);
    for (const event of changes.events) objects.set(event.id, event);
  }
  const rows = [...objects.values()];
  const kept = all.flatMap((changes) =>
    changes.keptAnswer ? [{ ...changes.keptAnswer, atMs: changes.nowMs }] : [],
  );
  const timers = [
    ...new Map(all.flatMap((changes) => changes.timers).map((t) => [`${t.kind} ${t.objectId}`, t])).values(),
  ];
  const deliveries = batch.flatMap((one) => one.deliveries);
  const outcomes = batch.flatMap((one) => one.outcomes);
  return [
    rows.map((row) => row.id),
    rows.map((row) => row.object),
    rows.map((row) => row.created),
    rows.map(parentOf),
    rows.map(metadataOf),
    rows.map((row) => JSON.stringify(row)).join(SEPARATOR),
    kept.map((answer) => answer.key),
    kept.map((answer) => answer.fingerprint),
    kept.map((answer) => answer.status),
    kept.map((answer) => answer.body).join(SEPARATOR),
    kept.map((answer) => answer.atMs),
    timers.map((timer) => timer.kind),
    timers.map((timer) => timer.objectId),
    timers.map((timer) => timer.atMs),
    deliveries.map((delivery) => delivery.eventId),
    deliveries.map((delivery) => delivery.endpointId),
    deliveries.map((delivery) => delivery.nextAtMs),
    outcomes.map((outcome) => outcome.id),
    outcomes.map((outcome) => outcome.state),
    outcomes.map((outcome) => outcome.attempts),
    outcomes.map((outcome) => outcome.nextAtMs),
    outcomes.map((outcome) => outcome.status),
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
