import type { Pool } from 'pg';
import { boundedCache } from '#process';
import { EngineUnreachable, type HoldStore, type SaleRef, type Stale } from '#inventory';

/** Sales whose epoch and engine this process remembers. */
const REMEMBERED_SALES = 10_000;
/** A call that met a stale epoch this often gives up; each try already waited for a rebuild. */
const TRIES = 4;
/** A planned sale may start at any moment, perhaps by another process. */
const PLANNED_TTL_MS = 250;

export type EngineName = 'redis' | 'postgres' | 'memory';
export type Engines = Partial<Record<EngineName, HoldStore>>;

/** What a process must know of a sale to talk to its engine. */
export interface KnownSale extends SaleRef {
  shopId: string;
  showId: string | null;
  kind: 'standing' | 'flash';
  state: 'planned' | 'open' | 'paused' | 'closed' | 'stopped';
  engine: EngineName;
}

/** Puts a sale's engine back on its feet; gives false when the sale has to stay paused. */
export type Heal = (sale: KnownSale) => Promise<boolean>;

const COLUMNS = `id AS "saleId", shop_id AS "shopId", show_id AS "showId", kind, state, engine, epoch`;

/**
 * The way to a sale's engine: knows which engine and epoch a sale has, and lets a call that met an older memory
 * begin again after the sale was rebuilt (protocols 4 and 5).
 */
export class SaleGate {
  private readonly known = boundedCache<KnownSale>(REMEMBERED_SALES);
  private readonly pool: Pool;
  private readonly engines: Engines;
  private heal: Heal = async () => false;
  private trouble: (engine: EngineName) => void = () => undefined;

  constructor(pool: Pool, engines: Engines) {
    this.pool = pool;
    this.engines = engines;
  }

  /** Sets who rebuilds a sale; kept apart because rebuilding needs this gate itself. */
  healWith(heal: Heal): void {
    this.heal = heal;
  }

  /** Sets who hears that an engine could not be asked. */
  reportTrouble(trouble: (engine: EngineName) => void): void {
    this.trouble = trouble;
  }

  storeOf(engine: EngineName): HoldStore {
    const store = this.engines[engine];
    if (!store) throw new Error(`no ${engine} engine is configured`);
    return store;
  }

  /** The sale as last read; undefined when there is none. */
  async find(saleId: string): Promise<KnownSale | undefined> {
    return this.known.get(saleId) ?? this.refresh(saleId);
  }

  async refresh(saleId: string): Promise<KnownSale | undefined> {
    const { rows } = await this.pool.query<KnownSale>(`SELECT ${COLUMNS} FROM sales WHERE id = $1`, [saleId]);
    const sale = rows[0];
    if (sale) this.known.set(saleId, sale, sale.state === 'planned' ? Date.now() + PLANNED_TTL_MS : Infinity);
    return sale;
  }

  forget(saleId: string): void {
    this.known.delete(saleId);
  }

  forgetAll(): void {
    this.known.clear();
  }

  /** Runs `call` against the sale's engine at its present epoch; `paused` when the engine stays out of reach. */
  async run<T extends { code: string }>(
    saleId: string,
    call: (store: HoldStore, sale: KnownSale) => Promise<T | Stale>,
  ): Promise<Exclude<T, Stale> | { code: 'unknown_sale' } | { code: 'paused' }> {
    let sale = await this.find(saleId);
    for (let attempt = 1; sale && attempt <= TRIES; attempt += 1) {
      const answer = await this.ask(sale, call);
      if (answer.code !== 'stale_epoch') return answer as Exclude<T, Stale> | { code: 'paused' };
      const fresh = await this.refresh(saleId);
      if (fresh && fresh.epoch === sale.epoch && fresh.engine === sale.engine && !(await this.heal(fresh))) {
        return { code: 'paused' };
      }
      sale = await this.refresh(saleId);
    }
    return { code: sale ? 'paused' : 'unknown_sale' };
  }

  private async ask<T extends { code: string }>(
    sale: KnownSale,
    call: (store: HoldStore, sale: KnownSale) => Promise<T | Stale>,
  ): Promise<T | Stale | { code: 'paused' }> {
    try {
      return await call(this.storeOf(sale.engine), sale);
    } catch (error) {
      if (!(error instanceof EngineUnreachable)) throw error;
      this.trouble(sale.engine);
      return { code: 'paused' };
    }
  }
}
