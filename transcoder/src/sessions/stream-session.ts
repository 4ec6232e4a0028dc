import type { DemandLine, TranscodeJob } from '#contracts';
import { presentationTime, tagKind, type FlvTag } from '#flv';
import { withContext, type Logger } from '#process';
import { openFeed, type Feed } from '../feed/open-feed.ts';
import { ladderBelow } from '../ladder/ladder.ts';
import { OriginClient, type OriginVerdict } from '../origin/origin-client.ts';
import type { SlateShelf } from '../slate/slate-media.ts';
import { SegmentNumbers } from '../timeline/segment-plan.ts';
import { LadderBook } from './ladder-book.ts';
import { LiveStretch, type StretchMode } from './live-stretch.ts';
import { PROGRAMME_START_MS, ProgrammeFeed } from './programme-feed.ts';
import { PublisherWatch } from './publisher-watch.ts';
import { SessionSlate } from './session-slate.ts';
import type { StretchOutput, Trouble } from './stretch-output.ts';

const TICK_MS = 100;
/** The slate begins at most this long before it is given out, so that its first parts are there at once. */
const SLATE_LEAD_MS = 1_500;
/** A rung that nobody has asked for lately ends. */
const UNWATCHED_MS = 30_000;
/** The slate's pictures are made this long after a stream's start, when the first rush is over. */
const PREPARE_SLATE_MS = 3_000;
const RETRY_FEED_MS = 300;
/** A stream that breaks this often within a minute is given up for a while. */
const MAX_BREAKS = 5;
const BREAKS_WINDOW_MS = 60_000;
const REST_MS = 30_000;
/** While a disk is full, the studio is reminded. */
const TELL_FULL_EVERY_MS = 30_000;
/** What is cut when a session steps down gets this long to reach the origin. */
const FAREWELL_MS = 3_000;
const DEFAULT_TOP_SIDE = 1_080;

/** How a session came to its end. */
export type SessionOutcome = 'ended' | 'fenced' | 'stopped';

export interface StreamSessionOptions {
  job: TranscodeJob;
  generation: number;
  originUrl: string;
  token: string;
  slates: SlateShelf;
  pinnedRungs: readonly string[];
  logger: Logger;
  onTrouble: (trouble: Trouble) => void;
  onPutDone?: (seconds: number) => void;
}

/** One stream from its feed to the origin, for as long as this worker is its writer. */
export class StreamSession {
  readonly done: Promise<SessionOutcome>;
  private readonly options: StreamSessionOptions;
  private readonly logger: Logger;
  private readonly client: OriginClient;
  private readonly ladder: LadderBook;
  private readonly stopping = new AbortController();
  private readonly numbers = new SegmentNumbers(0);
  private readonly out: StretchOutput;
  private readonly timer: NodeJS.Timeout;
  private conclude: (outcome: SessionOutcome) => void = () => undefined;
  private generation: number;
  private runs = 0;
  private epochMs: number | undefined;
  private incoming: ProgrammeFeed | undefined;
  private feed: Feed | undefined;
  private live: LiveStretch | undefined;
  private readonly slate: SessionSlate;
  private readonly publisher = new PublisherWatch(performance.now());
  private fresh = true;
  private wanted: string[] = [];
  private breaks: number[] = [];
  private restUntil = 0;
  private fullToldUntil = 0;
  private sealing: Promise<void> | undefined;

  constructor(options: StreamSessionOptions) {
    this.options = options;
    this.generation = options.generation;
    const { showId } = options.job;
    this.logger = options.logger.child({ showId, streamId: options.job.streamId });
    this.client = new OriginClient({
      originUrl: options.originUrl,
      token: options.token,
      showId,
      logger: this.logger,
      onVerdict: (verdict) => this.handleVerdict(verdict),
      onFull: () => this.handleFull(),
      onPutDone: options.onPutDone,
    });
    this.ladder = new LadderBook(this.client);
    this.out = this.makeOutput();
    const { ladder, numbers, out, logger } = this;
    const { job, slates } = options;
    this.slate = new SessionSlate({
      ...{ job, slates, ladder, numbers, out, logger },
      stopped: this.stopping.signal,
    });
    this.done = new Promise((resolve) => (this.conclude = resolve));
    this.timer = setInterval(() => this.tick(), TICK_MS);
    void withContext({ showId }, () => this.run());
  }

  /** Continues as a higher generation, after the lease was lost and taken again. */
  regenerate(generation: number): void {
    this.generation = generation;
    void this.reseal();
  }

