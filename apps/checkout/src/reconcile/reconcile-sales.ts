import { inTransaction, queryOf } from '#bus';
import { boundedCache, gauge, type Logger } from '#process';
import type { SaleInspection, StoredHold } from '#inventory';
import type { Pool } from 'pg';
import type { HoldToStore } from '../holds/store-batch.ts';
import { findStored, writeTombstones } from '../holds/store-batch.ts';
import type { RebuildSale } from '../sales/rebuild-sale.ts';
import type { KnownSale, SaleGate } from '../sales/sale-gate.ts';
import { findDifferences, journalDrift, readBooked, sameCounters, type Difference } from './find-drift.ts';
import type { RelayJournal } from './relay-journal.ts';

/** A difference that lasts longer than anything can be on its way is drift. */
const ON_ITS_WAY_MS = 5_000;
/** A hold that only its engine has belongs to a process that died between claim and commit. */
const ORPHAN_MS = 10_000;
/** Single holds of a sale are compared at most this often. */
const DETAIL_EVERY_MS = 2_000;
/**
 * In a busy sale holds are on their way at every look, so the counters alone never agree. Comparing hold by hold keeps
 * engine and process busy for tens of microseconds a hold, which buyers feel: it may take them a sixtieth of the time.
 */
const DETAIL_MS_PER_HOLD = 3;
/** What has to wait for a large sale's looks waits no longer than this. */
const DETAIL_WITHIN_MS = 60_000;
/** Sales that one round compares: flash sales first, shelves in turn. */
const FLASH_PER_ROUND = 100;
const SHELVES_PER_ROUND = 20;
const REMEMBERED = 1_000;

const driftUnits = gauge(
  'inventory_drift_units',
  'Units that engine, journal and Postgres do not agree on; must be 0.',
);
const driftBySale = gauge('inventory_drift_units_by_sale', 'The same for each sale that drifts.', ['sale']);

interface Suspicion {
  /** When each difference was first seen. */
  since: Map<string, number>;
  detailAt: number;
  /** Holds of the last look, those included that ended a while ago. */
  holds: number;
}

/**
 * Compares engine counters, the journal replayed and Postgres sums. Differences that are on their way pass; drift raises
 * `inventory_drift_units`, is logged with its sale, and is healed by a rebuild from Postgres.
 */
export class ReconcileSales {
  private readonly parts: {
    pool: Pool;
    gate: SaleGate;
    relay: RelayJournal;
    rebuildSale: RebuildSale;
    logger: Logger;
  };
  private readonly suspicions = boundedCache<Suspicion>(REMEMBERED);
  private readonly drifting = new Map<string, number>();
  private lastShelf = '00000000-0000-0000-0000-000000000000';

  constructor(parts: ReconcileSales['parts']) {
    this.parts = parts;
    driftUnits.set(0);
  }

  async round(now = Date.now()): Promise<void> {
    for (const saleId of await this.nextSales()) {
      try {
        this.report(saleId, await this.check(saleId, now));
      } catch (err) {
        this.parts.logger.debug({ err, saleId }, 'a sale could not be compared');
      }
    }
  }

  /** Units of drift in one sale at this look. */
  async check(saleId: string, now = Date.now()): Promise<number> {
    const sale = await this.parts.gate.find(saleId);
    if (!sale || sale.state === 'planned' || sale.state === 'paused') return 0;
    const store = this.parts.gate.storeOf(sale.engine);
    const query = queryOf(this.parts.pool);
    const fence = await store.read(sale, []);
    if ('code' in fence) {
      // A shelf that no engine has yet is made by whoever first asks for it.
      return 0;
    }
    const inspection = await store.inspect(saleId, 'counters');
    if (!inspection || inspection.epoch !== sale.epoch) return 0;
    const impossible = journalDrift(inspection);
    if (impossible === 0 && sameCounters(inspection, await readBooked(query, saleId))) {
      this.suspicions.get(saleId)?.since.clear();
      return 0;
    }
    const drift = impossible + (await this.checkHolds(sale, heldIn(inspection), now));
    if (drift > 0) await this.heal(sale, drift);
    return drift;
  }

