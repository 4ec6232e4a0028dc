import type { CheckoutParts } from '../checkout-parts.ts';
import type { Feature } from '../feature.ts';
import { HoldsController } from './holds.controller.ts';
import { OwnHolds } from './own-holds.ts';
import { PlaceHolds } from './place-holds.ts';

export function holdsFeature({ placeHolds, pool, settle }: CheckoutParts): Feature {
  return {
    controllers: [HoldsController],
    providers: [
      { provide: PlaceHolds, useValue: placeHolds },
      { provide: OwnHolds, useValue: new OwnHolds(pool, settle) },
    ],
  };
}
