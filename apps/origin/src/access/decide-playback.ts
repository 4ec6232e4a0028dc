import type { ShowBook } from '../shows/show-book.ts';
import type { PlaybackTokens } from './playback-token.ts';

/** Whether a show may be played, and if not what it is instead. */
export type PlaybackDecision = 'play' | 'private' | 'deleted' | 'unknown' | 'undecided';

/**
 * Public and unlisted shows may be played by whoever has the address; private ones, and those still in rehearsal, with a token. When nobody can say what a
 * show is, it is not played: it might be private.
 */
export async function decidePlayback(
  shows: ShowBook,
  tokens: PlaybackTokens,
  { showId, token, now }: { showId: string; token: string; now: number },
): Promise<PlaybackDecision> {
  const show = await shows.find(showId);
  if (show === 'not found') return shows.trustsEveryone ? 'play' : 'unknown';
  if (show === 'unreachable') return 'undecided';
  if (show.kind === 'deleted') return 'deleted';
  // Was there and will not be again: as gone as with its show.
  if (show.mediaRemoved) return 'deleted';
  const { visibility, state, goLive } = show.facts;
  const rehearsal = goLive === 'manual' && state === 'scheduled';
  if (visibility !== 'private' && !rehearsal) return 'play';
  return tokens.opens(showId, token, now) ? 'play' : 'private';
}