  /** Steps down: `fenced` at once, otherwise after what is cut has been put. */
  async stop(outcome: SessionOutcome): Promise<void> {
    if (this.stopping.signal.aborted) return;
    this.stopping.abort();
    clearInterval(this.timer);
    this.feed?.close();
    const ended = this.live?.finish();
    this.slate.end();
    if (outcome === 'ended') this.client.setState('ended');
    if (outcome !== 'fenced')
      await Promise.race([this.client.drained(), new Promise((r) => setTimeout(r, FAREWELL_MS).unref())]);
    this.client.close();
    await ended;
    this.conclude(outcome);
  }

  private async run(): Promise<void> {
    try {
      await this.reseal();
      void this.client.followDemand((line) => this.handleDemand(line), this.stopping.signal);
      await this.readFeeds();
    } catch (err) {
      if (this.stopping.signal.aborted) return;
      this.logger.error({ err }, 'a session failed');
      await this.stop('stopped');
    }
  }

  /** Asks the origin where to continue, and begins anew there. */
  private async reseal(): Promise<void> {
    await this.sealing;
    this.sealing = this.sealOnce().finally(() => (this.sealing = undefined));
    await this.sealing;
  }

  private async sealOnce(): Promise<void> {
    this.endStretches();
    const reply = await this.client.seal(this.generation, this.stopping.signal);
    if (typeof reply === 'string') return this.handleVerdict(reply);
    this.fresh = reply.nextSequence === 0;
    this.numbers.continueAt(reply.nextSequence);
    this.ladder.tellAll();
    this.logger.info(
      { generation: this.generation, nextSequence: reply.nextSequence },
      'writing to the origin',
    );
  }

