import { Flag, MessageCircleQuestion, MoreHorizontal, Reply } from 'lucide-react';
import { lazy, memo, Suspense, useState } from 'react';
import type { Badge as ChatBadge, ChatLine as Line } from '#contracts';
import type { PendingLine } from '../../core/live/show-state.ts';
import { hueOf } from '../../ui/avatar.tsx';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/cx.ts';
import { Menu, type MenuItem } from '../../ui/menu.tsx';
import { useWatch } from '../watch-context.ts';
import { moderationItems } from './moderation-items.tsx';

const ReportDialog = lazy(async () => ({ default: (await import('./report-dialog.tsx')).ReportDialog }));

interface ChatLineProps {
  line: Line;
  mine: boolean;
  onReply: (line: Line) => void;
}

/** One line. Its name has a colour of its own, its badges say who speaks. */
export const ChatLine = memo(function ChatLine({ line, mine, onReply }: ChatLineProps) {
  const { presentation } = useWatch();
  return (
    <li
      className={cx(
        'line',
        mine && 'line--mine',
        line.author.badges.includes('host') && 'line--host',
        line.question && 'line--question',
      )}
    >
      {line.replyTo && (
        <p className="line__reply truncate">
          <Reply aria-hidden="true" />
          {line.replyTo.name}: {line.replyTo.excerpt}
        </p>
      )}
      <p className="line__text">
        <Author name={line.author.name} id={line.author.id} badges={line.author.badges} />
        {line.question && <MessageCircleQuestion className="line__question" aria-label="asks" />}
        <span>{line.text}</span>
      </p>
      {presentation.answering === line.id && <p className="line__answering">The host is answering this</p>}
      <LineMenu line={line} mine={mine} onReply={onReply} />
    </li>
  );
});

/** A line of a recording: read only. */
export const ReplayLine = memo(function ReplayLine({ line }: { line: Line }) {
  return (
    <li className={cx('line', line.author.badges.includes('host') && 'line--host')}>
      <p className="line__text">
        <Author name={line.author.name} id={line.author.id} badges={line.author.badges} />
        <span>{line.text}</span>
      </p>
    </li>
  );
});

const BADGE_WORDS: Record<ChatBadge, string> = {
  host: 'Host',
  moderator: 'Mod',
  staff: 'Staff',
  buyer: 'Just bought',
};

function Author({ name, id, badges }: { name: string; id: string; badges: readonly ChatBadge[] }) {
  return (
    <>
      {badges.map((badge) => (
        <span key={badge} className={`line__badge line__badge--${badge}`}>
          {BADGE_WORDS[badge]}
        </span>
      ))}
      <b className="line__author" style={{ '--hue': hueOf(id) } as React.CSSProperties}>
        {name}
      </b>
      <span className="sr-only">: </span>{' '}
    </>
  );
}

function LineMenu({ line, mine, onReply }: ChatLineProps) {
  const { live } = useWatch();
  const [reporting, setReporting] = useState(false);
  const items = (): MenuItem[] => [
    { key: 'reply', label: 'Reply', icon: <Reply />, onSelect: () => onReply(line) },
    ...(mine ? [] : [{ key: 'report', label: 'Report', icon: <Flag />, onSelect: () => setReporting(true) }]),
    ...moderationItems(live, line),
  ];
  return (
    <span className="line__menu">
      <Menu
        label={`Options for the line of ${line.author.name}`}
        icon={<MoreHorizontal />}
        size="sm"
        items={items}
      />
      <Suspense>{reporting && <ReportDialog line={line} onClose={() => setReporting(false)} />}</Suspense>
    </span>
  );
}

/** A line of one's own that is not in the room yet. */
export function PendingChatLine({ line }: { line: PendingLine }) {
  const { live } = useWatch();
  return (
    <li className={cx('line line--mine', `line--${line.state}`)}>
      <p className="line__text">
        <b className="line__author line__author--me">You</b> <span>{line.text}</span>
      </p>
      {line.state === 'held' && <p className="line__note">Waits for a moderator</p>}
      {line.state === 'failed' && (
        <div className="line__note line__note--bad" role="alert">
          <span className="grow">{line.why}</span>
          <Button size="sm" look="quiet" onClick={() => void live.sayAgain(line.key)}>
            Try again
          </Button>
          <Button size="sm" look="quiet" onClick={() => live.dropLine(line.key)}>
            Drop
          </Button>
        </div>
      )}
    </li>
  );
}
