import { lazy, Suspense, useState } from 'react';
import { formatPosition } from '../../core/duration.ts';
import type { Playback } from '../../core/playback/playback.ts';
import type { Chapter } from '../../core/replay/chapters.ts';
import { useStore } from '../../ui/use-store.ts';
import { useWatch } from '../watch-context.ts';

const SeekPreview = lazy(async () => ({ default: (await import('./seek-preview.tsx')).SeekPreview }));

/** Less than this to go back to is not worth a control. */
const SHORTEST_S = 15;

interface TimelineProps {
  playback: Playback;
  /** The moments of a recording, marked on the bar. */
  chapters: readonly Chapter[];
}

/** Where the picture is in what can be played; arrows go five seconds. A recording shows what is where. */
export function Timeline({ playback, chapters }: TimelineProps) {
  const { from, to, position, live, whole } = useStore(playback);
  const { folder } = useWatch();
  const [hover, setHover] = useState<number | null>(null);
  if (to - from < SHORTEST_S) return null;
  const value = Math.min(to, Math.max(from, position));
  const share = (value - from) / (to - from);
  const shareOf = (at: number) => (at - from) / (to - from);
  const marks = chapters.flatMap(({ mediaTime, product }) => {
    const at = playback.positionAt(mediaTime);
    return at === null ? [] : [{ at, title: product.title }];
  });
  const spoken = live
    ? `${formatPosition(to - value)} behind live`
    : `${formatPosition(value)} of ${formatPosition(to)}`;
  return (
    <div className="timeline" style={{ '--share': share } as React.CSSProperties}>
      <span className="timeline__bar">
        {hover !== null && whole && folder && (
          <Suspense>
            <SeekPreview
              url={`${folder}/storyboard.vtt`}
              at={from + hover * (to - from)}
              share={hover}
              title={marks.findLast(({ at }) => shareOf(at) <= hover)?.title}
            />
          </Suspense>
        )}
        {marks.map(({ at }) => (
          <span
            key={at}
            className="timeline__mark"
            style={{ '--at': shareOf(at) } as React.CSSProperties}
            aria-hidden="true"
          />
        ))}
        <input
          type="range"
          className="timeline__range"
          aria-label="Position"
          aria-valuetext={spoken}
          min={from}
          max={to}
          step={live ? 1 : 5}
          value={value}
          onChange={(event) => playback.seek(event.currentTarget.valueAsNumber)}
          onPointerMove={(event) => setHover(shareAt(event))}
          onPointerLeave={() => setHover(null)}
        />
      </span>
      <span className="timeline__text num" aria-hidden="true">
        {live
          ? to - value < 5
            ? ''
            : `−${formatPosition(to - value)}`
          : `${formatPosition(value)} / ${formatPosition(to)}`}
      </span>
    </div>
  );
}

function shareAt({ clientX, currentTarget }: React.PointerEvent): number {
  const { left, width } = currentTarget.getBoundingClientRect();
  return Math.min(1, Math.max(0, (clientX - left) / width));
}
