import { stripeProvider, paymentKeys, type PaymentProvider } from '#payments';
import type { CheckoutParts } from '../checkout-parts.ts';
import { StockFilesController } from '../catalogue-csv/stock-files.controller.ts';
import { StockFiles } from '../catalogue-csv/stock-files.ts';
import type { Feature } from '../feature.ts';
import { FulfilmentController } from '../fulfilment/fulfilment.controller.ts';
import { OrderParts } from '../order-parts.ts';
import { PaymentsController } from '../payments/payments.controller.ts';
import { RefundsController } from '../refunds/refunds.controller.ts';
import { OrdersController } from './orders.controller.ts';

/** Makes everything about orders out of what the process stands on. A test may stand before the provider. */
export function makeOrderParts(
  parts: CheckoutParts,
  wrapProvider: (real: PaymentProvider) => PaymentProvider = (real) => real,
): OrderParts {
  const { env, pool, gate, settle, placeHolds, logger } = parts;
  const found = paymentKeys(env);
  if ('fault' in found) throw new Error(`${found.variable}: ${found.fault}`);
  return new OrderParts({
    pool,
    gate,
    settle,
    logger,
    keys: found.keys,
    provider: wrapProvider(stripeProvider(found.keys)),
    holdAgain: async (buyerId, holds) => (await placeHolds.place(buyerId, holds)).code === 'held',
    settings: {
      platformFeeBp: env.PLATFORM_FEE_BP,
      capture: env.PAYMENT_CAPTURE,
      slots: env.ORDER_SLOTS,
      queueLimit: env.ORDER_QUEUE_LIMIT,
    },
  });
}

/** Orders, payments, refunds, fulfilment and stock files. */
export function ordersFeature(parts: CheckoutParts, orders: OrderParts): Feature {
  return {
    controllers: [
      OrdersController,
      PaymentsController,
      RefundsController,
      FulfilmentController,
      StockFilesController,
    ],
    providers: [
      { provide: OrderParts, useValue: orders },
      { provide: StockFiles, useValue: new StockFiles(parts.pool, parts.moveUnits) },
    ],
  };
}
