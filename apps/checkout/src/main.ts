import { readEnv } from '#process';
import { checkoutEnv } from './checkout.env.ts';
import { startCheckout } from './start-checkout.ts';

await startCheckout(readEnv(checkoutEnv));
