import type { HoldView } from '#contracts';
import type { HeldLine, HoldRow } from './stored-hold.ts';

/** A hold as its buyer sees it. */
export function holdView(row: HoldRow): HoldView {
  return {
    holdId: row.holdId,
    saleId: row.saleId,
    shopId: row.shopId,
    state: row.state,
    source: row.source,
    lines: lineViews(row.lines),
    startedAt: row.startedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    orderId: row.orderId,
  };
}

export function lineViews(lines: readonly HeldLine[]): HoldView['lines'] {
  return lines.map(({ variantId, quantity, unitAmount, currency }) => ({
    variantId,
    quantity,
    price: { amount: unitAmount, currency },
  }));
}
