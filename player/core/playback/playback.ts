import type Hls from 'hls.js';
import type { ErrorData, HlsConfig } from 'hls.js';
import { createStore, type Readable } from '../store.ts';
import type { Timers } from '../timers.ts';
import { trimBetweenParts } from './back-buffer.ts';
import { CaptionTracks } from './caption-tracks.ts';
import { captionsOverParts } from './captions-over-parts.ts';
import { CATCH_UP_RATE, hlsSettings } from './hls-settings.ts';
import { createLiveFollow } from './live-follow.ts';
import { IDLE, qualityNames, type PlaybackState } from './playback-state.ts';
import { createRecovery, isVerdict, type Remedy } from './recovery.ts';
import { watchForSound } from './sound-watch.ts';
import { giveBackStallDistance } from './stall-distance.ts';

export interface PlaybackDeps {
  /** hls.js is large; it is fetched when a show is opened. */
  loadHls: () => Promise<typeof Hls>;
  workerUrl: string;
  serverNow: () => number;
  timers: Timers;
  random: () => number;
  /** The text at an address; null when it could not be had. */
  readText: (url: string) => Promise<string | null>;
  /** What this browser remembers of the viewer's wishes. */
  wishes: {
    read: () => { muted: boolean; volume: number };
    write: (wishes: { muted: boolean; volume: number }) => void;
  };
}

const LOOK_EVERY_MS = 500;
/** Further behind than this the viewer went back on purpose; nearer is the usual wavering. */
const BEHIND_S = 5;

/** Plays a show in a video element: low delay, recovery without a press, rewinding, quality, captions. */
export class Playback implements Readable<PlaybackState> {
  private readonly store = createStore<PlaybackState>(IDLE);
  private readonly follow = createLiveFollow();
  private readonly remedyFor: (fault: Parameters<ReturnType<typeof createRecovery>>[0]) => Remedy;
  private hls: Hls | null = null;
  private Engine: typeof Hls | null = null;
  private url = '';
  /** Where the live edge is when `url` is the whole show so far. */
  private liveUrl = '';
  private audioUrl: string | null = null;
  private following = true;
  /** Programme time minus the server's time. */
  private programmeOffset = 0;
  /** The rung the viewer chose, by its name: a player that is rebuilt numbers its rungs anew. */
  private qualityWish: string | null = null;
  private captionTracks: CaptionTracks | null = null;
  private cancelSoundWatch = () => undefined as void;
  private cancelLook = () => undefined as void;
  private cancelRemedy = () => undefined as void;
  private listening = new AbortController();
  private element: HTMLVideoElement | null = null;

  readonly get = this.store.get;
  readonly subscribe = this.store.subscribe;
  private readonly deps: PlaybackDeps;

  constructor(deps: PlaybackDeps) {
    this.deps = deps;
    this.remedyFor = createRecovery(() => deps.timers.now(), deps.random);
  }

  /** Takes the element to play in; `stop` lets it go. */
  attach(video: HTMLVideoElement): void {
    this.stop();
    this.element = video;
    this.listening = new AbortController();
    const { muted, volume } = this.deps.wishes.read();
    video.muted = muted;
    video.volume = volume;
    this.patch({ muted, volume, captions: [], caption: -1 });
    this.listen();
    this.captionTracks = new CaptionTracks(
      video.textTracks,
      (captions) => this.patch(captions),
      this.listening.signal,
    );
  }

  /** Opens a stream and plays it, at the live edge or where a recording begins (`startAt` seconds). */
  async open(url: string, startAt?: number): Promise<void> {
    this.url = url;
    this.liveUrl = url;
    this.audioUrl = null;
    this.following = true;
    this.patch({ status: 'loading', audioOnly: false, behindLive: false, whole: false });
    this.Engine ??= await this.deps.loadHls();
    if (this.url !== url || !this.element) return; // another show was opened, or the page left
    this.build(url, startAt);
    await this.play();
    if (this.url === url) this.look();
  }

