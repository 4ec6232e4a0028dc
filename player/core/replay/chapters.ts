import type { LogEntry, PinnedProduct } from '#contracts';

export interface Chapter {
  /** Programme time at which the product came on stage. */
  mediaTime: number;
  product: PinnedProduct;
}

/** Shorter than this on stage was a slip of the finger. */
const SHORTEST_MS = 4_000;

/** The moments of a show at which a product came on stage, each product once in a row. */
export function chaptersOf(entries: readonly LogEntry[]): Chapter[] {
  const pins = entries.filter((entry) => entry.type === 'pinned' || entry.type === 'unpinned');
  const chapters: Chapter[] = [];
  pins.forEach((entry, index) => {
    if (entry.type !== 'pinned' || entry.mediaTime === null) return;
    const next = pins[index + 1]?.mediaTime;
    if (next !== undefined && next !== null && next - entry.mediaTime < SHORTEST_MS) return;
    if (chapters.at(-1)?.product.productId === entry.data.productId) return;
    chapters.push({ mediaTime: entry.mediaTime, product: entry.data });
  });
  return chapters;
}
