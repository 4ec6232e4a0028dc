import { MessageCircleQuestion, SendHorizontal, X } from 'lucide-react';
import { lazy, Suspense, useRef, useState } from 'react';
import { useLocation } from 'react-router';
import { LINE_MAX_CHARS, type ChatLine, type LiveYou } from '#contracts';
import { useServices, useSession } from '../../app/use-services.ts';
import { Button, ButtonLink, IconButton } from '../../ui/button.tsx';
import { Countdown, useTimeLeft } from '../../ui/countdown.tsx';
import { useStore } from '../../ui/use-store.ts';
import { useShowState, useWatch } from '../watch-context.ts';

import { ReactionBar } from './reaction-bar.tsx';

const GuestName = lazy(async () => ({ default: (await import('./guest-name.tsx')).GuestName }));
const AskUnban = lazy(async () => ({ default: (await import('./ask-unban.tsx')).AskUnban }));

interface ComposerProps {
  replyTo: ChatLine | null;
  onReplied: () => void;
}

/** What the shield makes of slow mode, whatever that is set to. */
const SHIELD_SLOW_S = 10;
const COUNT_FROM = LINE_MAX_CHARS - 50;

/** Where one writes, or what stands in the way of it. */
export function Composer(props: ComposerProps) {
  const { live, show } = useWatch();
  const room = useStore(live.room);
  const readOnly = useStore(live.readOnly);
  const { status } = useSession();
  const modes = useShowState((now) => now.modes);
  const state = useShowState((now) => now.show?.state ?? show.state);
  if (state === 'ended') return <p className="composer__note">The show is over. Thank you for being here.</p>;
  if (readOnly) {
    return (
      <p className="composer__note">
        Your network lets no live connection through: you read along and can buy, but not write.
      </p>
    );
  }
  if (room.kind === 'joining')
    return (
      <p className="composer__note" role="status">
        Joining the chat …
      </p>
    );
  if (room.kind === 'refused') {
    return (
      <div className="composer" role="alert">
        <p className="composer__note">{room.detail ?? 'You cannot take part in this chat.'}</p>
        <Suspense>{room.code === 'chat_banned' && <AskUnban />}</Suspense>
      </div>
    );
  }
  // What the server said at the door; guests are also sent away later, by the modes of the room.
  const guestsOut = status === 'guest' && (!modes.guestsMayWrite || modes.shield);
  return (
    <div className="composer">
      {room.you.mayWrite && !guestsOut ? <Writer {...props} you={room.you} /> : <WhyNot you={room.you} />}
    </div>
  );
}

function WhyNot({ you }: { you: LiveYou }) {
  const { status } = useSession();
  const { clock } = useServices();
  const { pathname } = useLocation();
  const modes = useShowState((state) => state.modes);
  const [naming, setNaming] = useState(false);
  if (you.mutedUntil !== null) {
    return (
      <div className="row row--between">
        <p className="composer__note" role="status">
          A moderator muted you. You can write again in{' '}
          <Countdown until={you.mutedUntil} now={clock.now} label="Muted for" urgentMs={0} />.
        </p>
        <Suspense>
          <AskUnban />
        </Suspense>
      </div>
    );
  }
  if (status !== 'user') {
    return (
      <>
        <div className="row">
          <ButtonLink to={`/login?to=${encodeURIComponent(pathname)}`} look="primary" className="grow">
            Log in to chat
          </ButtonLink>
          {modes.guestsMayWrite && status === 'nobody' && (
            <Button onClick={() => setNaming(true)}>Chat as guest</Button>
          )}
        </div>
        <Suspense>{naming && <GuestName onClose={() => setNaming(false)} />}</Suspense>
        <ReactionBar />
      </>
    );
  }
  if (modes.buyersOnly) return <p className="composer__note">Only buyers may write right now.</p>;
  if (modes.followersOnlyS !== null)
    return <p className="composer__note">Only followers may write right now.</p>;
  return <p className="composer__note">You cannot write in this chat.</p>;
}

function Writer({ replyTo, onReplied, you }: ComposerProps & { you: LiveYou }) {
  const { live } = useWatch();
  const modes = useShowState((state) => state.modes);
  const [text, setText] = useState('');
  const [question, setQuestion] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const until = useStore(live.nextLineAt);
  const left = useTimeLeft(until, Date.now);
  const slowS = Math.max(modes.slowS, modes.shield ? SHIELD_SLOW_S : 0);
  const length = [...text].length;
  const submit = () => {
    const line = text.trim();
    if (!line || length > LINE_MAX_CHARS || left > 0) return;
    const about = replyTo
      ? { id: replyTo.id, name: replyTo.author.name, excerpt: replyTo.text.slice(0, 80) }
      : undefined;
    void live.say(line, { question, ...(about ? { replyTo: about } : {}) });
    setText('');
    setQuestion(false);
    onReplied();
    input.current?.focus();
  };
  return (
    <>
      {replyTo && (
        <p className="composer__reply">
          <span className="truncate grow">
            Reply to <b>{replyTo.author.name}</b>: {replyTo.text}
          </span>
          <IconButton label="Do not reply" size="sm" onClick={onReplied}>
            <X />
          </IconButton>
        </p>
      )}
      <form
        className="composer__form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <IconButton
          label="Ask a question"
          size="sm"
          aria-pressed={question}
          onClick={() => setQuestion(!question)}
        >
          <MessageCircleQuestion />
        </IconButton>
        <input
          ref={input}
          className="composer__input"
          aria-label="Message"
          placeholder={
            left > 0
              ? `Next line in ${Math.ceil(left / 1000)} s`
              : question
                ? 'Ask the host'
                : `Chat as ${you.displayName ?? 'you'}`
          }
          value={text}
          maxLength={LINE_MAX_CHARS * 2}
          autoComplete="off"
          enterKeyHint="send"
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {length > COUNT_FROM && (
          <span
            className={length > LINE_MAX_CHARS ? 'composer__count composer__count--over' : 'composer__count'}
          >
            {LINE_MAX_CHARS - length}
          </span>
        )}
        <IconButton
          label="Send"
          type="submit"
          size="sm"
          look={text.trim() ? 'primary' : 'quiet'}
          disabled={!text.trim() || left > 0 || length > LINE_MAX_CHARS}
        >
          <SendHorizontal />
        </IconButton>
      </form>
      <div className="composer__foot">
        <ReactionBar />
        {slowS > 0 && <span className="composer__mode">Slow mode: {slowS} s</span>}
        {modes.followersOnlyS !== null && <span className="composer__mode">Followers only</span>}
        {modes.emotesOnly && <span className="composer__mode">Emotes only</span>}
        {modes.buyersOnly && <span className="composer__mode">Buyers only</span>}
      </div>
    </>
  );
}
