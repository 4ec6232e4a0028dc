import { useRef, useState } from 'react';
import type { RefObject } from 'react';
import { Play, Volume2 } from 'lucide-react';
import type { ShowView } from '#contracts';
import type { Playback } from '../../core/playback/playback.ts';
import type { Chapter } from '../../core/replay/chapters.ts';
import { ShowPoster } from '../../home/show-poster.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/cx.ts';
import { useStore } from '../../ui/use-store.ts';
import { useShowState, useWatch } from '../watch-context.ts';
import { Controls } from './controls.tsx';
import { HostMessage } from './host-message.tsx';
import { Reactions } from './reactions.tsx';
import { Slate } from './slate.tsx';
import './stage.css';
import { stageKeys, togglePlay } from './stage-keys.ts';
import { useControlsShown } from './use-controls-shown.ts';
import { ViewerCount } from './viewer-count.tsx';

interface StageProps {
  playback: Playback;
  setVideo: (video: HTMLVideoElement | null) => void;
  /** The moments of a recording; none while the show runs. */
  chapters: readonly Chapter[];
  /** Opens the recording of a show that ended while the viewer was here; null while there is nothing to ask. */
  watchAgain: (() => void) | null;
}

/** The picture with what lies on it. The picture fills it without being cut. */
export function Stage({ playback, setVideo, chapters, watchAgain }: StageProps) {
  const frame = useRef<HTMLDivElement>(null);
  const { show, folder } = useWatch();
  const status = useStore(playback, (state) => state.status);
  const portrait = useStore(playback, (state) => state.portrait);
  const controls = useControlsShown(status === 'playing');
  const showState = useShowState((state) => state.show?.state) ?? show.state;
  const [started, setStarted] = useState(false);
  return (
    <section
      ref={frame}
      className={cx('stage', portrait && 'stage--portrait', controls.shown && 'stage--controls')}
      aria-label="Video"
      tabIndex={-1}
      {...controls.listeners}
      onKeyDown={(event) => {
        controls.listeners.onKeyDown();
        stageKeys(playback, frame)(event);
      }}
    >
      {!started && <ShowPoster show={posterAt(show, folder)} eager />}
      <video
        ref={setVideo}
        className="stage__video"
        playsInline
        onPlaying={() => setStarted(true)}
        onClick={() => {
          frame.current?.focus({ preventScroll: true });
          togglePlay(playback);
        }}
      />
      <div className="stage__top">
        <ShowBadges state={showState} playback={playback} replaying={watchAgain === null} />
        <HostMessage />
      </div>
      <Slate state={showState} playback={playback} watchAgain={watchAgain} />
      <Reactions />
      <StartPrompt playback={playback} />
      <Controls playback={playback} chapters={chapters} frame={frame as RefObject<HTMLElement | null>} />
    </section>
  );
}

/** A frame of the stream as poster is in the show's folder, which is signed where the show is private. */
function posterAt({ showId, posterUrl }: ShowView, folder: string | null) {
  const open = `/hls/${showId}/`;
  const inFolder = posterUrl?.startsWith(open) ?? false;
  return { showId, posterUrl: inFolder ? folder && `${folder}/${posterUrl?.slice(open.length)}` : posterUrl };
}

interface ShowBadgesProps {
  state: string;
  playback: Playback;
  replaying: boolean;
}

function ShowBadges({ state, playback, replaying }: ShowBadgesProps) {
  const behind = useStore(playback, (now) => now.behindLive);
  return (
    <div className="stage__badges">
      {state === 'live' && (
        <Badge tone={behind ? 'stage' : 'live'} pulse={!behind}>
          LIVE
        </Badge>
      )}
      {state === 'paused' && <Badge tone="warn">Be right back</Badge>}
      {state === 'ended' && <Badge tone="stage">{replaying ? 'Replay' : 'Over'}</Badge>}
      {state !== 'ended' && <ViewerCount />}
    </div>
  );
}

/** Browsers start sound, or anything at all, only after a press: one large button for that. */
function StartPrompt({ playback }: { playback: Playback }) {
  const startBlocked = useStore(playback, (state) => state.startBlocked);
  const soundBlocked = useStore(playback, (state) => state.soundBlocked);
  if (startBlocked) {
    return (
      <div className="stage__prompt">
        <Button look="volt" size="lg" icon={<Play />} onClick={() => void playback.play()}>
          Play
        </Button>
      </div>
    );
  }
  if (!soundBlocked) return null;
  return (
    <div className="stage__sound">
      <Button look="stage" icon={<Volume2 />} onClick={() => playback.setMuted(false)}>
        Turn on sound
      </Button>
    </div>
  );
}
