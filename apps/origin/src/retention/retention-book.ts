import { RetentionView } from '#contracts';
import type { ObjectStore } from '#storage';
import { storeKeys } from '../streams/media-names.ts';

/** How long each shop keeps its recordings; in the store, beside what it decides about. */
export class RetentionBook {
  private readonly store: ObjectStore;
  private readonly usualDays: number | null;

  /** `usualDays` holds for shops that never said anything. */
  constructor(store: ObjectStore, usualDays: number | null) {
    this.store = store;
    this.usualDays = usualDays;
  }

  async get(shopId: string): Promise<RetentionView> {
    const bytes = await this.store.get(storeKeys.retention(shopId));
    return bytes
      ? RetentionView.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
      : { days: this.usualDays };
  }

  async set(shopId: string, retention: RetentionView): Promise<void> {
    await this.store.put(
      storeKeys.retention(shopId),
      Buffer.from(JSON.stringify(retention)),
      'application/json',
    );
  }
}
