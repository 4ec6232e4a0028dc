import { inTransaction, queryOf, type Query } from '#bus';
import {
  priceChanged,
  saleClosed,
  saleExtended,
  saleOpened,
  stockChanged,
  type ErrorCode,
  type SaleCommand,
} from '#contracts';
import { newId, type Logger } from '#process';
import type { Pool } from 'pg';
import type { MoveUnits } from '../stock/move-units.ts';
import { postLedger } from '../stock/ledger.ts';
import type { HeldLine } from '../holds/stored-hold.ts';
import type { RebuildSale } from './rebuild-sale.ts';
import { tellOfSale } from './sale-facts.ts';
import type { SaleGate } from './sale-gate.ts';
import { standingSale } from './standing-sale.ts';
import { termsOf } from './terms.ts';

/** A command on a sale; `id` makes a repeat harmless. */
export interface CommandOrder {
  id: string;
  saleId: string;
  actorId: string | null;
  command: SaleCommand;
}

export type CommandOutcome =
  | { code: 'done' }
  | {
      code: Extract<
        ErrorCode,
        | 'sale_not_found'
        | 'sale_state'
        | 'command_id_reused'
        | 'variant_not_in_sale'
        | 'currency_mismatch'
        | 'sale_paused'
      >;
    }
  | { code: 'not_enough_stock'; available: number };

export interface CommandedSale {
  id: string;
  kind: 'standing' | 'flash';
  shopId: string;
  showId: string | null;
  state: 'planned' | 'open' | 'paused' | 'closed' | 'stopped';
  durationS: number | null;
  startsAt: Date | null;
  endsAt: Date | null;
}

type Of<T extends SaleCommand['type']> = Extract<SaleCommand, { type: T }>;

/** Thrown inside a transaction to roll it back with an expected outcome. */
class Outcome extends Error {
  readonly outcome: CommandOutcome;
  constructor(outcome: CommandOutcome) {
    super(outcome.code);
    this.outcome = outcome;
  }
}

/** Checkout alone decides a sale's state, stock and price (protocols 7): every command goes through here. */
export class RunSaleCommand {
  private readonly pool: Pool;
  private readonly gate: SaleGate;
  private readonly rebuildSale: RebuildSale;
  private readonly moveUnits: MoveUnits;
  private readonly logger: Logger;

  constructor(pool: Pool, gate: SaleGate, rebuildSale: RebuildSale, moveUnits: MoveUnits, logger: Logger) {
    this.pool = pool;
    this.gate = gate;
    this.rebuildSale = rebuildSale;
    this.moveUnits = moveUnits;
    this.logger = logger;
  }

  async find(saleId: string): Promise<CommandedSale | undefined> {
    return findSale(queryOf(this.pool), saleId);
  }

  async run(order: CommandOrder): Promise<CommandOutcome> {
    const before = await recall(queryOf(this.pool), order);
    if (before) return before;
    const sale = await this.find(order.saleId);
    if (!sale) return { code: 'sale_not_found' };
    try {
      await this.carryOut(order, sale);
    } catch (error) {
      if (error instanceof Outcome) return error.outcome;
      throw error;
    }
    this.gate.forget(sale.id);
    const { command, saleId, actorId } = order;
    this.logger.info({ saleId, actorId, command: command.type }, 'a sale command was carried out');
    return { code: 'done' };
  }

  private carryOut(order: CommandOrder, sale: CommandedSale): Promise<void> {
    const { command } = order;
    switch (command.type) {
      case 'start':
        return this.start(order, sale, command);
      case 'stop':
        return this.close(order, sale, 'closed', 'host');
      case 'emergency_stop':
        return this.close(order, sale, 'stopped', command.reason);
      case 'extend':
        return this.extend(order, sale, command);
      case 'add_stock':
        return this.addStock(order, sale, command);
      case 'price':
        return this.setPrice(order, sale, command);
      case 'failover':
        return this.change(order, sale, ['planned', 'open', 'paused'], async (query) => {
          await query('UPDATE sales SET failover = $2 WHERE id = $1', [sale.id, command.failover]);
        });
    }
  }

