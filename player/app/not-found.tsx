import { SearchX } from 'lucide-react';
import { ButtonLink } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';

/** An address that leads nowhere. */
export function NotFound({ what = 'page' }: { what?: string }) {
  return (
    <div className="page page--narrow">
      <title>Not found · Showfloor</title>
      <EmptyState
        icon={<SearchX />}
        heading="h1"
        title={`There is no such ${what}`}
        action={<ButtonLink to="/">See what is on</ButtonLink>}
      >
        It may have been removed, or the address has a typing mistake.
      </EmptyState>
    </div>
  );
}
