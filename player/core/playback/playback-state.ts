export interface Quality {
  /** The player's own number; -1 is "automatic". */
  id: number;
  label: string;
}

/** What a page shows of the player. */
export interface PlaybackState {
  status:
    'idle' | 'loading' | 'playing' | 'paused' | 'buffering' | 'ended' | 'gone' | 'forbidden' | 'unsupported';
  muted: boolean;
  volume: number;
  /** The browser let the picture start only without sound. */
  soundBlocked: boolean;
  /** The browser wants a press before anything plays. */
  startBlocked: boolean;
  live: boolean;
  /** The viewer went back in time or paused: the live edge is elsewhere. */
  behindLive: boolean;
  /** The viewer's own delay against the server's clock, ms; null while unknown. */
  delayMs: number | null;
  position: number;
  /** Positions are seconds of the whole show from its beginning, not of the last minutes of a live one. */
  whole: boolean;
  /** The stretch one can go to, seconds. */
  from: number;
  to: number;
  qualities: readonly Quality[];
  quality: number;
  /** What "automatic" has chosen, in words. */
  showing: string | null;
  audioOnly: boolean;
  audioOnlyPossible: boolean;
  captions: readonly Quality[];
  caption: number;
  portrait: boolean;
  rate: number;
}

export const IDLE: PlaybackState = {
  status: 'idle',
  muted: false,
  volume: 1,
  soundBlocked: false,
  startBlocked: false,
  live: true,
  behindLive: false,
  delayMs: null,
  position: 0,
  whole: false,
  from: 0,
  to: 0,
  qualities: [],
  quality: -1,
  showing: null,
  audioOnly: false,
  audioOnlyPossible: false,
  captions: [],
  caption: -1,
  portrait: false,
  rate: 1,
};

interface Rung {
  height: number;
  width: number;
  bitrate: number;
  frameRate?: number;
}

/** Names for the rungs of a ladder: "1080p", "720p60"; by bitrate where two have one height. */
export function qualityNames(rungs: readonly Rung[]): Quality[] {
  const names = rungs.map((rung) => {
    const lines = Math.min(rung.height, rung.width) || rung.height;
    return lines
      ? `${lines}p${(rung.frameRate ?? 0) > 40 ? Math.round(rung.frameRate ?? 0) : ''}`
      : `${Math.round(rung.bitrate / 1000)} kbit/s`;
  });
  return names
    .map((name, id) => {
      const twice = names.filter((other) => other === name).length > 1;
      return {
        id,
        label: twice ? `${name} · ${((rungs[id]?.bitrate ?? 0) / 1e6).toFixed(1)} Mbit/s` : name,
        bitrate: rungs[id]?.bitrate ?? 0,
      };
    })
    .toSorted((a, b) => b.bitrate - a.bitrate)
    .map(({ id, label }) => ({ id, label }));
}