  /** Takes the planned units off the shelf and opens; the engine gets its memory from the rebuild that follows. */
  private async start(order: CommandOrder, sale: CommandedSale, command: Of<'start'>): Promise<void> {
    if (sale.kind === 'standing') return this.reopen(order, sale);
    if (sale.state !== 'planned') throw new Outcome({ code: 'sale_state' });
    const query = queryOf(this.pool);
    const shelf = await standingSale(query, sale.shopId);
    const wanted = await query<{ variantId: string; quantity: number }>(
      `SELECT v.variant_id AS "variantId", v.planned_quantity - coalesce(b.amount, 0) AS quantity FROM sale_variants v
       LEFT JOIN balances b ON b.variant_id = v.variant_id AND b.account = 'sale:' || v.sale_id
       WHERE v.sale_id = $1 AND v.planned_quantity > coalesce(b.amount, 0)`,
      [sale.id],
    );
    // The clock starts a sale with what there is; a host is told what is missing.
    if (order.actorId === null) await this.clampToShelf(shelf, wanted);
    const startsAt = new Date(Date.now() + command.inSeconds * 1_000);
    const endsAt = sale.durationS ? new Date(startsAt.getTime() + sale.durationS * 1_000) : null;
    const moved = await this.moveUnits.move(
      {
        id: newId(),
        kind: 'allocated',
        shopId: sale.shopId,
        saleId: sale.id,
        actorId: order.actorId,
        reason: 'start',
      },
      wanted
        .filter((line) => line.quantity > 0)
        .map((line) => ({ ...line, from: { saleId: shelf }, to: { saleId: sale.id } })),
      async (tx) => {
        const opened = await tx(
          `UPDATE sales SET state = 'open', starts_at = $2, ends_at = $3 WHERE id = $1 AND state = 'planned' RETURNING id`,
          [sale.id, startsAt, endsAt],
        );
        if (opened.length === 0) throw new Outcome({ code: 'sale_state' });
        await remember(tx, order);
        await tellOfSale(tx, saleOpened, sale.id, { causeId: order.id });
      },
    );
    if (moved.code === 'not_enough')
      throw new Outcome({ code: 'not_enough_stock', available: moved.available });
    if (moved.code === 'paused') throw new Outcome({ code: 'sale_paused' });
    this.gate.forget(sale.id);
    const known = await this.gate.find(sale.id);
    if (known) await this.rebuildSale.rebuild(known);
  }

  /** A shelf that was stopped opens again when its shop says so; a flash sale that was stopped is over. */
  private async reopen(order: CommandOrder, sale: CommandedSale): Promise<void> {
    await this.change(order, sale, ['stopped'], async (query) => {
      await query(
        `UPDATE sales SET state = 'open', close_reason = NULL, closed_at = NULL, ends_at = NULL WHERE id = $1`,
        [sale.id],
      );
      await tellOfSale(query, saleOpened, sale.id, { causeId: order.id, variantIds: [] });
    });
    const known = await this.gate.find(sale.id);
    if (known) await this.rebuildSale.rebuild(known);
  }

  private async clampToShelf(
    shelf: string,
    wanted: { variantId: string; quantity: number }[],
  ): Promise<void> {
    const rows = await queryOf(this.pool)<{ variantId: string; amount: number }>(
      `SELECT variant_id AS "variantId", amount FROM balances WHERE account = $1 AND variant_id = ANY($2::uuid[])`,
      [`sale:${shelf}`, wanted.map((line) => line.variantId)],
    );
    const there = new Map(rows.map((row) => [row.variantId, row.amount]));
    for (const line of wanted) line.quantity = Math.min(line.quantity, there.get(line.variantId) ?? 0);
  }

  /** Postgres decides; the engine hears of it at once, or when it is rebuilt. */
  private async close(
    order: CommandOrder,
    sale: CommandedSale,
    state: 'closed' | 'stopped',
    reason: string,
  ): Promise<void> {
    if (sale.kind === 'standing' && state === 'closed') throw new Outcome({ code: 'sale_state' });
    await this.change(order, sale, ['open', 'paused'], async (query) =>
      closeSale(query, sale.id, state, reason, order.id),
    );
    await this.tellEngineClosed(sale.id, state);
  }

