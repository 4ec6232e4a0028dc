import { queryOf } from '#bus';
import type { Logger } from '#process';
import pg, { type Pool } from 'pg';
import type { SaleGate } from './sale-gate.ts';
import { termsOf, type Price } from './terms.ts';

const RECONNECT_MS = 500;

export interface SaleNews {
  stop(): Promise<void>;
}

/**
 * Hears, as soon as it is committed, that some instance changed a sale: forgets what was remembered of it, and tells
 * the engine prices that changed. While the connection is away nothing is lost but time: a stale epoch shows itself,
 * and a rebuild reads all prices.
 */
export function followSaleNews(url: string, pool: Pool, gate: SaleGate, logger: Logger): SaleNews {
  let running = true;
  let client: pg.Client | undefined;

  const listen = async (): Promise<void> => {
    while (running) {
      const connection = new pg.Client({ connectionString: url, keepAlive: true });
      const lost = new Promise<void>((resolve) => connection.once('end', resolve));
      connection.on('error', () => undefined);
      connection.on('notification', ({ channel, payload = '' }) => {
        const [saleId = '', variantId = ''] = payload.split(' ');
        if (channel === 'checkout_sale_changed') gate.forget(saleId);
        else
          void tellPrice(pool, gate, saleId, variantId).catch((err: unknown) =>
            logger.warn({ err, saleId }, 'an engine will hear of a price later'),
          );
      });
      try {
        await connection.connect();
        client = connection;
        await connection.query('LISTEN checkout_sale_changed');
        await connection.query('LISTEN checkout_price_changed');
        gate.forgetAll();
        await lost;
      } catch (err) {
        logger.debug({ err }, 'news of sales are away');
      }
      client = undefined;
      if (running) await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    }
  };
  const loop = listen();
  return {
    async stop() {
      running = false;
      await client?.end().catch(() => undefined);
      await loop;
    },
  };
}

async function tellPrice(pool: Pool, gate: SaleGate, saleId: string, variantId: string): Promise<void> {
  const [price] = await queryOf(pool)<Price & { state: string }>(
    `SELECT v.price_amount AS "unitAmount", v.currency, v.price_version AS "priceVersion", s.state
     FROM sale_variants v JOIN sales s ON s.id = v.sale_id WHERE v.sale_id = $1 AND v.variant_id = $2`,
    [saleId, variantId],
  );
  if (!price || !['open', 'paused'].includes(price.state)) return;
  const prices = [{ variantId, terms: termsOf(price) }];
  await gate.run(saleId, (store, sale) => store.change(sale, { prices }));
}
