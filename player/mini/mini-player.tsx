import { Maximize2, Volume2, VolumeX, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useNavigate } from 'react-router';
import { IconButton } from '../ui/button.tsx';
import { useStore } from '../ui/use-store.ts';
import { usePlayback, useStream } from '../watch/use-playback.ts';
import './mini-player.css';
import { miniShow, type MiniShow } from './mini-show.ts';

/** The show in a corner of every other page, until the viewer goes back to it or puts it away. */
export function MiniPlayer({ show }: { show: MiniShow }) {
  const navigate = useNavigate();
  const playback = usePlayback();
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);
  useStream(playback, video, show.url, show.startAt);
  const muted = useStore(playback, (state) => state.muted);
  const over = useStore(playback, ({ status }) => ['ended', 'gone', 'forbidden'].includes(status));
  useEffect(() => {
    if (over) miniShow.set(null);
  }, [over]);
  const back = () => {
    const { live, position } = playback.get();
    void navigate(`/shows/${show.showId}${live ? '' : `?t=${Math.floor(position)}`}`);
  };
  return (
    <section className="mini" aria-label="Mini-player">
      <video ref={setVideo} className="mini__video" playsInline onClick={back} />
      <div className="mini__bar">
        <span className="mini__title truncate grow">{show.title}</span>
        <IconButton
          label={muted ? 'Unmute' : 'Mute'}
          look="stage"
          size="sm"
          onClick={() => playback.setMuted(!muted)}
        >
          {muted ? <VolumeX /> : <Volume2 />}
        </IconButton>
        <IconButton label={`Back to ${show.title}`} look="stage" size="sm" onClick={back}>
          <Maximize2 />
        </IconButton>
        <IconButton label="Close the mini-player" look="stage" size="sm" onClick={() => miniShow.set(null)}>
          <X />
        </IconButton>
      </div>
    </section>
  );
}
