import type { StreamAdvice } from '#contracts';
import type { LiveStream } from '../streams/live-stream.ts';
import { advise } from './advise.ts';

/** A transcoder takes a stream within a second; another one takes over from a dead one within five. */
const MISSING_AFTER_MS = 6_000;

const MISSING: StreamAdvice = {
  code: 'transcoder_missing',
  level: 'problem',
  text: 'Your stream arrives, but no server has taken it up yet, so viewers do not see it. Keep streaming; tell the operator if this stays.',
};

/** All that the host of a stream should know now: what is wrong with us first, then with what arrives. */
export function adviceOf(
  { unreadSince, meter }: Pick<LiveStream, 'unreadSince' | 'meter'>,
  troubles: readonly StreamAdvice[],
  now = performance.now(),
): StreamAdvice[] {
  const isMissing = unreadSince !== undefined && now - unreadSince > MISSING_AFTER_MS;
  return [...(isMissing ? [MISSING] : []), ...troubles, ...advise(meter.figures(now))];
}
