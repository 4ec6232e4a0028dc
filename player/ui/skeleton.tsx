import './skeleton.css';

interface SkeletonProps {
  width?: string;
  height?: string;
  radius?: string;
}

/** A grey shape where content will be; it keeps the page from jumping when the content arrives. */
export function Skeleton({ width = '100%', height = '1em', radius }: SkeletonProps) {
  return <span className="skeleton" style={{ width, height, borderRadius: radius }} aria-hidden="true" />;
}

/** Several lines of text to come, announced once as loading. */
export function SkeletonLines({ lines = 3, label = 'Loading' }: { lines?: number; label?: string }) {
  return (
    <div
      className="stack"
      style={{ '--gap': 'var(--s-3)' } as React.CSSProperties}
      role="status"
      aria-label={label}
    >
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} width={`${92 - ((line * 17) % 40)}%`} height="18px" />
      ))}
    </div>
  );
}
