import type * as port from '../hold-store.ts';
import type { ScriptRunner } from './client.ts';
import { holdText, keyText } from './hold-text.ts';
import type { SaleKeys } from './keys.ts';
import { changeScript, rebuildScript, restoreScript } from './scripts.generated.ts';

/** Entries restored in one call: about 10 ms of Redis. */
const RESTORE_CHUNK = 500;

/** Replaces what Redis has of a sale by `memory`, in calls short enough to let others through. */
export async function restoreSale(
  runner: ScriptRunner,
  keys: SaleKeys,
  sale: port.SaleRef,
  memory: port.SaleMemory,
): Promise<{ replid: string }> {
  const begun = await runner.run(rebuildScript, keys, { epoch: sale.epoch, ...ruleArgs(memory.rules) });
  if (begun.code !== 'ok') throw new Error(`Redis already has epoch ${sale.epoch} of sale ${sale.saleId}`);
  const lost = (): Error => new Error(`sale ${sale.saleId} was rebuilt by somebody else meanwhile`);
  const restore = async (rest: RestoreEntry[]): Promise<void> => {
    for (let from = 0; from < rest.length; from += RESTORE_CHUNK) {
      const chunk = rest.slice(from, from + RESTORE_CHUNK);
      const reply = await runner.run(restoreScript, keys, { epoch: sale.epoch, rest: chunk });
      if (reply.code !== 'ok') throw lost();
    }
  };
  await restore(memory.variants.map((v) => restored('V', v.variantId, v.terms, v.unsold, v.sold)));
  for await (const holds of memory.holds) {
    await restore(holds.map((hold) => restored('H', keyText(hold), holdText(hold), hold.endedAt ?? 0)));
  }
  for (const buyers of memory.bought) {
    await restore(buyers.map((buyer) => restored('B', buyer.buyerId, '', buyer.units)));
  }
  for (const waiters of memory.waiting) {
    await restore(waiters.map((waiter) => restored('W', keyText(waiter), waiter.variantId, waiter.rank)));
  }
  const { state } = memory.rules;
  const args = { epoch: sale.epoch, state, startsAt: -1, endsAt: -1, rest: [] };
  const opened = await runner.run(changeScript, keys, args);
  if (opened.code !== 'ok') throw lost();
  return { replid: begun.replid };
}

interface RestoreEntry {
  kind: string;
  name: string;
  text: string;
  number: number;
  other: number;
}

function restored(kind: string, name: string, text: string, number: number, other = 0): RestoreEntry {
  return { kind, name, text, number, other };
}

export function ruleArgs(rules: port.SaleRules) {
  return {
    startsAt: rules.startsAt ?? 0,
    endsAt: rules.endsAt ?? 0,
    limit: rules.limitPerBuyer,
    ttl: rules.holdTtlMs,
  };
}
