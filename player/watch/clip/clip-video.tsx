import { useState } from 'react';
import { usePlayback, useStream } from '../use-playback.ts';

interface ClipVideoProps {
  folder: string | null;
  from: number;
  to: number;
  /** In a dialog beside a show that plays: silent. */
  silent?: boolean;
}

/** A stretch of a show, over and over. */
export function ClipVideo({ folder, from, to, silent }: ClipVideoProps) {
  const playback = usePlayback({ startMuted: silent });
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);
  useStream(playback, video, folder && `${folder}/clip.m3u8?from=${from}&to=${to}`);
  return (
    <video
      ref={setVideo}
      className="clip__video"
      aria-label="Clip"
      playsInline
      loop
      controls
      muted={silent}
    />
  );
}