  private async readFeeds(): Promise<void> {
    const { job, token } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      let over: () => void = () => undefined;
      const ended = new Promise<void>((resolve) => (over = resolve));
      const answer = await openFeed({
        ingestUrl: job.ingestUrl,
        streamId: job.streamId,
        token,
        signal,
        handleTag: (tag) => this.handleTag(tag),
        handleEnd: () => over(),
      });
      if (signal.aborted) return;
      if (answer.kind === 'over') return void (await this.stop('ended'));
      if (answer.kind === 'feed') {
        this.beginFeed(answer.feed);
        await ended;
        this.feed = undefined;
      } else if (answer.kind === 'unreachable')
        await new Promise((resolve) => setTimeout(resolve, RETRY_FEED_MS));
    }
  }

  private beginFeed(feed: Feed): void {
    this.feed = feed;
    this.epochMs ??= feed.anchor.mediaTime - PROGRAMME_START_MS;
    if (this.incoming?.connection === feed.connection && this.live) return this.incoming.handleReopen();
    const { width, height, frameRate } = this.options.job;
    this.incoming = new ProgrammeFeed(feed.connection, feed.anchor, this.epochMs, {
      codecs: '',
      width,
      height,
      frameRate,
    });
    void this.live?.finish();
    this.live = undefined;
  }

  private handleTag(incoming: FlvTag): void {
    const { incoming: programme } = this;
    if (!programme || this.stopping.signal.aborted) return;
    const taken = programme.take(incoming, this.live?.keepFromMs ?? 0);
    if (taken.kind === 'skip') return;
    const { tag, breaks } = taken;
    if (breaks && this.live) {
      this.logger.info('the source changed; a new stretch begins');
      this.endLive();
    }
    const kind = tagKind(tag);
    if (kind === 'key-frame' || kind === 'frame') this.publisher.handleFrame(performance.now());
    if (!this.live) {
      if (kind === 'key-frame' && programme.source) this.startLive(programme, presentationTime(tag), 'copy');
      return;
    }
    const outcome = this.live.handleTag(tag);
    if (outcome.kind === 'fine') return;
    this.endLive(outcome.fromMs);
    this.startLive(programme, outcome.fromMs, 'grid');
    this.out.trouble({
      what: 'top_rung_encoded',
      blame: 'publisher',
      rendition: 'source',
      detail: 'key frames too far apart',
    });
  }

  private startLive({ log, source }: ProgrammeFeed, startMs: number, mode: StretchMode): void {
    if (!source || this.sealing || performance.now() < this.restUntil) return;
    this.slate.end();
    const discontinuity = !this.fresh;
    this.fresh = false;
    this.ladder.list(source);
    this.client.setState('live');
    this.live = new LiveStretch({
      mode,
      source,
      startMs,
      discontinuity,
      numbers: this.numbers,
      log,
      wanted: this.wanted,
      pinned: this.options.pinnedRungs.filter((name) =>
        ladderBelow(source).some((rung) => rung.name === name),
      ),
      silence: () => this.slate.silence,
      topSide: DEFAULT_TOP_SIDE,
      out: this.out,
      logger: this.logger,
    });
    this.logger.info({ mode, startMs, width: source.width, height: source.height }, 'live');
    setTimeout(() => this.slate.prepare(source), PREPARE_SLATE_MS).unref();
  }

  private tick(): void {
    if (this.stopping.signal.aborted || this.sealing) return;
    this.live?.checkTime();
    if (this.slate.isOn) return this.slate.advance(this.programmeNow());
    if (!this.fresh && this.publisher.isGone(performance.now(), this.feed !== undefined)) {
      void this.startSlate();
    }
  }

  private programmeNow(): number {
    this.epochMs ??= Date.now() - PROGRAMME_START_MS;
    return Date.now() - this.epochMs;
  }

  private async startSlate(): Promise<void> {
    const former = this.live;
    const names = new Set(['source', ...(former?.running ?? this.wanted)]);
    await this.slate.show(names, () => {
      if (this.stopping.signal.aborted || this.sealing) return undefined;
      if (former !== this.live || this.publisher.isBack(performance.now())) return undefined;
      const startMs = Math.max(former?.endMs ?? 0, this.programmeNow() - SLATE_LEAD_MS);
      this.endLive();
      this.client.setState('slate');
      return startMs;
    });
    this.slate.advance(this.programmeNow());
  }

  private handleDemand({ askedMsAgo }: DemandLine): void {
    this.wanted = Object.keys(askedMsAgo).filter((name) => (askedMsAgo[name] ?? Infinity) < UNWATCHED_MS);
    this.live?.want(this.wanted);
    void this.slate.want(this.wanted);
  }

  private handleVerdict(verdict: OriginVerdict): void {
    this.logger.warn({ verdict, generation: this.generation }, 'the origin takes nothing more as it is');
    if (verdict === 'stale_generation') void this.stop('fenced');
    else if (verdict === 'stream_ended' || verdict === 'show_deleted') void this.stop('ended');
    else void this.reseal().catch(() => undefined);
  }

  private handleFull(): void {
    const now = performance.now();
    if (now < this.fullToldUntil) return;
    this.fullToldUntil = now + TELL_FULL_EVERY_MS;
    this.logger.error('the origin has no room; what it did not take is tried again');
    this.out.trouble({
      what: 'storage_full',
      blame: 'machine',
      rendition: null,
      detail: 'the origin has no room',
    });
  }

  private handleBroken(why: string): void {
    const now = performance.now();
    this.breaks = [...this.breaks.filter((at) => at > now - BREAKS_WINDOW_MS), now];
    this.logger.error({ why }, 'a stretch broke');
    this.endLive();
    if (this.breaks.length <= MAX_BREAKS) return;
    this.breaks = [];
    this.restUntil = now + REST_MS;
    this.out.trouble({ what: 'gave_up', blame: 'us', rendition: null, detail: why });
  }

  private endLive(untilMs?: number): void {
    const { live } = this;
    this.live = undefined;
    void live?.finish(untilMs);
  }

  private endStretches(): void {
    this.endLive();
    this.slate.end();
  }

  private makeOutput(): StretchOutput {
    const { client, ladder, options } = this;
    return {
      newRun: () => {
        this.runs += 1;
        return `${this.generation.toString(36)}x${this.runs.toString(36)}`;
      },
      init: (name, run, bytes, track) => {
        ladder.runs(name, run, track);
        client.putInit(name, run, bytes);
      },
      part: (name, { segment, index, duration, independent, segmentStartMs, run, bytes }) => {
        const first = { pdt: (this.epochMs ?? 0) + segmentStartMs, discontinuity: segment.discontinuity };
        const query = { duration, independent, run, ...(index === 0 ? first : {}) };
        this.numbers.handleUsed(segment.msn);
        client.putPart(name, segment.msn, index, query, bytes);
      },
      end: (name, msn) => client.endSegment(name, msn),
      stopped: (name) => ladder.stops(name),
      trouble: (trouble) => options.onTrouble(trouble),
      broken: (why) => this.handleBroken(why),
    };
  }
}
