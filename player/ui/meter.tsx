import { cx } from './cx.ts';
import './meter.css';

interface MeterProps {
  label: string;
  value: number;
  max: number;
  /** Words beside the bar, such as "7 of 20 left". */
  text: string;
  tone?: 'volt' | 'hot' | 'plain';
}

/** How much of something is left, as a bar and in words. */
export function Meter({ label, value, max, text, tone = 'volt' }: MeterProps) {
  const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  return (
    <div
      className="meter"
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={value}
      aria-valuetext={text}
    >
      <span className="meter__track" aria-hidden="true">
        <span
          className={cx('meter__fill', `meter__fill--${tone}`)}
          style={{ transform: `scaleX(${share})` }}
        />
      </span>
      <span className="meter__text num" aria-hidden="true">
        {text}
      </span>
    </div>
  );
}
