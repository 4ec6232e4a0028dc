import { useState } from 'react';
import { Tabs } from '../../ui/tabs.tsx';
import { useStore } from '../../ui/use-store.ts';
import { Chat } from '../../watch/chat/chat.tsx';
import { useMedia } from '../../watch/use-media.ts';
import { StreamHealth } from '../stream/stream-health.tsx';
import './desk.css';
import { Announcer } from './announcer.tsx';
import { DeskNews } from './desk-news.tsx';
import { LiveFiguresCard } from './live-figures-card.tsx';
import { PollMaker } from './poll-maker.tsx';
import { Preview } from './preview.tsx';
import { Questions } from './questions.tsx';
import { Rundown } from './rundown.tsx';
import { useMayOrder, useStudio } from '../studio-context.ts';
import { useMay } from '../use-my-shops.ts';

/** What a host needs in sight during a show: picture, figures, products, sales, chat. */
export function ControlDesk() {
  const wide = useMedia('(width >= 1100px)');
  const [part, setPart] = useState<'run' | 'chat' | 'picture'>('run');
  if (!wide) {
    return (
      <>
        <DeskNews />
        <Tabs
          label="Control desk"
          value={part}
          onChange={setPart}
          tabs={[
            { key: 'run', label: 'Run' },
            { key: 'chat', label: 'Chat' },
            { key: 'picture', label: 'Picture' },
          ]}
        >
          {part === 'run' && <RunColumn />}
          {part === 'chat' && <TalkColumn />}
          {part === 'picture' && <PictureColumn />}
        </Tabs>
      </>
    );
  }
  return (
    <>
      <DeskNews />
      <div className="desk">
        <PictureColumn />
        <RunColumn />
        <TalkColumn />
      </div>
    </>
  );
}

function PictureColumn() {
  const { show } = useStudio();
  const may = useMay(show.shopId);
  return (
    <div className="desk__column">
      <Preview />
      <LiveFiguresCard />
      {may('shows:run') && <StreamHealth showId={show.showId} />}
    </div>
  );
}

function RunColumn() {
  const mayOrder = useMayOrder();
  return (
    <div className="desk__column">
      <Rundown />
      {mayOrder('message') && <Announcer />}
      {mayOrder('open_poll') && <PollMaker />}
    </div>
  );
}

/** Chat and questions with everything a moderator may do about a line. */
function TalkColumn() {
  const [tab, setTab] = useState<'chat' | 'questions'>('chat');
  const { desk } = useStudio();
  const questions = useStore(desk, (state) => state.figures?.questions ?? state.questions.length);
  return (
    <div className="desk__talk">
      <Tabs
        fill
        label="Talk"
        value={tab}
        onChange={setTab}
        tabs={[
          { key: 'chat', label: 'Chat' },
          { key: 'questions', label: 'Questions', count: questions },
        ]}
      >
        {tab === 'chat' ? <Chat /> : <Questions />}
      </Tabs>
    </div>
  );
}
