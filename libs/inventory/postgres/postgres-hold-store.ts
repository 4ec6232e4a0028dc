import type * as port from '../hold-store.ts';
import { DUE_PER_CALL, ENDED_KEPT_MS } from '../hold-store.ts';
import { finishHolds, freeDue } from './finish-holds.ts';
import { foldJournal, readDetail, readEntries, readVariants, replayed, snapshotVariant } from './inspect.ts';
import { promoteWaiting } from './promote-waiting.ts';
import { beginSale, putVariants, restoreSale } from './rebuild.ts';
import { reserve } from './reserve.ts';
import { DATABASE_CLOCK, enterSale, type Query, type SaleSession, type Transaction } from './sale-session.ts';
import { adjust, reverse } from './stock.ts';
import { postgresEngineTableNames } from './tables.ts';
import { join, leave } from './wait.ts';

/** A pinned hold that a sweep named is not named again for this long. */
const ASK_AGAIN_MS = 5_000;
const STALE = { code: 'stale_epoch' } as const;
/** Deadlocks are broken by PostgreSQL; the call that lost begins again. */
const DEADLOCK = '40P01';
const TRIES = 3;

/**
 * The engine on PostgreSQL: one row per unit, taken with `FOR UPDATE SKIP LOCKED`, so that buyers of one variant do not
 * queue behind each other. Slower than Redis, and just as strict; a sale may fail over to it.
 */
export class PostgresHoldStore implements port.HoldStore {
  private readonly transaction: Transaction;
  private readonly clock: string;

  /** `clock` is SQL that gives milliseconds since 1970; tests give one that they can move. */
  constructor(transaction: Transaction, clock: string = DATABASE_CLOCK) {
    this.transaction = transaction;
    this.clock = clock;
  }

  async open(ref: port.SaleRef, rules: port.SaleRules, variants: readonly port.SaleVariant[]): Promise<void> {
    await this.transaction(async (query) => {
      if (await beginSale(query, ref, rules)) await putVariants(query, ref.saleId, variants);
    });
  }

  reserve(request: port.ReserveRequest): Promise<port.ReserveAnswer> {
    return this.within(request, (session) => reserve(session, request));
  }

  pin(ref: port.SaleRef, keys: readonly port.HoldKey[]): Promise<port.PinAnswer> {
    return this.within(ref, (session) => pin(session, keys));
  }

  extend(ref: port.SaleRef, key: port.HoldKey, until: number): Promise<port.ExtendAnswer> {
    return this.within(ref, async (session): Promise<port.ExtendAnswer> => {
      const [hold] = await lockHolds(session, [key]);
      const state = stateOf(hold, session.now);
      if (!hold || (state !== 'held' && state !== 'paying')) return { code: 'not_held', state: endOf(state) };
      const expiresAt = Math.max(hold.expiresAt, until);
      await session.query(
        `UPDATE engine_holds SET expires_at = $4, ask_at = greatest(ask_at, $4)
         WHERE sale_id = $1 AND hold_id = $2 AND buyer_id = $3`,
        [session.saleId, key.holdId, key.buyerId, expiresAt],
      );
      return { code: 'extended', expiresAt };
    });
  }

  confirm(ref: port.SaleRef, keys: readonly port.HoldKey[]): Promise<port.SettleAnswer> {
    return this.within(ref, async (session): Promise<port.SettleAnswer> => {
      await finishHolds(session, keys, 'sold');
      const after = await lockHolds(session, keys);
      const missing = keys.filter((key) => find(after, key)?.state !== 'sold').map(bareKey);
      return { code: 'done', missing, ...session.effects };
    });
  }

