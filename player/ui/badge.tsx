import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import './badge.css';

export type BadgeTone = 'plain' | 'live' | 'volt' | 'hot' | 'good' | 'warn' | 'bad' | 'info' | 'stage';

/** A short word about the state of something. Colour never carries it alone: the word does. */
export function Badge({
  tone = 'plain',
  pulse,
  children,
}: {
  tone?: BadgeTone;
  pulse?: boolean;
  children: ReactNode;
}) {
  return (
    <span className={cx('badge', `badge--${tone}`)}>
      {pulse && <span className="badge__pulse" aria-hidden="true" />}
      {children}
    </span>
  );
}
