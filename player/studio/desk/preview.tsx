import { VideoOff, Volume2, VolumeX } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../../ui/button.tsx';
import { useStore } from '../../ui/use-store.ts';
import { useShowFolder } from '../../watch/use-address.ts';
import { usePlayback, useProgrammeClock, useStream } from '../../watch/use-playback.ts';
import { useStudio } from '../studio-context.ts';

/** What viewers see, with the delay they have. Silent at first: the host sits beside the microphone. */
export function Preview() {
  const { show, live } = useStudio();
  const playback = usePlayback({ startMuted: true });
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);
  const playing = show.publishing || show.state === 'live' || show.state === 'paused';
  const folder = useShowFolder(show);
  useStream(playback, video, playing && folder ? `${folder}/index.m3u8` : null);
  useProgrammeClock(playback, live);
  const muted = useStore(playback, (state) => state.muted);
  const delay = useStore(playback, (state) => state.delayMs);
  const shows = useStore(playback, (state) => state.status === 'playing' || state.status === 'buffering');
  return (
    <section className="preview" aria-label="Preview">
      <video ref={setVideo} className="preview__video" playsInline muted />
      {!shows && (
        <p className="preview__none">
          <VideoOff aria-hidden="true" />
          {playing ? 'Waiting for the picture' : 'No picture yet'}
        </p>
      )}
      {shows && (
        <div className="preview__bar">
          <IconButton
            label={muted ? 'Hear preview' : 'Mute preview'}
            size="sm"
            look="stage"
            onClick={() => playback.setMuted(!muted)}
          >
            {muted ? <VolumeX /> : <Volume2 />}
          </IconButton>
          {delay !== null && <span className="num">{(delay / 1000).toFixed(1)} s behind you</span>}
        </div>
      )}
    </section>
  );
}
