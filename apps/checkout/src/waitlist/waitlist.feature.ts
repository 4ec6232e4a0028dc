import type { CheckoutParts } from '../checkout-parts.ts';
import type { Feature } from '../feature.ts';
import { WaitlistController } from './waitlist.controller.ts';
import { Waitlist } from './waitlist.ts';

export function waitlistFeature({ pool, gate }: CheckoutParts): Feature {
  return {
    controllers: [WaitlistController],
    providers: [{ provide: Waitlist, useValue: new Waitlist(pool, gate) }],
  };
}
