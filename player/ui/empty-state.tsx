import type { ReactNode } from 'react';
import './empty-state.css';

interface EmptyStateProps {
  icon?: ReactNode;
  title: string;
  /** `h1` where it is all that the page says. */
  heading?: 'h1' | 'h3';
  children?: ReactNode;
  action?: ReactNode;
}

/** What stands where a list would be: why it is empty and what to do about it. */
export function EmptyState({ icon, title, heading: Heading = 'h3', children, action }: EmptyStateProps) {
  return (
    <div className="empty">
      {icon && (
        <span className="empty__icon" aria-hidden="true">
          {icon}
        </span>
      )}
      <Heading className="empty__title">{title}</Heading>
      {children && <p className="empty__text">{children}</p>}
      {action}
    </div>
  );
}
