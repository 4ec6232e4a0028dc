/** Sales that one round of housekeeping can owe attention; more wait for the next change. */
const MOST_SALES = 10_000;

/** Which variants of which sales changed since somebody last looked. */
export class SaleActivity {
  private readonly changed = new Map<string, Set<string>>();

  touch(saleId: string, variantId: string): void {
    const variants = this.changed.get(saleId);
    if (variants) variants.add(variantId);
    else if (this.changed.size < MOST_SALES) this.changed.set(saleId, new Set([variantId]));
  }

  touchHolds(saleId: string, holds: readonly { lines: readonly { variantId: string }[] }[]): void {
    for (const hold of holds) for (const line of hold.lines) this.touch(saleId, line.variantId);
  }

  /** Gives what changed and forgets it. */
  take(): [saleId: string, variantIds: string[]][] {
    const taken = [...this.changed].map(([saleId, variants]): [string, string[]] => [saleId, [...variants]]);
    this.changed.clear();
    return taken;
  }
}
