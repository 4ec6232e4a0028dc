import type { Pool } from 'pg';
import { boundedCache } from '#process';
import type { OpenedDatabase } from './open-store.ts';
import type { Changes, KeptAnswer, Timer } from '../objects/changes.ts';
import type {
  Charge,
  Customer,
  Dispute,
  PaymentIntent,
  PaymentMethod,
  Refund,
  SandboxEvent,
  StripeObject,
  WebhookEndpoint,
} from '../objects/shapes.ts';
import { GroupCommit, type NewDelivery, type Outcome, type StoredDelivery } from './group-commit.ts';
import { KnownKeys } from './known-keys.ts';
import { SharedLookup } from './shared-lookup.ts';

/** Type of the objects of each kind. */
export interface ObjectOf {
  payment_intent: PaymentIntent;
  charge: Charge;
  refund: Refund;
  dispute: Dispute;
  customer: Customer;
  payment_method: PaymentMethod;
  event: SandboxEvent;
  webhook_endpoint: WebhookEndpoint;
}
export type Kind = keyof ObjectOf;

export interface ListFilter {
  limit: number;
  startingAfter?: string | undefined;
  endingBefore?: string | undefined;
  createdFrom?: number | undefined;
  createdTo?: number | undefined;
  parent?: string | undefined;
  /** Events only: types, exact. */
  types?: string[] | undefined;
}

/** One page, newest first. */
export interface Listed<T> {
  data: T[];
  hasMore: boolean;
}

/** A condition of the search language as SQL, with parameters from `$2` on. */
export interface SearchCondition {
  sql: string;
  params: unknown[];
}

const CACHED_OBJECTS = 50_000;
const KEPT_ANSWERS = 50_000;
/** A few dozen bytes each, and a day's worth of purchases for most. */
const KNOWN_KEYS = 200_000;

/**
 * Everything the sandbox knows, in Postgres, with the latest objects in memory. This process is the only writer of
 * its schema, so what is in memory is what is stored. Objects are never changed in place.
 */
export class ObjectStore {
  private readonly cache = boundedCache<StripeObject>(CACHED_OBJECTS);
  private readonly answers = boundedCache<KeptAnswer>(KEPT_ANSWERS);
  private readonly askedAnswers = new SharedLookup<KeptAnswer>((keys) => this.readAnswers(keys));
  private readonly keys = new KnownKeys(KNOWN_KEYS);
  private readonly groupCommit: GroupCommit;
  private readonly pool: Pool;
  private readonly database: OpenedDatabase;

  constructor(database: OpenedDatabase) {
    this.database = database;
    this.pool = database.pool;
    this.groupCommit = new GroupCommit(this.pool);
    database.onRegained(() => {
      this.cache.clear();
      this.answers.clear();
      void this.load().catch(() => undefined); // until the next time, every key is looked for
    });
  }

  /** Reads what is kept in memory of what is stored. */
  load(): Promise<void> {
    return this.keys.load(async (most) => {
      const { rows } = await this.pool.query<{ key: string }>('SELECT key FROM idempotency_keys LIMIT $1', [
        most,
      ]);
      return rows.map((row) => row.key);
    });
  }

  async get<K extends Kind>(kind: K, id: string): Promise<ObjectOf[K] | undefined> {
    const cached = this.cache.get(id);
    if (cached) return cached.object === kind ? (cached as ObjectOf[K]) : undefined;
    const { rows } = await this.pool.query<{ data: ObjectOf[K] }>({
      name: 'get-object',
      text: 'SELECT data FROM objects WHERE id = $1 AND kind = $2',
      values: [id, kind],
    });
    return rows[0]?.data;
  }

  /** Makes `changes` durable, and only then visible; gives the deliveries as they are stored. */
  async commit(changes: Changes, deliveries: NewDelivery[]): Promise<StoredDelivery[]> {
    if (!this.database.owned)
      throw new Error('the connection that makes this process the only writer is away');
    // Before it is stored: the commit may happen although its answer is lost.
    if (changes.keptAnswer) this.keys.add(changes.keptAnswer.key);
    let stored: StoredDelivery[];
    try {
      stored = await this.groupCommit.commit(changes, deliveries);
    } catch (error) {
      // The commit may have happened although its answer was lost: memory must not contradict it.
      for (const id of changes.saved.keys()) this.cache.delete(id);
      throw error;
    }
    for (const object of changes.saved.values()) this.cache.set(object.id, object);
    for (const event of changes.events) this.cache.set(event.id, event);
    if (changes.keptAnswer) this.answers.set(changes.keptAnswer.key, changes.keptAnswer);
    return stored;
  }

