import type { Bus } from '#bus';
import { z } from 'zod';
import { hear, tell } from './tell.ts';

const SUBJECT = 'rt.rules';

const News = z.object({ shopId: z.string().nullable() });

/** Tells owners of rooms that rules changed outside of them. They read them anew once a minute in any case. */
export class RuleNews {
  readonly #bus: Bus;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** For all rooms of a shop, or of the platform when `shopId` is null. */
  changed(shopId: string | null): void {
    tell(this.#bus, SUBJECT, { shopId });
  }

  /** Calls back until stopped. */
  hear(onChange: (shopId: string | null) => void): () => void {
    return hear(this.#bus, SUBJECT, (body) => {
      const news = News.safeParse(body);
      if (news.success) onChange(news.data.shopId);
    });
  }
}
