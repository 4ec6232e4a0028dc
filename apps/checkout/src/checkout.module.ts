import { Module, type DynamicModule } from '@nestjs/common';
import type { CheckoutParts } from './checkout-parts.ts';
import { holdsFeature } from './holds/holds.feature.ts';
import type { OrderParts } from './order-parts.ts';
import { ordersFeature } from './orders/orders.feature.ts';
import { salesFeature } from './sales/sales.feature.ts';
import { stockFeature } from './stock/stock.feature.ts';
import { waitlistFeature } from './waitlist/waitlist.feature.ts';

/** Wiring of apps/checkout: one line per feature. */
@Module({})
export class CheckoutModule {
  static with(parts: CheckoutParts, orders: OrderParts): DynamicModule {
    const features = [
      holdsFeature(parts),
      salesFeature(parts),
      stockFeature(parts),
      waitlistFeature(parts),
      ordersFeature(parts, orders),
    ];
    return {
      module: CheckoutModule,
      controllers: features.flatMap((feature) => feature.controllers),
      providers: features.flatMap((feature) => feature.providers),
    };
  }
}
