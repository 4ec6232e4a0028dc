import type { CheckoutParts } from '../checkout-parts.ts';
import type { Feature } from '../feature.ts';
import { ChangeStock } from './change-stock.ts';
import { ListMovements } from './list-movements.ts';
import { LowStock } from './low-stock.ts';
import { ReadStock } from './read-stock.ts';
import { StockController } from './stock.controller.ts';

export function stockFeature({ pool, moveUnits, settle }: CheckoutParts): Feature {
  return {
    controllers: [StockController],
    providers: [
      { provide: ReadStock, useValue: new ReadStock(pool) },
      { provide: ChangeStock, useValue: new ChangeStock(pool, moveUnits, settle) },
      { provide: ListMovements, useValue: new ListMovements(pool) },
      { provide: LowStock, useValue: new LowStock(pool) },
    ],
  };
}