  /** Ends a sale in its engine after Postgres ended it; one that cannot be asked hears of it when it is rebuilt. */
  async tellEngineClosed(saleId: string, state: 'closed' | 'stopped'): Promise<void> {
    await this.tellEngine(saleId, async (store, known) => {
      const answer = await store.close(known, state);
      return answer.code === 'closed' && answer.more ? { code: 'again' as const } : answer;
    });
  }

  private async extend(order: CommandOrder, sale: CommandedSale, command: Of<'extend'>): Promise<void> {
    if (sale.kind !== 'flash' || !sale.endsAt) throw new Outcome({ code: 'sale_state' });
    let endsAt = 0;
    await this.change(order, sale, ['open', 'paused'], async (query) => {
      const [row] = await query<{ endsAt: Date }>(
        `UPDATE sales SET ends_at = ends_at + make_interval(secs => $2) WHERE id = $1 RETURNING ends_at AS "endsAt"`,
        [sale.id, command.seconds],
      );
      endsAt = row?.endsAt.getTime() ?? 0;
      await tellOfSale(query, saleExtended, sale.id, { causeId: order.id });
    });
    await this.tellEngine(sale.id, (store, known) => store.change(known, { endsAt }));
  }

  private async addStock(order: CommandOrder, sale: CommandedSale, command: Of<'add_stock'>): Promise<void> {
    if (sale.kind !== 'flash') throw new Outcome({ code: 'sale_state' });
    const { variantId, quantity } = command;
    await this.requireVariant(sale.id, variantId);
    const shelf = await standingSale(queryOf(this.pool), sale.shopId);
    const moved = await this.moveUnits.move(
      {
        id: newId(),
        kind: 'allocated',
        shopId: sale.shopId,
        saleId: sale.id,
        actorId: order.actorId,
        reason: 'add_stock',
      },
      [{ variantId, quantity, from: { saleId: shelf }, to: { saleId: sale.id } }],
      async (query) => {
        const open = await query(`SELECT 1 FROM sales WHERE id = $1 AND state IN ('open', 'paused')`, [
          sale.id,
        ]);
        if (open.length === 0) throw new Outcome({ code: 'sale_state' });
        await remember(query, order);
        await tellOfSale(query, stockChanged, sale.id, { causeId: order.id });
      },
    );
    if (moved.code === 'not_enough')
      throw new Outcome({ code: 'not_enough_stock', available: moved.available });
    if (moved.code === 'paused') throw new Outcome({ code: 'sale_paused' });
  }

  private async setPrice(order: CommandOrder, sale: CommandedSale, command: Of<'price'>): Promise<void> {
    const { variantId, price } = command;
    const currency = await this.requireVariant(sale.id, variantId);
    if (currency !== price.currency) throw new Outcome({ code: 'currency_mismatch' });
    let terms = '';
    await this.change(order, sale, ['planned', 'open', 'paused'], async (query) => {
      const [row] = await query<{ priceVersion: number }>(
        `UPDATE sale_variants SET price_amount = $3, price_version = price_version + 1
         WHERE sale_id = $1 AND variant_id = $2 RETURNING price_version AS "priceVersion"`,
        [sale.id, variantId, price.amount],
      );
      terms = termsOf({ unitAmount: price.amount, currency, priceVersion: row?.priceVersion ?? 1 });
      await tellOfSale(query, priceChanged, sale.id, { causeId: order.id, variantIds: [variantId] });
    });
    if (sale.state !== 'planned') {
      await this.tellEngine(sale.id, (store, known) =>
        store.change(known, { prices: [{ variantId, terms }] }),
      );
    }
  }

