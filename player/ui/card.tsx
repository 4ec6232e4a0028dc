import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import './card.css';

interface CardProps {
  title?: ReactNode;
  /** Buttons or figures at the right of the title. */
  aside?: ReactNode;
  children?: ReactNode;
  className?: string;
}

/** A framed part of a page with its own heading. */
export function Card({ title, aside, children, className }: CardProps) {
  return (
    <section className={cx('card', className)}>
      {(title || aside) && (
        <header className="card__head">
          {title && <h2 className="card__title">{title}</h2>}
          {aside}
        </header>
      )}
      {children}
    </section>
  );
}

/** One figure with its name: how many, how much. */
export function Figure({ label, value, note }: { label: string; value: ReactNode; note?: ReactNode }) {
  return (
    <div className="figure">
      <dt>{label}</dt>
      <dd className="num">{value}</dd>
      {note && <p className="figure__note">{note}</p>}
    </div>
  );
}

/** Figures side by side. */
export function Figures({ children }: { children: ReactNode }) {
  return <dl className="figures">{children}</dl>;
}
