import type Hls from 'hls.js';

type Listener = (event: string, data: unknown) => void;

interface FakeLevel {
  width: number;
  height: number;
  bitrate: number;
}

/** What one made player was told, and a way to let it tell something. */
export interface FakePlayer {
  url: string;
  destroyed: boolean;
  loadLevel: number;
  nextLevel: number;
  /** Programme time of the picture. */
  playingDate: Date | null;
  /** Events that it was told to trigger. */
  triggered: [string, unknown][];
  tell(event: string, data: object): void;
}

/** Stands in for hls.js: remembers every player that was made, plays nothing. */
export function fakeEngine(levels: FakeLevel[]) {
  const made: FakePlayer[] = [];
  class Engine {
    static Events = new Proxy({}, { get: (_, name) => name });
    static ErrorDetails = new Proxy({}, { get: (_, name) => name });
    static ErrorTypes = { NETWORK_ERROR: 'network', MEDIA_ERROR: 'media' };
    static isSupported = () => true;
    url = '';
    destroyed = false;
    levels = levels;
    audioTracks: { url: string }[] = [];
    loadLevel = -1;
    nextLevel = -1;
    currentLevel = 0;
    liveSyncPosition = 100;
    latency = 2;
    targetLatency = 2;
    playingDate: Date | null = null;
    latestLevelDetails = null;
    config = {};
    triggered: [string, unknown][] = [];
    private readonly listeners = new Map<string, Listener[]>();
    constructor() {
      made.push(this);
    }
    get autoLevelEnabled(): boolean {
      return this.loadLevel === -1 && this.nextLevel === -1;
    }
    on(event: string, listener: Listener): void {
      this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
    }
    tell(event: string, data: object): void {
      for (const listener of this.listeners.get(event) ?? []) listener(event, data);
    }
    trigger(event: string, data: unknown): void {
      this.triggered.push([event, data]);
    }
    loadSource(url: string): void {
      this.url = url;
    }
    attachMedia(): void {}
    destroy(): void {
      this.destroyed = true;
    }
  }
  return { Engine: Engine as unknown as typeof Hls, made };
}

/** A video element that plays what it is told to. */
export function fakeVideo() {
  const tracks = Object.assign(new EventTarget(), { length: 0 }) as EventTarget & {
    length: number;
    [at: number]: { kind: string; label: string; language: string; mode: string };
  };
  const video = Object.assign(new EventTarget(), {
    muted: false,
    volume: 1,
    paused: true,
    ended: false,
    currentTime: 0,
    duration: 0,
    playbackRate: 1,
    videoWidth: 640,
    videoHeight: 360,
    seekable: { length: 0 },
    textTracks: tracks,
    play: () => Promise.resolve(),
    pause: () => undefined,
  });
  return {
    element: video as unknown as HTMLVideoElement,
    /** A track as hls.js or the browser adds it: there, but not shown. */
    addTrack(label: string, kind = 'captions') {
      const track = { kind, label, language: '', mode: 'disabled' };
      tracks[tracks.length] = track;
      tracks.length += 1;
      tracks.dispatchEvent(new Event('addtrack'));
      return track;
    },
    dropTracks() {
      tracks.length = 0;
      tracks.dispatchEvent(new Event('removetrack'));
    },
  };
}
