import { placeHoldsEndpoint, type HoldView } from '#contracts';
import { newId } from '#process';
import { newBuyer, type CheckoutHarness } from './checkout-harness.ts';

/** What buyers of a running sale were told. */
export interface Told {
  held: HoldView[];
  refusals: Map<string, number>;
}

/** Buyers that keep asking for one unit each until stopped; a refusal that a retry may help is retried with the same id. */
export function keepBuying(
  app: Pick<CheckoutHarness, 'call'>,
  saleId: string,
  variantId: string,
  buyers = 8,
) {
  const told: Told = { held: [], refusals: new Map() };
  let running = true;
  const loops = Array.from({ length: buyers }, async () => {
    while (running) {
      const buyer = newBuyer();
      let wanted = { holdId: newId(), saleId, lines: [{ variantId, quantity: 1 }] };
      for (let settled = false; running && !settled;) {
        const answer = await app.call(placeHoldsEndpoint, { body: { holds: [wanted] } }, buyer);
        if (answer.ok) told.held.push(...answer.body.holds);
        const code = answer.ok ? 'held' : answer.problem.code;
        told.refusals.set(code, (told.refusals.get(code) ?? 0) + 1);
        settled = answer.ok || !['sale_paused', 'unavailable', 'hold_not_stored'].includes(code);
        if (code === 'hold_not_stored') wanted = { ...wanted, holdId: newId() };
        if (!settled) await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  });
  return {
    told,
    async stop(): Promise<Told> {
      running = false;
      await Promise.all(loops);
      return told;
    },
  };
}
