import { MessagesSquare, ShoppingBag } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { ShowDetail } from '#contracts';
import type { LiveShow } from '../core/live/live-show.ts';
import type { Playback } from '../core/playback/playback.ts';
import { miniShow } from '../mini/mini-show.ts';
import { Tabs } from '../ui/tabs.tsx';
import { useStore } from '../ui/use-store.ts';
import { BuySheet } from './buy/buy-sheet.tsx';
import { HoldBar } from './buy/hold-bar.tsx';
import { Chat } from './chat/chat.tsx';
import { PinnedCard } from './pinned/pinned-card.tsx';
import { useSales } from './use-sales.ts';
import { useReplay, type Replay } from './replay/use-replay.ts';
import { Shelf } from './shelf/shelf.tsx';
import { ShowBar, ShowWords } from './show-words.tsx';
import { Stage } from './stage/stage.tsx';
import { useShowFolder } from './use-address.ts';
import { useMedia } from './use-media.ts';
import { usePlayback, useProgrammeClock, useStream } from './use-playback.ts';
import { usePresentation } from './use-presentation.ts';
import { useWatch, WatchContext } from './watch-context.ts';

const Waiting = lazy(async () => ({ default: (await import('./waiting/waiting.tsx')).Waiting }));
const Chapters = lazy(async () => ({ default: (await import('./replay/chapters.tsx')).Chapters }));
const ReplayChat = lazy(async () => ({ default: (await import('./replay/replay-chat.tsx')).ReplayChat }));

const NONE: Replay['chapters'] = [];

interface ShowRoomProps {
  show: ShowDetail;
  live: LiveShow;
  /** Loads the show's facts again. */
  reload: () => void;
}

/** The show page: picture, offer, chat, products; before the start a countdown in the picture's place. */
export function ShowRoom({ show, live, reload }: ShowRoomProps) {
  const state = useStore(live.state, (now) => now.show?.state) ?? show.state;
  const playback = usePlayback();
  useSales(show, live);
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);
  const [search] = useSearchParams();
  // Who was here when the show ended sees it out; the recording begins when they ask for it.
  const [replaying, setReplaying] = useState(show.state === 'ended');
  const replay = useReplay(show.showId, state === 'ended' && replaying);
  const presentation = usePresentation(live, playback, replay?.cues ?? null);
  useFreshLineup(show, presentation.product?.productId, reload);
  const wide = useMedia('(width >= 1000px)');
  const startAt = replaying ? Math.max(0, Number(search.get('t')) || 0) : undefined;
  const folder = useShowFolder(state === 'scheduled' ? null : { ...show, state });
  const url = folder && `${folder}/index.m3u8`;
  useStream(playback, video, url, startAt);
  useProgrammeClock(playback, live);
  useMiniShow(show, playback, url);
  const watchAgain = replaying ? null : () => setReplaying(true);
  return (
    <WatchContext value={{ show, live, presentation, folder }}>
      <title>{`${show.title} · Showfloor`}</title>
      <div className="watch">
        <div className="watch__main">
          <div className="watch__stage">
            {state === 'scheduled' ? (
              <Suspense fallback={<div className="stage" />}>
                <Waiting />
              </Suspense>
            ) : (
              <Stage
                playback={playback}
                setVideo={setVideo}
                chapters={replay?.chapters ?? NONE}
                watchAgain={watchAgain}
              />
            )}
            <div className="stage__pinned">
              <PinnedCard />
            </div>
          </div>
          {!wide && <ShowBar />}
          {wide && (
            <div className="watch__below">
              <ShowWords />
              {replay && <Chapters playback={playback} chapters={replay.chapters} />}
              <section className="stack" aria-label="In this show">
                <h2 className="watch__heading">In this show</h2>
                <Shelf />
              </section>
            </div>
          )}
        </div>
        <aside className="watch__side" aria-label={wide ? 'Chat' : 'Chat and products'}>
          {wide ? (
            <Talk playback={playback} replay={replay} />
          ) : (
            <NarrowTabs playback={playback} replay={replay} />
          )}
        </aside>
      </div>
      <BuySheet />
      <HoldBar />
    </WatchContext>
  );
}

interface TalkProps {
  playback: Playback;
  replay: Replay | null;
}

function Talk({ playback, replay }: TalkProps) {
  return replay ? <ReplayChat playback={playback} lines={replay.lines} /> : <Chat />;
}

/** On a phone chat and products share the space under the picture. */
function NarrowTabs({ playback, replay }: TalkProps) {
  const { show } = useWatch();
  const [tab, setTab] = useState<'chat' | 'products'>('chat');
  return (
    <Tabs
      fill
      label="Chat and products"
      value={tab}
      onChange={setTab}
      tabs={[
        {
          key: 'chat',
          label: (
            <>
              <MessagesSquare aria-hidden="true" size={18} /> Chat
            </>
          ),
        },
        {
          key: 'products',
          count: show.lineup.length,
          label: (
            <>
              <ShoppingBag aria-hidden="true" size={18} /> Products
            </>
          ),
        },
      ]}
    >
      {tab === 'chat' ? (
        <Talk playback={playback} replay={replay} />
      ) : (
        <div className="watch__scroll">
          <ShowWords named />
          {replay && <Chapters playback={playback} chapters={replay.chapters} />}
          <Shelf layout="list" />
        </div>
      )}
    </Tabs>
  );
}

/** The host may put a product into the line-up while the show runs: one that is not known here is asked for. */
function useFreshLineup(show: ShowDetail, productId: string | undefined, reload: () => void): void {
  const unknown =
    productId !== undefined && !show.lineup.some((product) => product.productId === productId)
      ? productId
      : null;
  useEffect(() => {
    if (unknown) reload();
  }, [unknown, reload]);
}

/** A show that is left while its picture moves goes on in a corner of the next page. */
function useMiniShow(show: ShowDetail, playback: Playback, url: string | null): void {
  useEffect(() => {
    miniShow.set(null);
    return () => {
      const { status, live, position } = playback.get();
      if (!url || (status !== 'playing' && status !== 'buffering')) return;
      const { showId, title } = show;
      miniShow.set({ showId, title, url, ...(live ? {} : { startAt: position }) });
    };
  }, [show, playback, url]);
}