  release(ref: port.SaleRef, keys: readonly port.HoldKey[]): Promise<port.SettleAnswer> {
    return this.within(ref, async (session): Promise<port.SettleAnswer> => {
      // A reserve of an unknown key that is still under way must not come to life after its release.
      await session.query(
        `INSERT INTO engine_holds (sale_id, hold_id, buyer_id, state, started_at, expires_at, ended_at, ask_at, lines)
         SELECT $1, id, buyer, 'released', 0, 0, $4, 0, '[]' FROM unnest($2::uuid[], $3::uuid[]) AS k (id, buyer)
         ORDER BY id, buyer ON CONFLICT DO NOTHING`,
        [session.saleId, keys.map((key) => key.holdId), keys.map((key) => key.buyerId), session.now],
      );
      await finishHolds(session, keys, 'released');
      const after = await lockHolds(session, keys);
      const missing = keys.filter((key) => find(after, key)?.state === 'sold').map(bareKey);
      await promoteWaiting(session);
      return { code: 'done', missing, ...session.effects };
    });
  }

  expire(ref: port.SaleRef, key: port.HoldKey): Promise<port.ExpireAnswer> {
    return this.within(ref, async (session): Promise<port.ExpireAnswer> => {
      const [hold] = await lockHolds(session, [key]);
      if (!hold) return { code: 'not_held', state: 'unknown' };
      if (hold.state === 'paying') return { code: 'pinned' };
      if (hold.state !== 'held') return { code: 'not_held', state: hold.state };
      if (hold.expiresAt > session.now) return { code: 'not_due', expiresAt: hold.expiresAt };
      session.effects.expired.push(...(await finishHolds(session, [key], 'expired')));
      await promoteWaiting(session);
      return { code: 'done', ...session.effects };
    });
  }

  sweep(ref: port.SaleRef): Promise<port.SweepAnswer> {
    return this.within(ref, async (session): Promise<port.SweepAnswer> => {
      const { query, saleId, now, effects } = session;
      await freeDue(session);
      await promoteWaiting(session);
      const old = now - ENDED_KEPT_MS;
      await query('DELETE FROM engine_holds WHERE sale_id = $1 AND ended_at <= $2', [saleId, old]);
      await query('DELETE FROM engine_changes WHERE sale_id = $1 AND at <= $2', [saleId, old]);
      const duePinned = await query<port.HoldKey>(
        `UPDATE engine_holds SET ask_at = $3 WHERE sale_id = $1 AND state = 'paying' AND ask_at <= $2
         RETURNING hold_id AS "holdId", buyer_id AS "buyerId"`,
        [saleId, now, now + ASK_AGAIN_MS],
      );
      return { code: 'done', duePinned, more: effects.expired.length === DUE_PER_CALL, ...effects };
    });
  }

  adjust(ref: port.SaleRef, change: port.StockChange): Promise<port.AdjustAnswer> {
    return this.within(ref, (session) => adjust(session, change));
  }

  reverse(ref: port.SaleRef, change: port.Reversal): Promise<port.AdjustAnswer> {
    return this.within(ref, (session) => reverse(session, change));
  }

  change(ref: port.SaleRef, change: port.RuleChange): Promise<{ code: 'changed' } | port.Stale> {
    return this.within(ref, (session) => changeRules(session, change), 'UPDATE');
  }

  join(ref: port.SaleRef, waiter: port.Waiter): Promise<port.JoinAnswer> {
    return this.within(ref, (session) => join(session, waiter));
  }

  leave(ref: port.SaleRef, waiter: port.Waiter): Promise<{ code: 'left' } | port.Stale> {
    return this.within(ref, async (session) => {
      await leave(session, waiter);
      return { code: 'left' as const };
    });
  }

  promote(ref: port.SaleRef, variantId: string): Promise<({ code: 'done' } & port.Effects) | port.Stale> {
    return this.within(ref, async (session) => {
      await freeDue(session, { variantIds: [variantId] });
      await promoteWaiting(session);
      return { code: 'done' as const, ...session.effects };
    });
  }

