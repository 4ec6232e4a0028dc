import type { FlvTag } from '#flv';
import type { Logger } from '#process';
import type { Socket } from 'node:net';
import { GuardedRtmp, ProtocolViolation } from './guarded-rtmp.ts';

/** A publisher that has not asked to publish by then is not one. */
const PUBLISH_DEADLINE_MS = 10_000;
/** A publisher without picture and sound for this long has gone, whatever its socket says. */
const SILENCE_MS = 10_000;
/** After a refusal the peer gets this long to read it. */
const FAREWELL_MS = 1_000;
/** Answers are a few hundred bytes; a peer that does not read them is not kept. */
const MAX_UNREAD_BYTES = 256 * 1024;
/** Bytes between acknowledgements until the peer says otherwise. */
const ACK_WINDOW_BYTES = 2_500_000;
/** The one application there is: `rtmp://host/live`. */
const APP = 'live';

/** Where an accepted publisher's stream goes. */
export interface TagSink {
  handleTag(tag: FlvTag): void;
  /** Called once, after the last tag. */
  handleEnd(): void;
}

export interface PublishRequest {
  key: string;
  address: string;
  /** Ends this connection, e.g. because another took over. */
  cut: (why: string) => void;
}

/**
 * `refused` is told to the encoder, which then stops trying. `unavailable` is our own trouble: the connection just ends, and
 * encoders come back.
 */
export type PublishVerdict = { sink: TagSink } | { refused: string } | { unavailable: string };

/** Decides about a key; a rejection is logged and ends the connection as `unavailable` does. */
export type VerifyPublish = (request: PublishRequest) => Promise<PublishVerdict>;

type State =
  | { phase: 'greeting' }
  | { phase: 'verifying'; early: FlvTag[] }
  | { phase: 'publishing'; sink: TagSink }
  | { phase: 'over' };

/** One publisher's connection from handshake to end. Whatever its peer does, nothing outside it is touched. */
export class RtmpConnection {
  readonly address: string;
  private readonly socket: Socket;
  private readonly verify: VerifyPublish;
  private readonly logger: Logger;
  private readonly rtmp: GuardedRtmp;
  private readonly openedAt = performance.now();
  private state: State = { phase: 'greeting' };
  private lastMediaAt = 0;
  private receivedBytes = 0;
  private acknowledgedBytes = 0;

  constructor(socket: Socket, verify: VerifyPublish, logger: Logger) {
    this.socket = socket;
    this.verify = verify;
    this.address = socket.remoteAddress ?? 'unknown';
    this.logger = logger;
    this.rtmp = new GuardedRtmp({
      handlePublish: (name) => void this.decide(name),
      handleUnpublish: () => this.end('the publisher stopped'),
      handleTag: (tag) => this.handleTag(tag),
      send: (bytes) => this.send(bytes),
    });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 5_000);
    socket.on('data', (bytes: Buffer) => this.handleData(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => this.end('the connection closed'));
  }

  /** Ends the connection when it is late or silent; called every second. */
  checkTime(now = performance.now()): void {
    const { phase } = this.state;
    if (phase === 'greeting' && now - this.openedAt > PUBLISH_DEADLINE_MS) this.end('too slow to publish');
    if (phase === 'publishing' && now - this.lastMediaAt > SILENCE_MS) this.end('silent for too long');
  }

  /** Ends the connection now. */
  end(why: string): void {
    const { state } = this;
    if (state.phase === 'over') return;
    this.state = { phase: 'over' };
    this.socket.destroy();
    this.logger.debug({ address: this.address, why }, 'rtmp connection ended');
    if (state.phase === 'publishing') state.sink.handleEnd();
  }

  private handleData(bytes: Buffer): void {
    if (this.state.phase === 'over') return;
    try {
      this.rtmp.parserData(bytes);
      this.acknowledge(bytes.length);
    } catch (error) {
      // The parser throws plain RangeErrors and TypeErrors on malformed input; the peer is to blame for all of them.
      const why = error instanceof ProtocolViolation ? error.message : `malformed input: ${String(error)}`;
      this.end(why);
    }
  }

  private acknowledge(count: number): void {
    this.receivedBytes += count;
    const window = this.rtmp.ackSize || ACK_WINDOW_BYTES;
    if (this.receivedBytes - this.acknowledgedBytes < window) return;
    this.acknowledgedBytes = this.receivedBytes;
    this.rtmp.sendACK(this.receivedBytes % 0x1_0000_0000);
  }

  private handleTag(tag: FlvTag): void {
    if (this.state.phase === 'publishing') {
      this.lastMediaAt = performance.now();
      this.pass(this.state.sink, tag);
    } else if (this.state.phase === 'verifying') {
      this.state.early.push(tag);
    }
  }

  /** A fault of ours in the sink ends this stream alone and is not mistaken for the peer's. */
  private pass(sink: TagSink, tag: FlvTag): void {
    try {
      sink.handleTag(tag);
    } catch (err) {
      this.logger.error({ err, address: this.address }, 'handling a publisher failed');
      this.end('an internal fault');
    }
  }

  /** Verifies the key while the socket is paused, so that nothing more of an unverified peer is read. */
  private async decide(key: string): Promise<void> {
    const verifying: State = { phase: 'verifying', early: [] };
    this.state = verifying;
    this.socket.pause();
    let verdict: PublishVerdict;
    try {
      verdict =
        this.rtmp.streamApp === APP
          ? await this.verify({ key: nameOnly(key), address: this.address, cut: (why) => this.end(why) })
          : { refused: `The server address must end with /${APP}.` };
    } catch (err) {
      this.logger.error({ err, address: this.address }, 'a stream key could not be verified');
      verdict = { unavailable: 'the stream key could not be verified' };
    }
    if (this.state !== verifying) {
      if ('sink' in verdict) verdict.sink.handleEnd();
      return;
    }
    if ('unavailable' in verdict) return this.end(verdict.unavailable);
    if ('refused' in verdict) return this.refuse(verdict.refused);
    this.state = { phase: 'publishing', sink: verdict.sink };
    this.lastMediaAt = performance.now();
    this.rtmp.acceptPublish();
    for (const tag of verifying.early) this.handleTag(tag);
    this.socket.resume();
  }

  private refuse(description: string): void {
    this.rtmp.refusePublish('NetStream.Publish.BadName', description);
    this.state = { phase: 'over' };
    this.socket.end();
    setTimeout(() => this.socket.destroy(), FAREWELL_MS).unref();
  }

  private send(bytes: Buffer): void {
    if (this.socket.destroyed || this.socket.writableEnded) return;
    this.socket.write(bytes);
    if (this.socket.writableLength > MAX_UNREAD_BYTES) this.end('the peer does not read');
  }
}

/** OBS lets people append `?parameters` to a key. */
function nameOnly(key: string): string {
  return key.split('?')[0] ?? '';
}
