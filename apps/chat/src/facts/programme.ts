import { listen, type Bus, type Consumer } from '#bus';
import { clockMeasured, streamEnded, streamInterrupted, streamResumed } from '#contracts';
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

  measured(showId: string, anchor: Anchor): void {
    this.#anchors.set(showId, anchor);
  }

  stopped(showId: string, streamId: string): void {
    if (this.#anchors.get(showId)?.streamId === streamId) this.#anchors.delete(showId);
  }

  /** Follows ingest until stopped. Every process follows, since any may own any room. */
  follow(bus: Bus, logger: Logger): Consumer {
    return listen({
      bus,
      logger,
      events: [clockMeasured, streamInterrupted, streamResumed, streamEnded],
      handle: ({ data }) => {
        const { showId, streamId } = data;
        if ('mediaTime' in data)
          this.measured(showId, { streamId, wallMs: data.wallMs, mediaTime: data.mediaTime });
        else if ('interruptedAt' in data || 'endedAt' in data) this.stopped(showId, streamId);
      },
    });
  }
}
