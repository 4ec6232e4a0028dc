import { inTransaction, type Query } from '#bus';
import { newId } from '#process';
import { EngineUnreachable } from '#inventory';
import type { Pool } from 'pg';
import { reach } from '../failpoints.ts';
import type { RebuildSale } from '../sales/rebuild-sale.ts';
import type { SaleActivity } from '../sales/sale-activity.ts';
import type { EngineName, KnownSale, SaleGate } from '../sales/sale-gate.ts';
import { termsOf, type Price } from '../sales/terms.ts';
import { isShort, postLedger, type LedgerEvent, type PlainAccount } from './ledger.ts';

/** Where units are or go: an account outside of sales, or what a sale can sell. */
export type Place = PlainAccount | { saleId: string };

export interface UnitMove {
  variantId: string;
  quantity: number;
  from: Place;
  to: Place;
}

export type MoveResult =
  { code: 'moved' } | { code: 'repeat' } | { code: 'not_enough'; available: number } | { code: 'paused' };

interface LockedSale {
  saleId: string;
  state: string;
  engine: EngineName;
  epoch: number;
}

/** The sales of a move as they were when it was booked, with the prices their engines may need. */
type Locked = Map<string, LockedSale & { terms: Map<string, string> }>;

interface Taken extends UnitMove {
  sale: KnownSale;
}

/** A rebuild between taking units from an engine and booking that makes the move begin again. */
const TRIES = 4;

class Moved extends Error {}
class Repeated extends Error {}

/**
 * Moves stock so that an engine never has more units to sell than Postgres: more stock goes to Postgres first and then
 * to the engine, less stock the other way round (protocols 6). A crash in between leaves an engine with too few units,
 * which the reconciler finds.
 */
export class MoveUnits {
  private readonly pool: Pool;
  private readonly gate: SaleGate;
  private readonly rebuildSale: RebuildSale;
  private readonly activity: SaleActivity;

  constructor(pool: Pool, gate: SaleGate, rebuildSale: RebuildSale, activity: SaleActivity) {
    this.pool = pool;
    this.gate = gate;
    this.rebuildSale = rebuildSale;
    this.activity = activity;
  }

