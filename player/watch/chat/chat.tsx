import { ArrowDown } from 'lucide-react';
import { useState } from 'react';
import type { ChatLine as Line } from '#contracts';
import { useStore } from '../../ui/use-store.ts';
import { useShowState, useWatch } from '../watch-context.ts';
import './chat.css';
import { ChatLine, PendingChatLine } from './chat-line.tsx';
import { Composer } from './composer.tsx';
import { PinnedLine } from './pinned-line.tsx';
import { PollCard } from './poll-card.tsx';
import { useStickToEnd } from './use-stick-to-end.ts';

/** The room's chat. It follows the newest line until the reader scrolls back; then it waits. */
export function Chat() {
  const { live } = useWatch();
  const lines = useShowState((state) => state.lines);
  const pending = useShowState((state) => state.pending);
  const room = useStore(live.room);
  const [replyTo, setReplyTo] = useState<Line | null>(null);
  const { ref, atEnd, toEnd, onScroll } = useStickToEnd(
    lines.length === 0 ? '' : `${lines.at(-1)?.id}${pending.length}`,
  );
  const mine = room.kind === 'joined' ? room.you.userId : null;
  return (
    <div className="chat">
      <PinnedLine />
      <PollCard />
      <div
        className="chat__scroll"
        ref={ref}
        onScroll={onScroll}
        tabIndex={0}
        role="log"
        aria-label="Chat"
        aria-live="off"
      >
        <ol role="list" className="chat__lines">
          {lines.map((line) => (
            <ChatLine key={line.id} line={line} mine={line.author.id === mine} onReply={setReplyTo} />
          ))}
          {pending.map((line) => (
            <PendingChatLine key={line.key} line={line} />
          ))}
        </ol>
        {lines.length === 0 && pending.length === 0 && (
          <p className="chat__empty">Say hello. The host reads along.</p>
        )}
      </div>
      {!atEnd && (
        <button type="button" className="chat__newer" onClick={toEnd}>
          <ArrowDown aria-hidden="true" />
          Newest lines
        </button>
      )}
      <Composer replyTo={replyTo} onReplied={() => setReplyTo(null)} />
    </div>
  );
}
