import type { Logger } from '#process';
import { placeSegments } from '../playlists/media-time.ts';
import type { ShowBook } from '../shows/show-book.ts';
import type { ShowStream } from '../streams/show-stream.ts';
import type { Announcer } from './announcer.ts';
import type { RecordingCard, RecordingCards } from './recording-cards.ts';

/** Stands for the shop where no catalog says whose a show is. */
const NO_SHOP = '00000000-0000-0000-0000-000000000000';

export interface RecordingsParts {
  cards: RecordingCards;
  shows: ShowBook;
  announcer: Announcer;
  logger: Logger;
  /** Removes all media of a show. */
  removeMedia: (showId: string) => Promise<void>;
}

/** The life of a recording after its show: known, announced, removed. */
export class Recordings {
  private readonly parts: RecordingsParts;

  constructor(parts: RecordingsParts) {
    this.parts = parts;
  }

  /** The show is over and its media is stored: from now on it is listed. Throws when catalog or store are away. */
  async add(stream: ShowStream): Promise<void> {
    const { cards, shows } = this.parts;
    const { showId, rows } = stream;
    const show = await shows.find(showId);
    if (show === 'unreachable') throw new Error('catalog does not say whose show this is');
    const facts = typeof show === 'object' && show.kind === 'known' ? show.facts : undefined;
    const all = [...rows.renditions.values()].flatMap(({ segments }) => segments);
    const card: RecordingCard = {
      showId,
      shopId: facts?.shopId ?? NO_SHOP,
      title: facts?.title ?? '',
      endedAt: rows.phaseSince,
      durationS: placeSegments(rows).totalS,
      bytes: all.reduce((sum, { size }) => sum + size, 0),
      announced: false,
      removing: false,
    };
    await cards.put(card);
    void this.announce(card);
  }

  /** Removes a recording for good; begun again by `finishInterrupted` when it does not come to its end. */
  async remove(card: RecordingCard): Promise<void> {
    const { cards, shows, announcer, logger, removeMedia } = this.parts;
    await cards.put({ ...card, removing: true });
    await shows.markRemoved(card.showId);
    await removeMedia(card.showId);
    const told = card.shopId === NO_SHOP ? Promise.resolve() : announcer.removed(card);
    void told
      .then(() => cards.delete(card.shopId, card.showId))
      .catch((err: unknown) => logger.warn({ err, showId: card.showId }, 'a removal is announced later'));
  }

  /** Goes on with what a former run of this process left half done. */
  async finishInterrupted(): Promise<void> {
    const { cards } = this.parts;
    for (const card of await cards.read(await cards.ids())) {
      if (card.removing) await this.remove(card);
      else if (!card.announced) void this.announce(card);
    }
  }

  private async announce(card: RecordingCard): Promise<void> {
    if (card.shopId === NO_SHOP) return;
    const { announcer, cards, logger } = this.parts;
    try {
      await announcer.ready(card);
      const present = await cards.get(card.shopId, card.showId);
      if (present && !present.removing) await cards.put({ ...present, announced: true });
    } catch (err) {
      logger.warn({ err, showId: card.showId }, 'a recording is announced later');
    }
  }
}
