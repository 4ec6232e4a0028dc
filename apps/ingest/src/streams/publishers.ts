import type { Bus, Query, WorkQueue } from '#bus';
import { clockMeasured, type TranscodeJob } from '#contracts';
import { makeEvent, queryOf } from '#bus';
import type { AvcConfig } from '#flv';
import { newId, type Logger } from '#process';
import type { Pool } from 'pg';
import type { HostStanding } from '../keys/host-standing.ts';
import { KeyVerifier, type KnownKey } from '../keys/verify-key.ts';
import type { PublishRequest, PublishVerdict } from '../rtmp/rtmp-connection.ts';
import {
  confirmSession,
  endPassedSessions,
  keepSessions,
  openSession,
  releaseOrphans,
  releaseSession,
  type PublishSession,
} from '../sessions/publish-sessions.ts';
import { showOfKey, type OpenableShow } from '../shows/shows.ts';
import type { Refusal } from './check-codecs.ts';
import { Publisher, type PublisherEvents } from './publisher.ts';
import { recordRefusal } from './record-refusal.ts';

const CHECK_EVERY_MS = 1_000;
/** A stream that no transcoder has read for this long needs its job put again: the queue may have lost it. */
const UNREAD_MS = 8_000;
/** Declared when the stream says nothing; only capacity is planned with it. */
const ASSUMED_FRAME_RATE = 30;

export interface PublishersOptions {
  pool: Pool;
  bus: Bus;
  jobs: WorkQueue;
  logger: Logger;
  windowS: number;
  /** Address of this process for transcoders and its siblings. */
  nodeUrl: string;
}

/** Everybody who publishes to this process, and what becomes of their streams. */
export class Publishers implements PublisherEvents {
  private readonly options: PublishersOptions;
  private readonly query: Query;
  private readonly keys: KeyVerifier;
  private readonly byStream = new Map<string, Publisher>();
  /** Last session of each key, for hosts who come back while the database is away. */
  private readonly lastSession = new Map<string, PublishSession>();
  private readonly waiters = new Map<string, Set<() => void>>();
  private readonly timer: NodeJS.Timeout;
  private connections = 0;
  private checking: Promise<void> | undefined;

  constructor(options: PublishersOptions) {
    this.options = options;
    this.query = queryOf(options.pool);
    this.keys = new KeyVerifier(this.query, options.logger);
    this.timer = setInterval(() => this.checkTime(), CHECK_EVERY_MS);
  }

  get count(): number {
    return this.byStream.size;
  }

  all(): Iterable<Publisher> {
    return this.byStream.values();
  }

  find(streamId: string): Publisher | undefined {
    return this.byStream.get(streamId);
  }

  findByShow(showId: string): Publisher | undefined {
    for (const publisher of this.byStream.values()) if (publisher.session.showId === showId) return publisher;
    return undefined;
  }

  /** Decides about a connection that wants to publish. */
  readonly verify = async (request: PublishRequest): Promise<PublishVerdict> => {
    const verdict = await this.keys.verify(request.key, request.address);
    if ('refused' in verdict) {
      if (verdict.refused === 'unknown') return { refused: 'Invalid stream key.' };
      return { unavailable: 'the database that knows the stream key is away' };
    }
    const opened = await this.open(verdict.key);
    if (opened === 'unreachable') return { unavailable: 'the database that knows the shows is away' };
    if (!opened) {
      return { refused: 'No show is live or scheduled for this stream key. Create one in the studio first.' };
    }
    const { session, recorded } = opened;
    this.connections += 1;
    const publisher = new Publisher({
      key: verdict.key,
      session,
      recorded,
      connectionNumber: this.connections,
      cut: request.cut,
      events: this,
    });
    const former = this.byStream.get(session.streamId);
    this.byStream.set(session.streamId, publisher);
    former?.cut('another connection with the same key took over');
    this.options.logger.info({ showId: session.showId, streamId: session.streamId }, 'publisher accepted');
    return { sink: publisher };
  };

