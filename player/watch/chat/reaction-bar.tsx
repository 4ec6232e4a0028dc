import { IconButton } from '../../ui/button.tsx';
import { REACTIONS } from '../stage/reaction-kinds.tsx';
import { useWatch } from '../watch-context.ts';
import './reaction-bar.css';

/** Taps that everybody sees rise over the picture; no account needed. */
export function ReactionBar() {
  const { live } = useWatch();
  return (
    <div className="reaction-bar" role="group" aria-label="React">
      {REACTIONS.map(({ kind, label, icon }) => (
        <IconButton
          key={kind}
          label={label}
          size="sm"
          className={`reaction-bar__${kind}`}
          onClick={() => live.react(kind)}
        >
          {icon}
        </IconButton>
      ))}
    </div>
  );
}