  /** How far programme time is from the server's time, ms: the picture's own delay is told by the programme's clock. */
  setProgrammeOffset(ms: number): void {
    this.programmeOffset = ms;
  }

  /** Programme time of the picture in milliseconds since 1970; null without a picture. */
  pictureNow(): number | null {
    return this.hls?.playingDate?.getTime() ?? (this.element && nativeDate(this.element));
  }

  async play(): Promise<void> {
    const { video } = this;
    try {
      await video.play();
      this.patch({ startBlocked: false });
    } catch (cause) {
      if (!(cause instanceof DOMException) || cause.name !== 'NotAllowedError') return; // a newer load took over
      if (video.muted) return this.patch({ startBlocked: true, status: 'paused' });
      video.muted = true;
      this.patch({ soundBlocked: true, muted: true });
      await video.play().catch(() => this.patch({ startBlocked: true, status: 'paused' }));
    }
  }

  pause(): void {
    this.video.pause();
    if (this.get().live) this.setFollowing(false);
  }

  setMuted(muted: boolean): void {
    this.video.muted = muted;
    this.remember();
    this.patch({ muted, soundBlocked: false });
  }

  setVolume(volume: number): void {
    this.video.volume = volume;
    if (volume > 0) this.video.muted = false;
    this.remember();
    this.patch({ volume, muted: this.video.muted, soundBlocked: false });
  }

  seek(position: number): void {
    const { from, to, live } = this.get();
    const target = Math.min(Math.max(position, from), to);
    if (live && to - target < BEHIND_S) return this.goLive();
    this.video.currentTime = target;
    this.setFollowing(!live);
    this.patch({ position: target });
  }

  /** Plays a running show from its beginning, from the playlist of everything so far. */
  fromStart(wholeUrl: string): void {
    this.url = wholeUrl;
    this.build(wholeUrl, 0);
    this.setFollowing(false);
    void this.play();
  }

  /** The position at which the picture shows a moment of programme time; null when it is not in the playlist. */
  positionAt(mediaTime: number): number | null {
    for (const fragment of this.hls?.latestLevelDetails?.fragments ?? []) {
      const begins = fragment.programDateTime;
      if (begins === null) continue;
      const into = (mediaTime - begins) / 1000;
      if (into >= 0 && into < fragment.duration) return fragment.start + into;
    }
    return null;
  }

  /** Where the picture is on the time line of the recording, which is `durationS` long so far. */
  recordedPosition(durationS: number): number {
    const { whole, position } = this.get();
    const edge = this.hls?.latestLevelDetails?.fragmentEnd;
    return whole || edge === undefined ? position : Math.max(0, durationS - Math.max(0, edge - position));
  }

  goLive(): void {
    if (this.url !== this.liveUrl) return void this.open(this.liveUrl);
    const edge = this.hls?.liveSyncPosition ?? this.get().to;
    this.video.currentTime = edge;
    this.setFollowing(true);
    void this.play();
  }

  /** -1 lets the player choose. */
  setQuality(id: number): void {
    this.qualityWish = this.get().qualities.find((quality) => quality.id === id)?.label ?? null;
    if (this.get().audioOnly) this.setAudioOnly(false);
    else if (this.hls) this.hls.nextLevel = id;
    this.patch({ quality: id });
  }

  /** Fetches only the sound, for weak networks; the picture's requests stop. */
  setAudioOnly(on: boolean): void {
    const url = on ? this.audioUrl : this.url;
    if (!url || on === this.get().audioOnly) return;
    this.patch({ audioOnly: on });
    this.build(url);
    void this.play();
  }

  setCaption(id: number): void {
    this.captionTracks?.choose(id);
  }

  /** Speed of a recording; a live show plays as fast as it happens. */
  setRate(rate: number): void {
    if (this.get().live) return;
    this.video.playbackRate = rate;
    this.patch({ rate });
  }