  private async requireVariant(saleId: string, variantId: string): Promise<string> {
    const [row] = await queryOf(this.pool)<{ currency: string }>(
      'SELECT currency FROM sale_variants WHERE sale_id = $1 AND variant_id = $2',
      [saleId, variantId],
    );
    if (!row) throw new Outcome({ code: 'variant_not_in_sale' });
    return row.currency;
  }

  /** Changes the sale row under its lock, if its state is one of `states`, and remembers the command with it. */
  private async change(
    order: CommandOrder,
    sale: CommandedSale,
    states: readonly string[],
    work: (query: Query) => Promise<void>,
  ): Promise<void> {
    await inTransaction(this.pool, async (query) => {
      const [row] = await query<{ state: string }>('SELECT state FROM sales WHERE id = $1 FOR UPDATE', [
        sale.id,
      ]);
      if (!row || !states.includes(row.state)) throw new Outcome({ code: 'sale_state' });
      await remember(query, order);
      await work(query);
    });
    this.gate.forget(sale.id);
  }

  /** An engine that cannot be asked now gets the new rules when it is rebuilt. */
  private async tellEngine(saleId: string, call: Parameters<SaleGate['run']>[1]): Promise<void> {
    for (;;) {
      const answer: { code: string } = await this.gate.run(saleId, call);
      if (answer.code !== 'again') return;
    }
  }
}

/** Ends a sale in Postgres; an emergency stop gives every unpaid hold back there too. */
export async function closeSale(
  query: Query,
  saleId: string,
  state: 'closed' | 'stopped',
  reason: string,
  causeId: string | null,
): Promise<void> {
  await query(
    `UPDATE sales SET state = $2, close_reason = $3, closed_at = clock_timestamp(),
       ends_at = least(ends_at, clock_timestamp()) WHERE id = $1`,
    [saleId, state, reason],
  );
  await query(
    `UPDATE waitlist SET state = 'ended', ended_at = clock_timestamp() WHERE sale_id = $1 AND state = 'waiting'`,
    [saleId],
  );
  if (state === 'stopped') {
    const released = await query<{ lines: HeldLine[] }>(
      `UPDATE holds SET state = 'released', reason = 'emergency_stop', ended_at = clock_timestamp()
       WHERE sale_id = $1 AND state = 'held' RETURNING lines`,
      [saleId],
    );
    const moves = released.flatMap(({ lines }) =>
      lines.map(({ variantId, quantity }) => ({
        variantId,
        quantity,
        from: `held:${saleId}` as const,
        to: `sale:${saleId}` as const,
      })),
    );
    if (moves.length > 0) await postLedger(query, { id: newId(), kind: 'released', saleId, reason }, moves);
  }
  await tellOfSale(query, saleClosed, saleId, { causeId });
}

async function findSale(query: Query, saleId: string): Promise<CommandedSale | undefined> {
  const [sale] = await query<CommandedSale>(
    `SELECT id, kind, shop_id AS "shopId", show_id AS "showId", state, duration_s AS "durationS",
       starts_at AS "startsAt", ends_at AS "endsAt" FROM sales WHERE id = $1`,
    [saleId],
  );
  return sale;
}

/** The outcome of a command that was carried out before. */
async function recall(query: Query, order: CommandOrder): Promise<CommandOutcome | undefined> {
  const [known] = await query<{ saleId: string; same: boolean }>(
    `SELECT sale_id AS "saleId", body = $2::jsonb AS same FROM sale_commands WHERE id = $1`,
    [order.id, JSON.stringify(order.command)],
  );
  if (!known) return undefined;
  return known.same && known.saleId === order.saleId ? { code: 'done' } : { code: 'command_id_reused' };
}

async function remember(query: Query, order: CommandOrder): Promise<void> {
  const [kept] = await query(
    `INSERT INTO sale_commands (id, sale_id, kind, actor_id, body, outcome) VALUES ($1, $2, $3, $4, $5, '{"code":"done"}')
     ON CONFLICT (id) DO NOTHING RETURNING id`,
    [order.id, order.saleId, order.command.type, order.actorId, JSON.stringify(order.command)],
  );
  if (!kept) throw new Outcome((await recall(query, order)) ?? { code: 'command_id_reused' });
}