  /** Compares hold by hold, and counts what has differed for too long. */
  private async checkHolds(sale: KnownSale, held: number, now: number): Promise<number> {
    const { pool, gate, relay } = this.parts;
    const suspicion = this.suspicions.get(sale.saleId) ?? {
      since: new Map<string, number>(),
      detailAt: -Infinity,
      holds: 0,
    };
    if (now - suspicion.detailAt < pauseFor(Math.max(held, suspicion.holds))) return 0;
    suspicion.detailAt = now;
    await relay.relay(sale.saleId);
    const inspection = await gate.storeOf(sale.engine).inspect(sale.saleId, 'holds');
    if (!inspection || inspection.epoch !== sale.epoch) return 0;
    const { differences, orphans } = await inTransaction(pool, (query) =>
      findDifferences(query, sale.saleId, inspection),
    );
    const old = orphans.filter((orphan) => now - orphan.startedAt > ORPHAN_MS);
    if (old.length > 0)
      await this.bury(sale, inspection.detail?.holds ?? [], new Set(old.map((o) => o.holdId)));
    const since = new Map<string, number>();
    for (const { name } of differences) since.set(name, suspicion.since.get(name) ?? now);
    this.suspicions.set(sale.saleId, { since, detailAt: now, holds: inspection.detail?.holds.length ?? 0 });
    return differences
      .filter(({ name }) => now - (since.get(name) ?? now) >= ON_ITS_WAY_MS)
      .reduce((sum: number, difference: Difference) => sum + difference.units, 0);
  }

  /** Gives units back that a process claimed and died before it made the claim durable: tombstone first. */
  private async bury(sale: KnownSale, holds: readonly StoredHold[], ids: ReadonlySet<string>): Promise<void> {
    const { pool, gate, logger } = this.parts;
    const orphans: HoldToStore[] = holds
      .filter((hold) => ids.has(hold.holdId) && (hold.state === 'held' || hold.state === 'paying'))
      .map((hold) => ({ ...hold, saleId: sale.saleId, epoch: sale.epoch, source: 'buyer' }));
    await writeTombstones(pool, orphans);
    const dead = (await findStored(queryOf(pool), orphans)).filter((row) => row.state === 'released');
    await gate.storeOf(sale.engine).release(sale, dead);
    logger.info({ saleId: sale.saleId, holds: dead.length }, 'holds that were never stored were given back');
  }

  private async heal(sale: KnownSale, units: number): Promise<void> {
    this.parts.logger.error({ saleId: sale.saleId, units }, 'a sale drifted and is rebuilt from Postgres');
    this.suspicions.delete(sale.saleId);
    await this.parts.rebuildSale.rebuild(sale);
  }

  private report(saleId: string, units: number): void {
    if (units > 0) {
      this.drifting.set(saleId, units);
      driftBySale.set({ sale: saleId }, units);
    } else if (this.drifting.delete(saleId)) {
      driftBySale.remove({ sale: saleId });
    }
    driftUnits.set([...this.drifting.values()].reduce((sum, each) => sum + each, 0));
  }

  private async nextSales(): Promise<string[]> {
    const query = queryOf(this.parts.pool);
    const flash = await query<{ id: string }>(
      `SELECT id FROM sales WHERE state = 'open' AND kind = 'flash' ORDER BY id DESC LIMIT ${FLASH_PER_ROUND}`,
    );
    const shelves = await query<{ id: string }>(
      `SELECT id FROM sales WHERE state = 'open' AND kind = 'standing' AND id > $1 ORDER BY id LIMIT ${SHELVES_PER_ROUND}`,
      [this.lastShelf],
    );
    this.lastShelf =
      shelves.length < SHELVES_PER_ROUND
        ? '00000000-0000-0000-0000-000000000000'
        : (shelves.at(-1)?.id ?? '');
    return [
      ...new Set(
        [...flash, ...shelves, ...[...this.drifting.keys()].map((id) => ({ id }))].map(({ id }) => id),
      ),
    ];
  }
}

/** Time between two looks at the single holds of a sale that has so many. */
function pauseFor(holds: number): number {
  return Math.min(DETAIL_WITHIN_MS, Math.max(DETAIL_EVERY_MS, holds * DETAIL_MS_PER_HOLD));
}

function heldIn({ variants }: SaleInspection): number {
  return variants.reduce((sum, { held }) => sum + held, 0);
}
