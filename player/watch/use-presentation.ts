import { useEffect, useState } from 'react';
import { nextCueAfter, presentAt, type Cue, type Presentation } from '../core/live/cues.ts';
import type { LiveShow } from '../core/live/live-show.ts';
import type { Playback } from '../core/playback/playback.ts';
import { useStore } from '../ui/use-store.ts';

/** The picture's clock is asked again at least this often: a viewer may jump, a stream may stall. */
const LOOK_EVERY_MS = 250;

/**
 * What the viewer is to see now: pins, messages and polls wait until their own picture has reached them. Of a
 * recording the whole log is known (`replayed`); of a live show what has been told so far.
 */
export function usePresentation(
  live: LiveShow,
  playback: Playback,
  replayed: readonly Cue[] | null,
): Presentation {
  const told = useStore(live.state, (state) => state.cues);
  const cues = replayed ?? told;
  const [shown, setShown] = useState(() => presentAt(cues, null));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const look = () => {
      const picture = playback.pictureNow();
      setShown((old) => keepEqual(old, presentAt(cues, picture)));
      timer = setTimeout(look, untilNext(cues, picture));
    };
    look();
    return () => clearTimeout(timer);
  }, [cues, playback]);
  return shown;
}

function untilNext(cues: readonly Cue[], picture: number | null): number {
  const next = nextCueAfter(cues, picture);
  if (next === null || picture === null) return LOOK_EVERY_MS;
  return Math.min(LOOK_EVERY_MS, Math.max(16, next - picture));
}

function keepEqual(old: Presentation, now: Presentation): Presentation {
  const same =
    old.product === now.product &&
    old.poll === now.poll &&
    old.line === now.line &&
    old.answering === now.answering &&
    old.message?.at === now.message?.at;
  return same ? old : now;
}