  /** Books all moves as one event, or none; `also` runs in the same transaction, after the units are booked. */
  async move(
    event: LedgerEvent,
    moves: readonly UnitMove[],
    also: (query: Query) => Promise<void> = async () => undefined,
  ): Promise<MoveResult> {
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const taken: Taken[] = [];
      const short = await this.takeAll(moves, taken);
      if (short) {
        await this.putBack(taken);
        return short;
      }
      await reach('stock.taken');
      const booked = await this.book(event, moves, taken, also);
      if (booked === 'again') continue;
      if ('code' in booked) return booked;
      await reach('stock.booked');
      await this.give(moves, booked);
      for (const { from, to, variantId } of moves) {
        for (const at of [from, to]) if (typeof at !== 'string') this.activity.touch(at.saleId, variantId);
      }
      return { code: 'moved' };
    }
    return { code: 'paused' };
  }

  /** Books in Postgres; units that were taken for nothing go back. After a commit they must not: they are booked. */
  private async book(
    event: LedgerEvent,
    moves: readonly UnitMove[],
    taken: readonly Taken[],
    also: (query: Query) => Promise<void>,
  ): Promise<Locked | MoveResult | 'again'> {
    let committing = false;
    try {
      return await inTransaction(this.pool, async (query) => {
        const locked = await book(query, event, moves, taken, also);
        committing = true;
        return locked;
      });
    } catch (error) {
      // Nobody knows whether a commit whose answer was lost took place: then only Postgres can tell the engines.
      if (committing) {
        for (const { sale } of taken) await this.rebuildSale.rebuild(sale);
        throw error;
      }
      await this.putBack(taken);
      if (error instanceof Repeated) return { code: 'repeat' };
      if (isShort(error)) return { code: 'not_enough', available: 0 };
      if (!(error instanceof Moved)) throw error;
      for (const { sale } of taken) this.gate.forget(sale.saleId);
      return 'again';
    }
  }

  /** Takes units out of the engines they come from; fills `taken`. */
  private async takeAll(moves: readonly UnitMove[], taken: Taken[]): Promise<MoveResult | undefined> {
    for (const move of moves) {
      if (typeof move.from === 'string') continue;
      const sale = await this.gate.find(move.from.saleId);
      if (!sale) return { code: 'not_enough', available: 0 };
      if (sale.state === 'planned') continue;
      let used = sale;
      const changeId = newId();
      const answer = await this.gate.run(sale.saleId, (store, known) => {
        used = known;
        return store.adjust(known, { changeId, variantId: move.variantId, delta: -move.quantity });
      });
      if (answer.code === 'adjusted') taken.push({ ...move, sale: used });
      else if (answer.code === 'not_enough') return { code: 'not_enough', available: answer.available };
      else if (answer.code === 'unknown_variant') return { code: 'not_enough', available: 0 };
      else return { code: 'paused' };
    }
    return undefined;
  }

  /** Gives units back that were taken for nothing; an engine that cannot be asked is rebuilt when it returns. */
  private async putBack(taken: readonly Taken[]): Promise<void> {
    for (const { sale, variantId, quantity } of taken) {
      const change = { changeId: newId(), variantId, delta: quantity };
      try {
        await this.gate.storeOf(sale.engine).adjust(sale, change);
      } catch (error) {
        if (!(error instanceof EngineUnreachable)) throw error;
        await this.rebuildSale.rebuild(sale);
      }
    }
  }

  /** Tells the engines of the units they may sell now. A stale epoch is fine: that rebuild saw the booking. */
  private async give(moves: readonly UnitMove[], locked: Locked): Promise<void> {
    for (const { to, variantId, quantity } of moves) {
      const sale = typeof to === 'string' ? undefined : locked.get(to.saleId);
      if (!sale || sale.state === 'planned') continue;
      const terms = sale.terms.get(variantId);
      try {
        const change = { changeId: newId(), variantId, delta: quantity, ...(terms ? { terms } : {}) };
        await this.gate.storeOf(sale.engine).adjust(sale, change);
      } catch (error) {
        if (!(error instanceof EngineUnreachable)) throw error;
        await this.rebuildSale.rebuild(sale);
      }
    }
  }
}

async function book(
  query: Query,
  event: LedgerEvent,
  moves: readonly UnitMove[],
  taken: readonly Taken[],
  also: (query: Query) => Promise<void>,
): Promise<Locked> {
  const saleIds = moves.flatMap(({ from, to }) =>
    [from, to].flatMap((at) => (typeof at === 'string' ? [] : [at.saleId])),
  );
  const sales = await query<LockedSale>(
    `SELECT id AS "saleId", state, engine, epoch FROM sales WHERE id = ANY($1::uuid[]) ORDER BY id FOR SHARE`,
    [[...new Set(saleIds)]],
  );
  const locked = new Map(sales.map((sale) => [sale.saleId, { ...sale, terms: new Map<string, string>() }]));
  for (const { sale } of taken) if (locked.get(sale.saleId)?.epoch !== sale.epoch) throw new Moved();
  const ledgerMoves = moves.map((move) => ({
    variantId: move.variantId,
    quantity: move.quantity,
    from: accountOf(move.from),
    to: accountOf(move.to),
  }));
  if (moves.length > 0 && (await postLedger(query, event, ledgerMoves)) === 'repeat') throw new Repeated();
  await also(query);
  const prices = await query<Price & { saleId: string; variantId: string }>(
    `SELECT sale_id AS "saleId", variant_id AS "variantId", price_amount AS "unitAmount", currency,
       price_version AS "priceVersion"
     FROM sale_variants WHERE sale_id = ANY($1::uuid[]) AND variant_id = ANY($2::uuid[])`,
    [[...locked.keys()], moves.map((move) => move.variantId)],
  );
  for (const price of prices) locked.get(price.saleId)?.terms.set(price.variantId, termsOf(price));
  return locked;
}

function accountOf(place: Place): PlainAccount | `sale:${string}` {
  return typeof place === 'string' ? place : `sale:${place.saleId}`;
}
