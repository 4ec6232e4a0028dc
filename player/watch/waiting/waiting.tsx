import { useServices } from '../../app/use-services.ts';
import { formatWhen } from '../../core/when.ts';
import { ShowPoster } from '../../home/show-poster.tsx';
import { Badge } from '../../ui/badge.tsx';
import { useTimeLeft } from '../../ui/countdown.tsx';
import { useWatch } from '../watch-context.ts';
import './waiting.css';

/** In the picture's place before the show: how long to wait. The picture takes over by itself. */
export function Waiting() {
  const { show } = useWatch();
  const { clock } = useServices();
  const starts = Date.parse(show.startsAt);
  const left = useTimeLeft(starts, clock.now);
  return (
    <section className="stage waiting" aria-label="Waiting for the show">
      <ShowPoster show={show} eager />
      <div className="waiting__words">
        {left > 0 ? (
          <>
            <p className="waiting__lead">Live {formatWhen(show.startsAt, clock.now())}</p>
            <Clock left={left} />
            <p className="waiting__hint">Chat is open, and you can look at the products already.</p>
          </>
        ) : (
          <>
            <Badge tone="volt" pulse>
              Any moment now
            </Badge>
            <p className="waiting__soon">The host is getting ready</p>
            <p className="waiting__hint">The picture appears by itself. No need to reload.</p>
          </>
        )}
      </div>
    </section>
  );
}

function Clock({ left }: { left: number }) {
  const total = Math.ceil(left / 1000);
  const parts: [number, string][] = [
    [Math.floor(total / 86_400), 'days'],
    [Math.floor((total % 86_400) / 3_600), 'hours'],
    [Math.floor((total % 3_600) / 60), 'minutes'],
    [total % 60, 'seconds'],
  ];
  const shown = parts.slice(parts[0]?.[0] === 0 ? 1 : 0);
  return (
    <div
      className="waiting__clock"
      role="timer"
      aria-label={`Starts in ${shown.map(([n, unit]) => `${n} ${unit}`).join(' ')}`}
    >
      {shown.map(([n, unit]) => (
        <span key={unit} className="waiting__part" aria-hidden="true">
          <b className="num">{String(n).padStart(2, '0')}</b>
          <span>{unit}</span>
        </span>
      ))}
    </div>
  );
}