  close(ref: port.SaleRef, how: 'closed' | 'stopped'): Promise<port.CloseAnswer> {
    const end = async (session: SaleSession): Promise<port.CloseAnswer> => {
      const { query, saleId } = session;
      await query('UPDATE engine_sales SET state = $2 WHERE sale_id = $1', [saleId, how]);
      await query('DELETE FROM engine_waiting WHERE sale_id = $1', [saleId]);
      if (how === 'closed') return { code: 'closed', released: [], more: false };
      const held = await query<port.HoldKey>(
        `SELECT hold_id AS "holdId", buyer_id AS "buyerId" FROM engine_holds WHERE sale_id = $1 AND state = 'held'
         ORDER BY expires_at LIMIT ${DUE_PER_CALL}`,
        [saleId],
      );
      const released = await finishHolds(session, held, 'released');
      return { code: 'closed', released, more: held.length === DUE_PER_CALL };
    };
    return this.within(ref, end, 'UPDATE');
  }

  async rebuild(ref: port.SaleRef, memory: port.SaleMemory): Promise<{ replid: string }> {
    await this.transaction(async (query) => {
      if (!(await beginSale(query, ref, memory.rules)))
        throw new Error(`epoch ${ref.epoch} is there already`);
      await restoreSale(query, ref.saleId, memory);
    });
    return { replid: 'postgres' };
  }

  async drop(saleId: string): Promise<void> {
    await this.transaction(async (query) => {
      for (const table of postgresEngineTableNames)
        await query(`DELETE FROM ${table} WHERE sale_id = $1`, [saleId]);
    });
  }

  async known(saleId: string, keys: readonly port.HoldKey[]): Promise<boolean[]> {
    const rows = await this.transaction((query) => readKeys(query, saleId, keys));
    return keys.map((key) => find(rows, key) !== undefined);
  }

  read(ref: port.SaleRef, variantIds: readonly string[] | 'all'): Promise<port.SaleSnapshot | port.Stale> {
    return this.within<port.SaleSnapshot>(ref, async ({ query, saleId, rules }) => {
      const variants = await readVariants(query, saleId, variantIds === 'all' ? null : variantIds);
      return { epoch: ref.epoch, rules, variants: variants.map(snapshotVariant) };
    });
  }

  inspect(saleId: string, depth: 'counters' | 'holds'): Promise<port.SaleInspection | undefined> {
    return this.transaction(async (query) => {
      // Counters and journal must be of one moment; the journal of a sale does not hold still under READ COMMITTED.
      await query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const [row] = await query<{ epoch: number }>('SELECT epoch FROM engine_sales WHERE sale_id = $1', [
        saleId,
      ]);
      if (!row) return undefined;
      const [rules] = await query<port.SaleRules>(
        `SELECT state, starts_at AS "startsAt", ends_at AS "endsAt", limit_per_buyer AS "limitPerBuyer",
           hold_ttl_ms AS "holdTtlMs" FROM engine_sales WHERE sale_id = $1`,
        [saleId],
      );
      if (!rules) return undefined;
      const variants = await readVariants(query, saleId, null);
      return {
        epoch: Number(row.epoch),
        rules,
        variants: variants.map(snapshotVariant),
        replayed: await replayed(query, saleId, variants),
        ...(depth === 'holds' ? { detail: await readDetail(query, saleId) } : {}),
      };
    });
  }

  readJournal(saleId: string, limit: number): Promise<port.JournalEntry[]> {
    return this.transaction((query) => readEntries(query, saleId, limit));
  }

  trimJournal(saleId: string, position: string): Promise<void> {
    return this.transaction((query) => foldJournal(query, saleId, position));
  }

  /** Runs `work` with the sale locked at the caller's epoch. */
  private async within<T>(
    ref: port.SaleRef,
    work: (session: SaleSession) => Promise<T>,
    lock: 'SHARE' | 'UPDATE' = 'SHARE',
  ): Promise<T | port.Stale> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.transaction(async (query) => {
          const session = await enterSale(query, ref, this.clock, lock);
          return session ? work(session) : STALE;
        });
      } catch (error) {
        if ((error as { code?: unknown }).code !== DEADLOCK || attempt >= TRIES) throw error;
      }
    }
  }
}

