import { useEffect, useState } from 'react';
import type { CSSProperties } from 'react';
import type { ReactionKind } from '#contracts';
import { useShowState } from '../watch-context.ts';
import { REACTIONS } from './reaction-kinds.tsx';
import './reactions.css';

interface Floating {
  id: number;
  kind: ReactionKind;
  style: CSSProperties;
}

/** At most this many rise at once: a room of thousands taps faster than anybody can see. */
const MOST_FLOATING = 24;
const PER_TICK = 6;
let lastId = 0;

/** Everybody's reactions rising over the picture; decoration, so hidden from assistive technology. */
export function Reactions() {
  const reactions = useShowState((state) => state.reactions);
  const [floating, setFloating] = useState<readonly Floating[]>([]);
  useEffect(() => {
    const added = spawn(reactions.sums);
    if (added.length === 0) return;
    const timer = setTimeout(() => setFloating((now) => [...now, ...added].slice(-MOST_FLOATING)), 0);
    return () => clearTimeout(timer);
  }, [reactions]);
  const remove = (id: number) => setFloating((now) => now.filter((one) => one.id !== id));
  return (
    <div className="reactions" aria-hidden="true">
      {floating.map(({ id, kind, style }) => (
        <span
          key={id}
          className={`reactions__one reactions__one--${kind}`}
          style={style}
          onAnimationEnd={() => remove(id)}
        >
          {REACTIONS.find((reaction) => reaction.kind === kind)?.icon}
        </span>
      ))}
    </div>
  );
}

function spawn(sums: Partial<Record<ReactionKind, number>>): Floating[] {
  const kinds = Object.entries(sums).flatMap(([kind, count]) =>
    Array.from({ length: Math.min(PER_TICK, count) }, () => kind as ReactionKind),
  );
  return kinds.slice(0, PER_TICK).map((kind) => {
    lastId += 1;
    const style = {
      '--x': `${(Math.random() * 90).toFixed(0)}px`,
      '--sway': `${(Math.random() * 60 - 30).toFixed(0)}px`,
      '--size': `${(24 + Math.random() * 14).toFixed(0)}px`,
      '--wait': `${(Math.random() * 240).toFixed(0)}ms`,
    } as CSSProperties;
    return { id: lastId, kind, style };
  });
}