  /** Writes down what came of deliveries. */
  record(outcomes: readonly Outcome[]): Promise<void> {
    return this.groupCommit.record(outcomes);
  }

  async keptAnswer(key: string): Promise<KeptAnswer | undefined> {
    return this.answers.get(key) ?? (this.keys.mayHave(key) ? this.askedAnswers.ask(key) : undefined);
  }

  private async readAnswers(keys: readonly string[]): Promise<Map<string, KeptAnswer>> {
    const { rows } = await this.pool.query<KeptAnswer>({
      name: 'get-answers',
      text: 'SELECT key, fingerprint, status, body FROM idempotency_keys WHERE key = ANY($1::text[])',
      values: [keys],
    });
    return new Map(rows.map((row) => [row.key, row]));
  }

  /** Forgets answers kept before `beforeMs`. */
  async forgetAnswers(beforeMs: number): Promise<void> {
    await this.pool.query('DELETE FROM idempotency_keys WHERE at_ms < $1', [beforeMs]);
    this.answers.clear();
  }

  async list<K extends Kind>(kind: K, filter: ListFilter): Promise<Listed<ObjectOf[K]>> {
    const params: unknown[] = [kind];
    const where = ['kind = $1'];
    const add = (sql: (position: string) => string, value: unknown): void => {
      if (value === undefined) return;
      params.push(value);
      where.push(sql(`$${params.length}`));
    };
    const seqOf = (position: string): string => `(SELECT seq FROM objects WHERE id = ${position})`;
    add((p) => `seq < ${seqOf(p)}`, filter.startingAfter);
    add((p) => `seq > ${seqOf(p)}`, filter.endingBefore);
    add((p) => `created >= ${p}`, filter.createdFrom);
    add((p) => `created <= ${p}`, filter.createdTo);
    add((p) => `parent = ${p}`, filter.parent);
    add((p) => `data->>'type' = ANY(${p}::text[])`, filter.types);
    const backwards = filter.endingBefore !== undefined;
    const { rows } = await this.pool.query<{ data: ObjectOf[K] }>(
      `SELECT data FROM objects WHERE ${where.join(' AND ')} ORDER BY seq ${backwards ? 'ASC' : 'DESC'} LIMIT ${filter.limit + 1}`,
      params,
    );
    const data = rows.slice(0, filter.limit).map((row) => row.data);
    return { data: backwards ? data.toReversed() : data, hasMore: rows.length > filter.limit };
  }

  async search<K extends Kind>(
    kind: K,
    condition: SearchCondition,
    limit: number,
    offset: number,
  ): Promise<Listed<ObjectOf[K]>> {
    const { rows } = await this.pool.query<{ data: ObjectOf[K] }>(
      `SELECT data FROM objects WHERE kind = $1 AND (${condition.sql}) ORDER BY seq DESC LIMIT ${limit + 1} OFFSET ${offset}`,
      [kind, ...condition.params],
    );
    return { data: rows.slice(0, limit).map((row) => row.data), hasMore: rows.length > limit };
  }

  /** Timers due at `nowMs`, oldest first. */
  async dueTimers(nowMs: number): Promise<Timer[]> {
    const { rows } = await this.pool.query<{ kind: Timer['kind']; object_id: string; at_ms: string }>(
      'SELECT kind, object_id, at_ms FROM timers WHERE at_ms <= $1 ORDER BY at_ms LIMIT 500',
      [nowMs],
    );
    return rows.map((row) => ({ kind: row.kind, objectId: row.object_id, atMs: Number(row.at_ms) }));
  }

  async dropTimer(timer: Timer): Promise<void> {
    await this.pool.query('DELETE FROM timers WHERE kind = $1 AND object_id = $2', [
      timer.kind,
      timer.objectId,
    ]);
  }

  async setting<T>(name: string): Promise<T | undefined> {
    const { rows } = await this.pool.query<{ value: T }>('SELECT value FROM settings WHERE name = $1', [
      name,
    ]);
    return rows[0]?.value;
  }

  async keepSetting(name: string, value: unknown): Promise<void> {
    await this.pool.query(
      'INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      [name, JSON.stringify(value)],
    );
  }
}
