import { CloudOff } from 'lucide-react';
import { Component } from 'react';
import type { ReactNode } from 'react';
import type { Problem } from '#contracts';
import { problemText } from '../core/api/problems.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';

/**
 * What stands in place of a page that broke. The usual cause is a new version on the server whose files replaced
 * those this tab knows, so it offers a reload.
 */
export class PageErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className="page page--narrow" role="alert">
        <EmptyState
          icon={<CloudOff />}
          heading="h1"
          title="This page stopped working"
          action={<Button onClick={() => location.reload()}>Load it again</Button>}
        >
          {error instanceof Error ? error.message : String(error)}
        </EmptyState>
      </div>
    );
  }
}

/** What stands in place of content that could not be fetched. */
export function LoadError({ problem, retry }: { problem: Problem; retry: () => void }) {
  return (
    <EmptyState
      icon={<CloudOff />}
      title="This could not be loaded"
      action={<Button onClick={retry}>Try again</Button>}
    >
      {problemText(problem)}
    </EmptyState>
  );
}
