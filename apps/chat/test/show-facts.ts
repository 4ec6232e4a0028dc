import type { ShowFacts } from '#contracts';
import { newId } from '#process';

/** A show on air. */
export function showFacts(parts: Partial<ShowFacts> = {}): ShowFacts {
  return {
    showId: newId(),
    shopId: newId(),
    hostId: newId(),
    seriesId: newId(),
    title: 'A show',
    startsAt: '2026-11-20T10:00:00.000Z',
    visibility: 'public',
    state: 'live',
    goLive: 'on_publish',
    guestChat: true,
    streamId: null,
    liveAt: null,
    endedAt: null,
    ...parts,
  };
}