  /** The network is back: ask at once instead of waiting for the next try. */
  networkBack(): void {
    if (this.get().status !== 'playing') this.apply({ act: 'load', afterMs: 0 });
  }

  stop(): void {
    this.listening.abort();
    this.cancelLook();
    this.cancelRemedy();
    this.cancelSoundWatch();
    this.hls?.destroy();
    this.hls = null;
    this.url = '';
    this.element = null;
  }

  private get video(): HTMLVideoElement {
    if (!this.element) throw new Error('the player has no element; attach one first');
    return this.element;
  }

  private build(url: string, startAt?: number): void {
    this.cancelRemedy();
    this.cancelSoundWatch();
    this.hls?.destroy();
    const Engine = this.Engine;
    if (!Engine?.isSupported()) return this.buildNative(url);
    const config: Partial<HlsConfig> = {
      ...hlsSettings(this.deps.workerUrl),
      ...captionsOverParts(Engine),
      startPosition: startAt ?? -1,
    };
    const hls = new Engine(config);
    this.hls = hls;
    const { Events } = Engine;
    hls.on(Events.MANIFEST_PARSED, (_, { audio, audioTracks }) =>
      this.startLadder(hls, url, audio || audioTracks.length > 0),
    );
    hls.on(Events.AUDIO_TRACKS_UPDATED, () => this.readLadder(hls));
    hls.on(Events.LEVEL_SWITCHED, () => this.readLadder(hls));
    hls.on(Events.LEVEL_UPDATED, (_, { details }) => {
      this.patch({ live: details.live, whole: !details.live || this.url !== this.liveUrl });
      if (!details.live) this.cancelSoundWatch();
    });
    hls.on(Events.ERROR, (_, data) => this.failed(hls, data));
    giveBackStallDistance(hls, Engine, () => this.deps.timers.now());
    trimBetweenParts(hls, Engine);
    hls.loadSource(url);
    hls.attachMedia(this.video);
  }

  /** Safari before Managed Media Source plays HLS itself. */
  private buildNative(url: string): void {
    this.hls = null;
    if (!this.video.canPlayType('application/vnd.apple.mpegurl'))
      return this.patch({ status: 'unsupported' });
    this.video.src = url;
  }

  /** A player that was built anew keeps what the viewer chose, and asks for the sound that a stream began without. */
  private startLadder(hls: Hls, url: string, sound: boolean): void {
    const wish = qualityNames(hls.levels).find(({ label }) => label === this.qualityWish);
    if (wish && !this.get().audioOnly) hls.loadLevel = wish.id;
    this.readLadder(hls);
    if (sound || this.get().audioOnly) return;
    this.cancelSoundWatch = watchForSound(this.deps, url, () => this.rebuild());
  }

  private readLadder(hls: Hls): void {
    if (this.get().audioOnly) return;
    this.audioUrl = hls.audioTracks[0]?.url || null;
    const names = qualityNames(hls.levels);
    this.patch({
      qualities: names,
      quality: hls.autoLevelEnabled ? -1 : hls.nextLevel,
      showing: names.find(({ id }) => id === hls.currentLevel)?.label ?? null,
      audioOnlyPossible: this.audioUrl !== null,
    });
  }

  private failed(hls: Hls, data: ErrorData): void {
    const status = data.response?.code;
    // hls.js tries every rung before it calls an error fatal; who may not watch one may watch none.
    if ((!data.fatal && !isVerdict(status)) || hls !== this.hls || !this.Engine) return;
    const { NETWORK_ERROR, MEDIA_ERROR } = this.Engine.ErrorTypes;
    const kind = data.type === NETWORK_ERROR ? 'network' : data.type === MEDIA_ERROR ? 'media' : 'other';
    // Before the first playlist nothing can be continued: only a new start helps.
    const remedy = this.remedyFor({
      kind: kind === 'network' && hls.levels.length === 0 ? 'other' : kind,
      ...(status ? { status } : {}),
    });
    this.apply(remedy);
  }

