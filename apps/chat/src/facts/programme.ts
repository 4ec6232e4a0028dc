import { followEvents, type Bus, type Consumer } from '#bus';
import { clockMeasured, streamEnded, streamInterrupted } from '#contracts';
import { boundedCache, type Logger } from '#process';
import type { ProgrammeClock } from '../rooms/room-ports.ts';

/** Ingest measures every ten seconds; after three silent rounds nothing is known of the picture. */
const STALE_MS = 35_000;
const MOST_SHOWS = 20_000;

interface Anchor {
  streamId: string;
  wallMs: number;
  mediaTime: number;
}

/** Programme time of every show on air, from what ingest measures. */
export class Programmes implements ProgrammeClock {
  readonly #anchors = boundedCache<Anchor>(MOST_SHOWS);

  /** Which moment of the picture is at ingest at `nowMs`: the last measured one, moved on by our clock. */
  at(showId: string, nowMs: number): number | null {
    const anchor = this.#anchors.get(showId);
    if (!anchor || Math.abs(nowMs - anchor.wallMs) > STALE_MS) return null;
    return Math.max(0, Math.round(anchor.mediaTime + (nowMs - anchor.wallMs)));
  }

  /** The newest measurement counts, in whatever order they are heard. */
  measured(showId: string, anchor: Anchor): void {
    const known = this.#anchors.get(showId);
    if (!known || known.wallMs <= anchor.wallMs) this.#anchors.set(showId, anchor);
  }

  /** The picture stopped at `atMs`; a publisher that came back since then is not meant. */
  stopped(showId: string, streamId: string, atMs: number): void {
    const known = this.#anchors.get(showId);
    if (known?.streamId === streamId && known.wallMs <= atMs) this.#anchors.delete(showId);
  }

  /**
   * Follows ingest until stopped; resolves once the clocks of what is on air are known, so that a process that just started
   * stamps its first entry right. Every process follows, since any may own any room.
   */
  follow(bus: Bus, logger: Logger): Promise<Consumer> {
    return followEvents({
      bus,
      logger,
      events: [clockMeasured, streamInterrupted, streamEnded],
      sinceMs: STALE_MS,
      handle: ({ data }) => {
        const { showId, streamId } = data;
        if ('mediaTime' in data)
          this.measured(showId, { streamId, wallMs: data.wallMs, mediaTime: data.mediaTime });
        else
          this.stopped(showId, streamId, Date.parse('endedAt' in data ? data.endedAt : data.interruptedAt));
      },
    });
  }
}
