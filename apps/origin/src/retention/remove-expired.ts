import type { Logger } from '#process';
import type { RecordingCard, RecordingCards } from '../recordings/recording-cards.ts';
import type { RetentionBook } from './retention-book.ts';

const DAY_MS = 86_400_000;

/** When a recording's time is up, Unix milliseconds; null for never. */
export function removalTime(endedAt: number, days: number | null): number | null {
  return days === null ? null : endedAt + days * DAY_MS;
}

/** Removes every recording whose shop keeps it no longer; gives back how many. A failure leaves the rest for the next time. */
export async function removeExpired(
  now: number,
  parts: {
    cards: RecordingCards;
    retention: RetentionBook;
    remove: (card: RecordingCard) => Promise<void>;
    logger: Logger;
  },
): Promise<number> {
  const { cards, retention, remove, logger } = parts;
  let removed = 0;
  const byShop = Map.groupBy(await cards.ids(), ({ shopId }) => shopId);
  for (const [shopId, ids] of byShop) {
    const { days } = await retention.get(shopId);
    if (days === null) continue;
    for (const card of await cards.read(ids)) {
      const due = removalTime(card.endedAt, days);
      if (due === null || due > now) continue;
      await remove(card);
      removed++;
      logger.info({ showId: card.showId, shopId, days }, 'recording removed: its time was up');
    }
  }
  return removed;
}
