import type { FlvTag, AvcConfig } from '#flv';
import type { KnownKey } from '../keys/verify-key.ts';
import type { TagSink } from '../rtmp/rtmp-connection.ts';
import type { PublishSession } from '../sessions/publish-sessions.ts';
import type { Refusal } from './check-codecs.ts';
import { LiveStream } from './live-stream.ts';

/** What the registry does about what happens to a publisher. */
export interface PublisherEvents {
  handleUsable(publisher: Publisher, picture: AvcConfig): void;
  handleRefused(publisher: Publisher, refusal: Refusal): void;
  handleClock(publisher: Publisher): void;
  handleEnd(publisher: Publisher): void;
}

/** An accepted connection together with its stream and its place in the session record. */
export class Publisher implements TagSink {
  readonly key: KnownKey;
  readonly session: PublishSession;
  readonly connectedAt = new Date();
  readonly stream: LiveStream;
  /** Grows with every connection of this process, so that readers know a new one. */
  readonly connectionNumber: number;
  /** Whether the session record knows this connection; false while the database is away. */
  recorded: boolean;
  /** Set once the first key frame came. */
  picture: AvcConfig | undefined;
  /** What is still to be told once the database or the queue is back. */
  confirmed = false;
  jobPut = false;
  /** When a further job was put because nobody read the stream. */
  askedAgainAt = 0;
  /** Jobs put so far for this connection. */
  jobsPut = 0;
  private readonly cutConnection: (why: string) => void;
  private readonly events: PublisherEvents;
  private ended = false;

  constructor(parts: {
    key: KnownKey;
    session: PublishSession;
    connectionNumber: number;
    recorded: boolean;
    cut: (why: string) => void;
    events: PublisherEvents;
  }) {
    const { events } = parts;
    this.key = parts.key;
    this.session = parts.session;
    this.connectionNumber = parts.connectionNumber;
    this.recorded = parts.recorded;
    this.cutConnection = parts.cut;
    this.events = events;
    this.stream = new LiveStream({
      onUsable: (picture) => {
        this.picture = picture;
        events.handleUsable(this, picture);
      },
      onRefused: (refusal) => events.handleRefused(this, refusal),
      onClock: () => events.handleClock(this),
    });
  }

  handleTag(tag: FlvTag): void {
    if (!this.ended) this.stream.handleTag(tag);
  }

  handleEnd(): void {
    if (this.ended) return;
    this.ended = true;
    this.stream.end();
    this.events.handleEnd(this);
  }

  /** Tells the present relation of the publisher's clock to programme time. */
  reportClock(): void {
    this.events.handleClock(this);
  }

  /** Ends the connection. */
  cut(why: string): void {
    this.cutConnection(why);
    this.handleEnd();
  }
}
