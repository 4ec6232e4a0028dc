import { Timer } from 'lucide-react';
import { useServices } from '../../app/use-services.ts';
import { spokenLeft } from '../../core/duration.ts';
import { Countdown, useTimeLeft } from '../../ui/countdown.tsx';

interface HoldClockProps {
  until: number;
  startedAt: number;
}

/** How long the units are kept. A screen reader is told at two minutes, one minute and twenty seconds. */
export function HoldClock({ until, startedAt }: HoldClockProps) {
  const { clock } = useServices();
  const left = useTimeLeft(until, clock.now);
  const share = Math.min(1, Math.max(0, left / Math.max(1, until - startedAt)));
  return (
    <div className={left < 60_000 ? 'hold-clock hold-clock--urgent' : 'hold-clock'}>
      <Timer aria-hidden="true" />
      <p className="grow">
        <b>Held for you</b> <span className="hold-clock__note">until the clock runs out</span>
      </p>
      <Countdown until={until} now={clock.now} label="Hold ends in" className="hold-clock__time" />
      <span className="hold-clock__bar" style={{ transform: `scaleX(${share})` }} aria-hidden="true" />
      <span className="sr-only" role="status">
        {announced(left)}
      </span>
    </div>
  );
}

function announced(left: number): string {
  const step = [20_000, 60_000, 120_000].find((limit) => left <= limit);
  return step && left > 0 ? `The hold ends in less than ${spokenLeft(step)}` : '';
}
