import type { ReactNode } from 'react';
import { CheckCircle2, CircleAlert, Info, TriangleAlert } from 'lucide-react';
import './notice.css';

type NoticeTone = 'info' | 'good' | 'warn' | 'bad';

const ICONS = { info: Info, good: CheckCircle2, warn: TriangleAlert, bad: CircleAlert };

/** A message that stays on the page. A fault is read aloud when it appears. */
export function Notice({
  tone = 'info',
  title,
  children,
  action,
}: {
  tone?: NoticeTone;
  title?: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  const Icon = ICONS[tone];
  return (
    <div className={`notice notice--${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon aria-hidden="true" />
      <div className="grow">
        {title && <p className="notice__title">{title}</p>}
        {children && <div className="notice__text">{children}</div>}
      </div>
      {action}
    </div>
  );
}
