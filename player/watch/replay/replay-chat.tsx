import { useEffect } from 'react';
import type { Playback } from '../../core/playback/playback.ts';
import type { ReplayLines } from '../../core/replay/replay-lines.ts';
import { useStore } from '../../ui/use-store.ts';
import { ReplayLine } from '../chat/chat-line.tsx';
import { useStickToEnd } from '../chat/use-stick-to-end.ts';
import '../chat/chat.css';

const LOOK_EVERY_MS = 500;
/** What was said while the last picture travelled, and just after it, has no picture of its own: the end shows it. */
const AFTER_END_MS = 30_000;

/** The chat as it was, in step with the recording. */
export function ReplayChat({ playback, lines }: { playback: Playback; lines: ReplayLines }) {
  useEffect(() => {
    const look = () => {
      const picture = playback.pictureNow();
      if (picture !== null) lines.at(picture + (playback.get().status === 'ended' ? AFTER_END_MS : 0));
    };
    look();
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [playback, lines]);
  const shown = useStore(lines);
  const { ref, onScroll } = useStickToEnd(shown.at(-1)?.id ?? '');
  return (
    <div className="chat">
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
          {shown.map((line) => (
            <ReplayLine key={line.id} line={line} />
          ))}
        </ol>
        {shown.length === 0 && <p className="chat__empty">The chat of the show appears here as it was.</p>}
      </div>
      <p className="composer__note">This is a recording. What is still on the shelf can be bought.</p>
    </div>
  );
}
