import type { CheckoutParts } from '../checkout-parts.ts';
import type { Feature } from '../feature.ts';
import { ReadSales } from './read-sales.ts';
import { RunSaleCommand } from './run-sale-command.ts';
import { SalesController } from './sales.controller.ts';

export function salesFeature({ pool, commands }: CheckoutParts): Feature {
  return {
    controllers: [SalesController],
    providers: [
      { provide: ReadSales, useValue: new ReadSales(pool) },
      { provide: RunSaleCommand, useValue: commands },
    ],
  };
}
