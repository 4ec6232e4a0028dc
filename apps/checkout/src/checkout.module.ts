import { Module, type DynamicModule } from '@nestjs/common';
import type { CheckoutParts } from './checkout-parts.ts';
import { holdsFeature } from './holds/holds.feature.ts';
import { salesFeature } from './sales/sales.feature.ts';
import { stockFeature } from './stock/stock.feature.ts';

/** Wiring of apps/checkout: one line per feature. */
@Module({})
export class CheckoutModule {
  static with(parts: CheckoutParts): DynamicModule {
    const features = [holdsFeature(parts), salesFeature(parts), stockFeature(parts)];
    return {
      module: CheckoutModule,
      controllers: features.flatMap((feature) => feature.controllers),
      providers: features.flatMap((feature) => feature.providers),
    };
  }
}