  /** Cuts whoever publishes with this key, at once in this process; the others see it within a second. */
  cutKey(keyId: string): void {
    this.keys.forget(keyId);
    for (const publisher of this.byStream.values()) {
      if (publisher.key.keyId === keyId) publisher.cut('the stream key was revoked');
    }
  }

  /** Cuts whoever publishes with a key of somebody who may do so no more, and refuses them from now on. */
  hearOfHost(standing: HostStanding): void {
    this.keys.hearOfHost(standing);
    for (const publisher of this.byStream.values()) {
      const { hostId, shopId } = publisher.key;
      if (this.keys.isBarred(hostId, shopId)) publisher.cut('its host may publish no more');
    }
  }

  cutShow(showId: string): void {
    this.findByShow(showId)?.cut('the show is over');
    for (const [keyId, session] of this.lastSession)
      if (session.showId === showId) this.lastSession.delete(keyId);
  }

  /** Resolves when a reader can join the stream, at the latest after `waitMs`. */
  async whenJoinable(streamId: string, waitMs: number): Promise<void> {
    if (this.byStream.get(streamId)?.stream.isJoinable) return;
    const waiters = this.waiters.get(streamId) ?? new Set();
    this.waiters.set(streamId, waiters);
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        waiters.delete(done);
        if (waiters.size === 0) this.waiters.delete(streamId);
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      waiters.add(done);
    });
  }

  handleUsable(publisher: Publisher, picture: AvcConfig): void {
    for (const wake of this.waiters.get(publisher.session.streamId) ?? []) wake();
    void this.announce(publisher, picture);
  }

  handleRefused(publisher: Publisher, refusal: Refusal): void {
    const { session, key } = publisher;
    this.options.logger.info({ showId: session.showId, reason: refusal.reason }, 'stream refused');
    void recordRefusal(this.options.pool, { ...session, keyId: key.keyId }, refusal).catch((err: unknown) =>
      this.options.logger.warn({ err }, 'a refusal could not be recorded'),
    );
    publisher.cut(refusal.advice);
  }

  handleClock({ session, stream }: Publisher): void {
    const pair = stream.clock.pair();
    if (!pair) return;
    const { streamId, showId, shopId } = session;
    const data = {
      streamId,
      showId,
      shopId,
      pts: Math.round(pair.pts),
      wallMs: pair.wallMs,
      mediaTime: pair.mediaTime,
    };
    const event = makeEvent(clockMeasured, { aggregateId: streamId, version: pair.wallMs, data });
    this.options.bus
      .publish(event)
      .catch((err: unknown) => this.options.logger.debug({ err }, 'clock not told'));
  }

  handleEnd(publisher: Publisher): void {
    const { session } = publisher;
    if (this.byStream.get(session.streamId) === publisher) this.byStream.delete(session.streamId);
    this.options.logger.info({ showId: session.showId, streamId: session.streamId }, 'publisher gone');
    void releaseSession(this.options.pool, session, this.options.windowS).catch((err: unknown) =>
      this.options.logger.warn({ err }, 'a session will be released once the database is back'),
    );
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.checking;
    const releases = [...this.byStream.values()].map((publisher) => {
      publisher.stream.end();
      return releaseSession(this.options.pool, publisher.session, this.options.windowS).catch(
        () => undefined,
      );
    });
    await Promise.all(releases);
  }

  private async open(
    key: KnownKey,
  ): Promise<{ session: PublishSession; recorded: boolean } | 'unreachable' | undefined> {
    const connectionId = newId();
    const { pool, nodeUrl, logger } = this.options;
    try {
      const show: OpenableShow | undefined = await showOfKey(this.query, key);
      if (!show) return undefined;
      const session = await openSession(pool, { ...show, keyId: key.keyId, connectionId, nodeUrl });
      this.lastSession.set(key.keyId, session);
      return { session, recorded: true };
    } catch (err) {
      const last = this.lastSession.get(key.keyId);
      logger.warn({ err, known: last !== undefined }, 'a session is opened without the database');
      return last ? { session: { ...last, connectionId }, recorded: false } : 'unreachable';
    }
  }

  /** Records and tells what the world must know of a publisher; whatever fails is tried again by `check`. */
  private async announce(publisher: Publisher, picture: AvcConfig): Promise<void> {
    const { logger } = this.options;
    const { streamId } = publisher.session;
    try {
      if (!publisher.jobPut) await this.putJob(publisher, picture);
    } catch (err) {
      logger.warn({ err, streamId }, 'the transcode job could not be put; trying again');
    }
    try {
      if (!publisher.confirmed && publisher.recorded) await this.confirm(publisher, picture);
    } catch (err) {
      logger.warn({ err, streamId }, 'a stream could not be announced; trying again');
    }
  }

  private async putJob(publisher: Publisher, { width, height, frameRate }: AvcConfig): Promise<void> {
    const { streamId, showId, connectionId } = publisher.session;
    const ingestUrl = this.options.nodeUrl;
    const job: TranscodeJob = {
      streamId,
      showId,
      ingestUrl,
      width,
      height,
      frameRate: frameRate ?? ASSUMED_FRAME_RATE,
    };
    await this.options.jobs.put(`${connectionId}/${publisher.jobsPut}`, job);
    publisher.jobsPut += 1;
    publisher.jobPut = true;
  }

  private async confirm(publisher: Publisher, { width, height, frameRate }: AvcConfig): Promise<void> {
    const picture = { width, height, frameRate: frameRate ?? null };
    const mine = await confirmSession(this.options.pool, publisher.session, picture);
    publisher.confirmed = true;
    if (!mine) publisher.cut('the session went to another connection');
  }

  /** Every second: late publishers, records that wait for the database, cut keys, passed windows. */
  private checkTime(): void {
    for (const { stream } of this.byStream.values()) stream.checkTime();
    this.checking ??= this.check().finally(() => (this.checking = undefined));
  }

  private async check(): Promise<void> {
    try {
      await this.catchUp();
      await this.keep();
      await releaseOrphans(this.options.pool, this.options.windowS);
      await endPassedSessions(this.options.pool);
    } catch (err) {
      this.options.logger.warn({ err }, 'sessions could not be checked');
    }
  }

  private async catchUp(): Promise<void> {
    for (const publisher of this.byStream.values()) {
      const { stream } = publisher;
      const now = performance.now();
      if (
        stream.unreadSince !== undefined &&
        now - Math.max(stream.unreadSince, publisher.askedAgainAt) > UNREAD_MS
      ) {
        this.options.logger.warn(
          { streamId: publisher.session.streamId },
          'no transcoder reads a stream; asking again',
        );
        publisher.askedAgainAt = now;
        publisher.jobPut = false;
      }
      if (!publisher.recorded) {
        const opening = { ...publisher.session, nodeUrl: this.options.nodeUrl };
        const session = await openSession(this.options.pool, opening, publisher.session.streamId);
        publisher.recorded = true;
        if (session.streamId !== publisher.session.streamId)
          publisher.cut('the show has another stream by now');
      }
      if (publisher.picture && !(publisher.confirmed && publisher.jobPut))
        await this.announce(publisher, publisher.picture);
    }
  }

  private async keep(): Promise<void> {
    const mine = [...this.byStream.values()].filter(({ recorded }) => recorded);
    if (mine.length === 0) return;
    const live = mine.map(({ session, key }) => ({
      connectionId: session.connectionId,
      secretHash: key.secretHash,
    }));
    const kept = await keepSessions(this.query, live);
    for (const publisher of mine) {
      if (kept.has(publisher.session.connectionId)) continue;
      this.keys.forget(publisher.key.keyId);
      publisher.cut('its key was revoked, its show is over or another connection took over');
    }
  }
}
