/** The state of a session that decides on a refresh; times in milliseconds. */
export interface RefreshState {
  generation: number;
  rotatedAt: number;
  expiresAt: number;
  ended: boolean;
}

export type RefreshVerdict = 'rotate' | 'repeat' | 'reused' | 'over';

/**
 * A browser that lost an answer, or two tabs at once, send one token twice within moments: they get the same
 * successor again. It is still one token that counts, so a thief gains nothing that the theft alone does not give.
 */
export const REPEAT_WINDOW_MS = 10_000;

/**
 * What a genuine refresh token of `generation` does at `now`. Every token but the current one, and for a moment the
 * one before, shows that somebody copied it: the whole family ends (RFC 9700, 4.14.2).
 */
export function judgeRefresh(state: RefreshState, generation: number, now: number): RefreshVerdict {
  if (state.ended || now >= state.expiresAt) return 'over';
  if (generation === state.generation) return 'rotate';
  if (generation > state.generation) return 'over'; // the database is older than the token: restored from a backup
  const isPrevious = generation === state.generation - 1;
  return isPrevious && now - state.rotatedAt <= REPEAT_WINDOW_MS ? 'repeat' : 'reused';
}
