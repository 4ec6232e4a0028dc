import { formatPosition } from '../../core/duration.ts';
import type { Playback } from '../../core/playback/playback.ts';
import { useStore } from '../../ui/use-store.ts';

/** Less than this to go back to is not worth a control. */
const SHORTEST_S = 15;

/** Where the picture is in what can be played; arrows go five seconds. */
export function Timeline({ playback }: { playback: Playback }) {
  const { from, to, position, live } = useStore(playback);
  if (to - from < SHORTEST_S) return null;
  const value = Math.min(to, Math.max(from, position));
  const share = (value - from) / (to - from);
  const spoken = live
    ? `${formatPosition(to - value)} behind live`
    : `${formatPosition(value)} of ${formatPosition(to)}`;
  return (
    <div className="timeline" style={{ '--share': share } as React.CSSProperties}>
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
      />
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