  private apply(remedy: Remedy): void {
    this.cancelRemedy();
    if (remedy.act === 'stop') {
      this.hls?.destroy();
      this.hls = null;
      return this.patch({ status: remedy.why });
    }
    this.patch({ status: 'buffering' });
    this.cancelRemedy = this.deps.timers.after(remedy.afterMs, () => {
      if (remedy.act === 'load' && this.hls) return this.hls.startLoad();
      if (remedy.act === 'decoder' && this.hls) return this.hls.recoverMediaError();
      this.rebuild();
    });
  }

  private rebuild(): void {
    const { live, position, audioOnly } = this.get();
    this.build(audioOnly ? (this.audioUrl ?? this.url) : this.url, live ? undefined : position);
    void this.play();
  }

  /** Looks at the picture twice a second: where it is, how late, and whether it needs help. */
  private look(): void {
    this.cancelLook();
    const { video } = this;
    const { serverNow, timers } = this.deps;
    const { live } = this.get();
    const picture = this.pictureNow();
    const range = video.seekable;
    const from = range.length > 0 ? range.start(0) : 0;
    const to = live
      ? (this.hls?.liveSyncPosition ?? (range.length > 0 ? range.end(0) : 0))
      : video.duration || 0;
    const position = video.currentTime;
    this.patch({
      delayMs: picture === null || !live ? null : Math.max(0, serverNow() + this.programmeOffset - picture),
      from,
      to: Math.max(from, to),
      position,
      behindLive: live && !this.following,
    });
    if (live) this.keepUp(position);
    this.cancelLook = timers.after(LOOK_EVERY_MS, () => this.look());
  }

  private keepUp(position: number): void {
    const { hls, deps } = this;
    if (!hls || hls.liveSyncPosition === null) return;
    const act = this.follow({
      at: deps.timers.now(),
      behindS: hls.latency,
      targetS: hls.targetLatency ?? 3,
      position,
      following: this.following && !this.video.paused,
    });
    if (act === 'jump') this.goLive();
    if (act === 'rebuild') this.rebuild();
  }

  private setFollowing(following: boolean): void {
    this.following = following;
    // Who rewound by a few seconds wants to stay there: no catching up then.
    if (this.hls) this.hls.config.maxLiveSyncPlaybackRate = following ? CATCH_UP_RATE : 1;
    this.patch({ behindLive: this.get().live && !following });
  }

  private listen(): void {
    const { video } = this;
    const on = (event: keyof HTMLMediaElementEventMap, act: () => void) =>
      video.addEventListener(event, act, { signal: this.listening.signal });
    on('playing', () => this.patch({ status: 'playing', startBlocked: false }));
    on('pause', () => !video.ended && this.patch({ status: 'paused' }));
    on('waiting', () => this.patch({ status: 'buffering' }));
    on('ended', () => this.patch({ status: 'ended' }));
    on('resize', () => this.patch({ portrait: video.videoHeight > video.videoWidth }));
    on('volumechange', () => this.patch({ muted: video.muted, volume: video.volume }));
    on('ratechange', () => !this.get().live && this.patch({ rate: video.playbackRate }));
  }

  private remember(): void {
    const { video } = this;
    this.deps.wishes.write({ muted: video.muted, volume: video.volume });
  }

  private patch(change: Partial<PlaybackState>): void {
    const now = this.get();
    const changed = (Object.keys(change) as (keyof PlaybackState)[]).some(
      (key) => !same(now[key], change[key]),
    );
    if (changed) this.store.set({ ...now, ...change });
  }
}

function same(a: unknown, b: unknown): boolean {
  return Object.is(a, b) || (Array.isArray(a) && JSON.stringify(a) === JSON.stringify(b));
}

/** Safari's own programme time. */
function nativeDate(video: HTMLVideoElement & { getStartDate?: () => Date }): number | null {
  const start = video.getStartDate?.().getTime();
  return start === undefined || Number.isNaN(start) ? null : start + video.currentTime * 1000;
}
