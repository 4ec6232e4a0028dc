import type { ReactNode } from 'react';
import './account.css';

/** The frame of log-in and sign-up: the form, and on a wide screen what it is for. */
export function EnterPage({
  title,
  lead,
  children,
}: {
  title: string;
  lead: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="enter">
      <title>{`${title} · Showfloor`}</title>
      <div className="enter__form">
        <div className="stack" style={{ '--gap': 'var(--s-2)' } as React.CSSProperties}>
          <h1>{title}</h1>
          <p className="muted">{lead}</p>
        </div>
        {children}
      </div>
      <aside className="enter__aside" aria-hidden="true">
        <p>See it live. Ask. Own it.</p>
        <small>
          The picture, the chat and the offer arrive together. Stock and clocks are the real ones.
        </small>
      </aside>
    </div>
  );
}
