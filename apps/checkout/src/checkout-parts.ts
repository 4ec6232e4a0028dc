import { inTransaction, type Bus } from '#bus';
import { connectInventoryRedis, PostgresHoldStore, RedisHoldStore, rememberSoldOut } from '#inventory';
import type { Logger } from '#process';
import type { Pool } from 'pg';
import type { CheckoutEnv } from './checkout.env.ts';
import { HoldWriter } from './holds/hold-writer.ts';
import { PlaceHolds } from './holds/place-holds.ts';
import { SettleHolds } from './holds/settle-holds.ts';
import { RelayJournal } from './reconcile/relay-journal.ts';
import { SweepSales } from './reconcile/sweep-sales.ts';
import { RebuildSale } from './sales/rebuild-sale.ts';
import { watchedRedis, type WatchedEngine } from './reconcile/watch-engines.ts';
import { RunSaleCommand } from './sales/run-sale-command.ts';
import { SaleActivity } from './sales/sale-activity.ts';
import { SaleGate, type Engines } from './sales/sale-gate.ts';
import { MoveUnits } from './stock/move-units.ts';

/** What the features of checkout stand on, made once per process. */
export interface CheckoutParts {
  env: CheckoutEnv;
  pool: Pool;
  bus: Bus;
  logger: Logger;
  engines: Engines;
  gate: SaleGate;
  activity: SaleActivity;
  rebuildSale: RebuildSale;
  relay: RelayJournal;
  writer: HoldWriter;
  settle: SettleHolds;
  placeHolds: PlaceHolds;
  moveUnits: MoveUnits;
  commands: RunSaleCommand;
  sweeper: SweepSales;
}

/** Connects the hold engines: Redis as the front gate, Postgres to fail over to; `close` lets go of them. */
export function connectEngines(
  env: CheckoutEnv,
  pool: Pool,
  logger: Logger,
): { engines: Engines; watched: WatchedEngine; close: () => void } {
  const connection = connectInventoryRedis(env.REDIS_URL, logger);
  const redis = new RedisHoldStore(connection);
  const postgres = new PostgresHoldStore((work) => inTransaction(pool, work));
  return {
    engines: { redis: rememberSoldOut(redis), postgres: rememberSoldOut(postgres) },
    watched: watchedRedis(redis),
    close: () => connection.disconnect(),
  };
}

export function makeParts(base: {
  env: CheckoutEnv;
  pool: Pool;
  bus: Bus;
  logger: Logger;
  engines: Engines;
}): CheckoutParts {
  const { pool, logger, engines } = base;
  const gate = new SaleGate(pool, engines);
  const activity = new SaleActivity();
  const rebuildSale = new RebuildSale(pool, gate, logger);
  gate.healWith((sale) => rebuildSale.rebuild(sale));
  const relay = new RelayJournal(pool, gate, activity, logger);
  const writer = new HoldWriter(pool, logger, async (saleIds) => {
    for (const saleId of saleIds) await relay.relay(saleId);
  });
  const settle = new SettleHolds(pool, gate, activity, logger);
  const moveUnits = new MoveUnits(pool, gate, rebuildSale, activity);
  return {
    ...base,
    gate,
    activity,
    rebuildSale,
    relay,
    writer,
    settle,
    moveUnits,
    placeHolds: new PlaceHolds({ pool, gate, writer, settle, activity }),
    commands: new RunSaleCommand(pool, gate, rebuildSale, moveUnits, logger),
    sweeper: new SweepSales({ pool, gate, settle, relay, logger }),
  };
}
