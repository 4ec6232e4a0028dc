import { Pin } from 'lucide-react';
import { useWatch } from '../watch-context.ts';

/** The line that the host pinned above the chat. */
export function PinnedLine() {
  const { line } = useWatch().presentation;
  if (!line) return null;
  return (
    <p className="pinned-line">
      <Pin aria-hidden="true" />
      <span>
        <b>{line.author.name}</b> {line.text}
      </span>
    </p>
  );
}