interface LockedHold extends port.HoldKey {
  state: port.LiveState | port.HoldEnd;
  expiresAt: number;
}

function readKeys(
  query: Query,
  saleId: string,
  keys: readonly port.HoldKey[],
  lock = '',
): Promise<LockedHold[]> {
  return query<LockedHold>(
    `SELECT hold_id AS "holdId", buyer_id AS "buyerId", state, expires_at AS "expiresAt" FROM engine_holds
     WHERE sale_id = $1 AND (hold_id, buyer_id) IN (SELECT * FROM unnest($2::uuid[], $3::uuid[]))
     ORDER BY hold_id, buyer_id ${lock}`,
    [saleId, keys.map((key) => key.holdId), keys.map((key) => key.buyerId)],
  );
}

async function lockHolds(
  { query, saleId }: SaleSession,
  keys: readonly port.HoldKey[],
): Promise<LockedHold[]> {
  const rows = await readKeys(query, saleId, keys, 'FOR UPDATE');
  return rows.map((row) => ({ ...row, expiresAt: Number(row.expiresAt) }));
}

function find(rows: readonly LockedHold[], key: port.HoldKey): LockedHold | undefined {
  return rows.find((row) => row.holdId === key.holdId && row.buyerId === key.buyerId);
}

function stateOf(hold: LockedHold | undefined, now: number): port.LiveState | port.HoldEnd | 'unknown' {
  if (!hold) return 'unknown';
  return hold.state === 'held' && hold.expiresAt <= now ? 'expired' : hold.state;
}

function endOf(state: port.LiveState | port.HoldEnd | 'unknown'): port.HoldEnd | 'unknown' {
  return state === 'held' || state === 'paying' ? 'unknown' : state;
}

function bareKey({ holdId, buyerId }: port.HoldKey): port.HoldKey {
  return { holdId, buyerId };
}

async function pin(session: SaleSession, keys: readonly port.HoldKey[]): Promise<port.PinAnswer> {
  if (session.rules.state === 'stopped') return { code: 'closed' };
  const holds = await lockHolds(session, keys);
  for (const key of keys) {
    const state = stateOf(find(holds, key), session.now);
    if (state !== 'held' && state !== 'paying') return { code: 'not_held', ...bareKey(key), state };
  }
  await session.query(
    `WITH pinned AS (
       UPDATE engine_holds SET state = 'paying', ask_at = expires_at
       WHERE sale_id = $1 AND state = 'held' AND (hold_id, buyer_id) IN (SELECT * FROM unnest($2::uuid[], $3::uuid[]))
       RETURNING hold_id, buyer_id
     )
     UPDATE engine_units u SET state = 'paying' FROM pinned
     WHERE u.sale_id = $1 AND u.hold_id = pinned.hold_id AND u.buyer_id = pinned.buyer_id`,
    [session.saleId, keys.map((key) => key.holdId), keys.map((key) => key.buyerId)],
  );
  return { code: 'pinned' };
}

async function changeRules(
  { query, saleId, rules }: SaleSession,
  { prices = [], ...change }: port.RuleChange,
): Promise<{ code: 'changed' }> {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const { state, startsAt, endsAt } = { ...rules, ...given };
  await query('UPDATE engine_sales SET state = $2, starts_at = $3, ends_at = $4 WHERE sale_id = $1', [
    saleId,
    state,
    startsAt,
    endsAt,
  ]);
  // Terms end with the version of the price: a lower one never replaces a higher one.
  await query(
    `UPDATE engine_variants v SET terms = p.terms FROM unnest($2::uuid[], $3::text[]) AS p (variant_id, terms)
     WHERE v.sale_id = $1 AND v.variant_id = p.variant_id
       AND substring(v.terms FROM '\\d+$')::bigint <= substring(p.terms FROM '\\d+$')::bigint`,
    [saleId, prices.map((price) => price.variantId), prices.map((price) => price.terms)],
  );
  return { code: 'changed' };
}
