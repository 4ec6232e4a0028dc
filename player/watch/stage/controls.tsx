import {
  Captions,
  Maximize,
  Minimize,
  Pause,
  PictureInPicture2,
  Play,
  Scissors,
  Settings2,
  SkipBack,
  Volume1,
  Volume2,
  VolumeX,
} from 'lucide-react';
import { lazy, Suspense, useState, useSyncExternalStore } from 'react';
import type { RefObject } from 'react';
import { CLIP_MIN_S } from '../../core/playback/clip-span.ts';
import type { Playback } from '../../core/playback/playback.ts';
import type { Chapter } from '../../core/replay/chapters.ts';
import { IconButton } from '../../ui/button.tsx';
import { Menu, type MenuItem } from '../../ui/menu.tsx';
import { useStore } from '../../ui/use-store.ts';
import './controls.css';
import { useWatch } from '../watch-context.ts';
import { Timeline } from './timeline.tsx';

const ClipDialog = lazy(async () => ({ default: (await import('../clip/clip-dialog.tsx')).ClipDialog }));

interface ControlsProps {
  playback: Playback;
  chapters: readonly Chapter[];
  frame: RefObject<HTMLElement | null>;
}

/** The player's controls: play, sound, the way back to live, own delay, captions, quality, picture-in-picture, full screen. */
export function Controls({ playback, chapters, frame }: ControlsProps) {
  const status = useStore(playback, (state) => state.status);
  const running = status === 'playing' || status === 'buffering';
  return (
    <div className="controls" role="group" aria-label="Player controls">
      <Timeline playback={playback} chapters={chapters} />
      <div className="controls__row">
        <IconButton
          look="stage"
          label={running ? 'Pause' : 'Play'}
          onClick={() => (running ? playback.pause() : void playback.play())}
        >
          {running ? <Pause /> : <Play />}
        </IconButton>
        <Sound playback={playback} />
        <Live playback={playback} />
        <span className="grow" />
        <MakeClip playback={playback} />
        <CaptionMenu playback={playback} />
        <QualityMenu playback={playback} />
        <PictureInPicture frame={frame} />
        <FullScreen frame={frame} />
      </div>
    </div>
  );
}

function Sound({ playback }: { playback: Playback }) {
  const muted = useStore(playback, (state) => state.muted);
  const volume = useStore(playback, (state) => state.volume);
  const silent = muted || volume === 0;
  const Icon = silent ? VolumeX : volume < 0.5 ? Volume1 : Volume2;
  return (
    <span className="controls__sound">
      <IconButton look="stage" label={muted ? 'Unmute' : 'Mute'} onClick={() => playback.setMuted(!muted)}>
        <Icon />
      </IconButton>
      <input
        type="range"
        className="controls__volume"
        aria-label="Volume"
        min={0}
        max={1}
        step={0.05}
        value={silent ? 0 : volume}
        onChange={(event) => playback.setVolume(event.currentTarget.valueAsNumber)}
      />
    </span>
  );
}

/** At the live edge: the viewer's own delay. Elsewhere: the way back. */
function Live({ playback }: { playback: Playback }) {
  const live = useStore(playback, (state) => state.live && state.status !== 'idle');
  const behind = useStore(playback, (state) => state.behindLive);
  const { folder } = useWatch();
  const seconds = useStore(playback, (state) =>
    state.delayMs === null ? null : (state.delayMs / 1000).toFixed(1),
  );
  if (!live) return null;
  return (
    <>
      {!behind && folder && (
        <IconButton
          look="stage"
          label="Watch from the start"
          className="controls__start"
          onClick={() => playback.fromStart(`${folder}/dvr.m3u8`)}
        >
          <SkipBack />
        </IconButton>
      )}
      {behind && (
        <button type="button" className="controls__live" onClick={() => playback.goLive()}>
          <span className="controls__dot" aria-hidden="true" />
          Go live
        </button>
      )}
      {seconds !== null && (
        <span className="controls__delay num" title="How far your picture is behind the camera">
          {seconds} s behind
        </span>
      )}
    </>
  );
}

function MakeClip({ playback }: { playback: Playback }) {
  const possible = useStore(playback, ({ to, from }) => to - from > CLIP_MIN_S);
  const [making, setMaking] = useState(false);
  if (!possible) return null;
  return (
    <>
      <IconButton look="stage" label="Make a clip" className="controls__clip" onClick={() => setMaking(true)}>
        <Scissors />
      </IconButton>
      <Suspense>{making && <ClipDialog playback={playback} onClose={() => setMaking(false)} />}</Suspense>
    </>
  );
}

function CaptionMenu({ playback }: { playback: Playback }) {
  const captions = useStore(playback, (state) => state.captions);
  const chosen = useStore(playback, (state) => state.caption);
  if (captions.length === 0) return null;
  const items: MenuItem[] = [{ id: -1, label: 'Off' }, ...captions].map(({ id, label }) => ({
    key: String(id),
    label,
    checked: id === chosen,
    onSelect: () => playback.setCaption(id),
  }));
  return <Menu label="Captions" icon={<Captions />} look="stage" place="above" items={items} />;
}

const RATES = [1, 1.25, 1.5, 2];

function QualityMenu({ playback }: { playback: Playback }) {
  const { qualities, quality, showing, audioOnly, audioOnlyPossible, live, rate } = useStore(playback);
  if (qualities.length === 0 && !audioOnly) return null;
  const auto = showing && quality === -1 ? `Automatic (${showing})` : 'Automatic';
  const items: MenuItem[] = [
    {
      key: 'auto',
      label: auto,
      checked: quality === -1 && !audioOnly,
      onSelect: () => playback.setQuality(-1),
    },
    ...qualities.map(({ id, label }) => ({
      key: String(id),
      label,
      checked: quality === id && !audioOnly,
      onSelect: () => playback.setQuality(id),
    })),
  ];
  if (audioOnlyPossible)
    items.push({
      key: 'audio',
      label: 'Audio only',
      checked: audioOnly,
      onSelect: () => playback.setAudioOnly(true),
    });
  if (!live) {
    for (const value of RATES)
      items.push({
        key: `x${value}`,
        label: `Speed ${value}×`,
        checked: rate === value,
        onSelect: () => playback.setRate(value),
      });
  }
  return <Menu label="Quality" icon={<Settings2 />} look="stage" place="above" items={items} />;
}

function PictureInPicture({ frame }: { frame: RefObject<HTMLElement | null> }) {
  if (!document.pictureInPictureEnabled) return null;
  const toggle = async () => {
    if (document.pictureInPictureElement) return document.exitPictureInPicture();
    return frame.current?.querySelector('video')?.requestPictureInPicture();
  };
  return (
    <IconButton
      look="stage"
      label="Picture-in-picture"
      className="controls__pip"
      onClick={() => void toggle().catch(() => undefined)}
    >
      <PictureInPicture2 />
    </IconButton>
  );
}

function FullScreen({ frame }: { frame: RefObject<HTMLElement | null> }) {
  const full = useSyncExternalStore(
    (changed) => {
      document.addEventListener('fullscreenchange', changed);
      return () => document.removeEventListener('fullscreenchange', changed);
    },
    () => document.fullscreenElement !== null,
  );
  if (!document.fullscreenEnabled) return null;
  const toggle = () => (full ? document.exitFullscreen() : frame.current?.requestFullscreen());
  return (
    <IconButton
      look="stage"
      label={full ? 'Leave full screen' : 'Full screen'}
      onClick={() => void toggle()?.catch(() => undefined)}
    >
      {full ? <Minimize /> : <Maximize />}
    </IconButton>
  );
}
