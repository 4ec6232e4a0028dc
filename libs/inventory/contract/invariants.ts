import type { HoldStore, SaleInspection } from '../hold-store.ts';

/**
 * Faults of a sale's memory against the rules that must hold after every step; empty when all hold. Each names its rule:
 * I1 available + held + sold = stock, I2 none negative, I3 counters equal the holds, I4 the index equals the live holds,
 * I5 units per buyer within the limit, I6 the journal replayed equals the counters.
 */
export function faultsOf(inspection: SaleInspection): string[] {
  const { detail, variants, rules, replayed } = inspection;
  if (!detail) throw new Error('inspect with holds');
  const faults: string[] = [];
  const live = detail.holds.filter((hold) => hold.state === 'held' || hold.state === 'paying');
  for (const { variantId, stock, available, held, sold } of variants) {
    const name = `variant ${variantId}`;
    if (available + held + sold !== stock)
      faults.push(`I1 ${name}: ${available} + ${held} + ${sold} <> ${stock}`);
    if (Math.min(stock, available, held, sold) < 0) faults.push(`I2 ${name}: ${available}, ${held}, ${sold}`);
    const claimed = live.flatMap((hold) => hold.lines.filter((line) => line.variantId === variantId));
    const units = claimed.reduce((sum, line) => sum + line.quantity, 0);
    if (units !== held) faults.push(`I3 ${name}: holds have ${units} units, the counter ${held}`);
    const index = detail.index.find((entry) => entry.variantId === variantId)?.keys ?? [];
    const heldKeys = live
      .filter((hold) => hold.state === 'held' && hold.lines.some((line) => line.variantId === variantId))
      .map(textOf);
    if (sorted(index.map(textOf)) !== sorted(heldKeys))
      faults.push(`I4 ${name}: ${sorted(index.map(textOf))}`);
    const replay = replayed.find((entry) => entry.variantId === variantId);
    if (replay?.available !== available || replay.held !== held || replay.sold !== sold) {
      faults.push(`I6 ${name}: the journal gives ${JSON.stringify(replay)}`);
    }
  }
  const pinned = live.filter((hold) => hold.state === 'paying').map(textOf);
  if (sorted(detail.pinned.map(textOf)) !== sorted(pinned)) faults.push('I4 pinned holds');
  if (rules.limitPerBuyer > 0) {
    for (const { buyerId, units } of detail.buyers) {
      if (units > rules.limitPerBuyer) faults.push(`I5 ${buyerId} has ${units} units`);
      const own = live.filter((hold) => hold.buyerId === buyerId).flatMap((hold) => hold.lines);
      const held = own.reduce((sum, line) => sum + line.quantity, 0);
      if (held > units) faults.push(`I5 ${buyerId} holds ${held} units, ${units} are counted`);
    }
  }
  return faults;
}

/** `faultsOf` a sale as its engine has it now. */
export async function findFaults(store: HoldStore, saleId: string): Promise<string[]> {
  const inspection = await store.inspect(saleId, 'holds');
  return inspection ? faultsOf(inspection) : [`no sale ${saleId}`];
}

function textOf({ holdId, buyerId }: { holdId: string; buyerId: string }): string {
  return `${holdId}/${buyerId}`;
}

function sorted(texts: readonly string[]): string {
  return texts.toSorted().join();
}
