import { useEffect, useEffectEvent, useState } from 'react';
import { formatLeft, spokenLeft } from '../core/duration.ts';
import { cx } from './cx.ts';
import './countdown.css';

interface CountdownProps {
  /** When it ends, in milliseconds of the server's time. */
  until: number;
  /** The server's clock; a device's own clock is not trusted with an offer. */
  now: () => number;
  /** What runs out, for a screen reader: "Hold ends in". */
  label: string;
  onEnd?: () => void;
  /** From how many milliseconds on it is shown as urgent. */
  urgentMs?: number;
  className?: string;
}

/** Time left, redrawn as each second turns. A screen reader can ask for it and is not told every second. */
export function Countdown({ until, now, label, onEnd, urgentMs = 60_000, className }: CountdownProps) {
  const left = useTimeLeft(until, now, onEnd);
  return (
    <span
      className={cx('countdown', left < urgentMs && 'countdown--urgent', className)}
      role="timer"
      aria-label={`${label} ${spokenLeft(left)}`}
    >
      {formatLeft(left)}
    </span>
  );
}

/** Milliseconds left until a moment of the server's time; renders again once a second. */
export function useTimeLeft(until: number, now: () => number, onEnd?: () => void): number {
  const [left, setLeft] = useState(() => until - now());
  const ended = useEffectEvent(() => onEnd?.());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      const rest = until - now();
      setLeft(rest);
      if (rest <= 0) ended();
      else timer = setTimeout(tick, rest % 1000 || 1000);
    };
    tick();
    return () => clearTimeout(timer);
  }, [until, now]);
  return Math.max(0, left);
}
