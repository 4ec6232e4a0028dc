import { Eye } from 'lucide-react';
import { Badge } from '../../ui/badge.tsx';
import { useShowState } from '../watch-context.ts';

const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });

/** How many watch now. */
export function ViewerCount() {
  const viewers = useShowState((state) => (state.show ? state.viewers : null));
  if (!viewers) return null; // unknown, or this viewer is not counted yet
  return (
    <Badge tone="stage">
      <Eye aria-hidden="true" />
      <span>
        {compact.format(viewers)}
        <span className="sr-only"> watching</span>
      </span>
    </Badge>
  );
}
