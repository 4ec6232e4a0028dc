import type { ObjectStore } from '#storage';
import { z } from 'zod';
import { storeKeys } from '../streams/media-names.ts';

/** What lists of recordings show, one small object beside each recording. */
export const RecordingCard = z.object({
  showId: z.string(),
  shopId: z.string(),
  title: z.string(),
  endedAt: z.number(),
  durationS: z.number(),
  bytes: z.int(),
  /** Other processes have been told of it. */
  announced: z.boolean(),
  /** Its removal has begun and must be finished. */
  removing: z.boolean(),
});
export type RecordingCard = z.infer<typeof RecordingCard>;

/** Cards read at the same time. */
const READS_AT_ONCE = 16;

/** The cards in the store. */
export class RecordingCards {
  private readonly store: ObjectStore;

  constructor(store: ObjectStore) {
    this.store = store;
  }

  async put(card: RecordingCard): Promise<void> {
    const bytes = Buffer.from(JSON.stringify(card));
    await this.store.put(storeKeys.card(card.shopId, card.showId), bytes, 'application/json');
  }

  async get(shopId: string, showId: string): Promise<RecordingCard | undefined> {
    const bytes = await this.store.get(storeKeys.card(shopId, showId));
    return bytes && RecordingCard.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  }

  async delete(shopId: string, showId: string): Promise<void> {
    await this.store.delete([storeKeys.card(shopId, showId)]);
  }

  /** Ids of a shop's recorded shows, or of all shops', newest show first (ids grow with time). */
  async ids(shopId?: string): Promise<{ shopId: string; showId: string }[]> {
    const found: { shopId: string; showId: string }[] = [];
    for await (const { key } of this.store.list(storeKeys.cards(shopId))) {
      const [, shop, file] = key.split('/');
      if (shop !== undefined && file?.endsWith('.json'))
        found.push({ shopId: shop, showId: file.slice(0, -5) });
    }
    return found.toSorted((a, b) => (a.showId < b.showId ? 1 : -1));
  }

  /** Cards of these shows; those that have gone meanwhile are left out. */
  async read(ids: readonly { shopId: string; showId: string }[]): Promise<RecordingCard[]> {
    const cards: RecordingCard[] = [];
    for (let at = 0; at < ids.length; at += READS_AT_ONCE) {
      const some = ids.slice(at, at + READS_AT_ONCE);
      const read = await Promise.all(some.map(({ shopId, showId }) => this.get(shopId, showId)));
      cards.push(...read.filter((card) => card !== undefined));
    }
    return cards;
  }
}
