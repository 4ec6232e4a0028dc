import nmsLogger from 'node-media-server/src/core/logger.js';
import Rtmp from 'node-media-server/src/protocol/rtmp.js';
import type { FlvTag } from '#flv';

// The package writes to the console on its own; what matters is logged by the connection.
nmsLogger.log = () => undefined;

const RTMP_VERSION = 3;
/** Publishers use five or six; each costs memory before anybody knows who is there. */
const MAX_CHUNK_STREAMS = 16;
/** Commands are a few hundred bytes. */
const MAX_COMMAND_BYTES = 64 * 1024;
/** A key frame of 50 Mbit/s video stays below 2 MB. */
const MAX_MEDIA_BYTES = 8 * 1024 * 1024;
const MAX_BUFFERED_BYTES = 2 * MAX_MEDIA_BYTES;
/** The specification advises at least 128; smaller ones only make work. */
const MIN_CHUNK_BYTES = 128;
const MAX_CHUNK_BYTES = 0xffffff;
const MAX_NAME_LENGTH = 256;
/** One for the publisher; further ones have no use here. */
const MAX_MESSAGE_STREAMS = 4;

const SET_CHUNK_SIZE = 1;
const ABORT = 2;
const WINDOW_ACK_SIZE = 5;
const SET_DATA_FRAME = Buffer.from('02000d40736574446174614672616d65', 'hex');
const MEDIA_TYPES = new Set([8, 9, 18]);

/** The peer broke the protocol or a limit; its connection ends and nothing else does. */
export class ProtocolViolation extends Error {
  override name = 'ProtocolViolation';
}

/** What a connection does about what its peer asks for. */
export interface RtmpEvents {
  handlePublish(name: string, messageStream: number): void;
  handleUnpublish(): void;
  handleTag(tag: FlvTag): void;
  send(bytes: Buffer): void;
}

type Command = Parameters<Rtmp['onConnect']>[0];

/**
 * node-media-server's protocol engine for one publisher, with every limit that it lacks. It never answers a publish by
 * itself: the connection accepts or refuses after it has verified the key. Playing is refused.
 */
export class GuardedRtmp extends Rtmp {
  private readonly events: RtmpEvents;
  private connected = false;
  private publishAsked = false;
  private buffered = 0;
  private mediaAllowed = false;

  constructor(events: RtmpEvents) {
    super();
    this.events = events;
    this.flv = undefined;
    this.onOutputCallback = (bytes) => events.send(bytes);
  }

  /** Feeds bytes of the peer. Throws for anything that ends the connection. */
  override parserData(bytes: Buffer): string | null {
    if (this.handshakeState === 0 && bytes[0] !== RTMP_VERSION)
      throw new ProtocolViolation('this is not RTMP 3');
    return super.parserData(bytes);
  }

  /** Confirms the publisher; from now on its frames count. */
  acceptPublish(): void {
    this.mediaAllowed = true;
    this.respondPublish();
  }

  /** Tells a publisher why not, so that OBS stops and shows it. */
  refusePublish(code: string, description: string): void {
    this.sendStatusMessage(this.streamId ?? 1, 'error', code, description);
  }

  override packetParse(): void {
    super.packetParse();
    if (this.inPackets.size > MAX_CHUNK_STREAMS) throw new ProtocolViolation('too many chunk streams');
  }

  override chunkMessageHeaderRead(): number {
    const { header, bytes } = this.parserPacket;
    if (bytes > 0 && header.fmt !== 3) throw new ProtocolViolation('a message begins inside another');
    const offset = super.chunkMessageHeaderRead();
    if (header.length > (this.mediaAllowed ? MAX_MEDIA_BYTES : MAX_COMMAND_BYTES)) {
      throw new ProtocolViolation('a message is too large');
    }
    return offset;
  }

  override packetAlloc(): void {
    const before = this.parserPacket.capacity;
    if (before < this.parserPacket.header.length) {
      this.buffered += this.parserPacket.header.length + 1024 - before;
      if (this.buffered > MAX_BUFFERED_BYTES) throw new ProtocolViolation('too much is buffered');
    }
    super.packetAlloc();
  }

  override controlHandler(): void {
    const { header, payload } = this.parserPacket;
    if (header.type === SET_CHUNK_SIZE || header.type === WINDOW_ACK_SIZE || header.type === ABORT) {
      if (header.length < 4) throw new ProtocolViolation('a control message is too short');
    }
    if (header.type === ABORT) {
      const aborted = this.inPackets.get(payload.readUInt32BE());
      if (aborted) aborted.bytes = 0;
      return;
    }
    if (header.type === SET_CHUNK_SIZE) {
      const size = payload.readUInt32BE();
      if (size < MIN_CHUNK_BYTES || size > MAX_CHUNK_BYTES) throw new ProtocolViolation(`chunk size ${size}`);
    }
    super.controlHandler();
  }

  override dataHandler(): void {
    const { header, clock, payload } = this.parserPacket;
    if (!this.publishAsked || !MEDIA_TYPES.has(header.type) || header.length === 0) return;
    let data = payload.subarray(0, header.length);
    if (header.type === 18 && data.subarray(0, SET_DATA_FRAME.length).equals(SET_DATA_FRAME)) {
      data = data.subarray(SET_DATA_FRAME.length);
    }
    this.events.handleTag({ type: header.type, timestamp: clock, data: Buffer.from(data) });
  }

  override onConnect(command: Command): void {
    if (this.connected) throw new ProtocolViolation('connect twice');
    const { app, tcUrl, objectEncoding } = membersOf(command.cmdObj);
    if (typeof app !== 'string' || app.length > MAX_NAME_LENGTH)
      throw new ProtocolViolation('connect without an app');
    this.connected = true;
    const url = typeof tcUrl === 'string' && URL.canParse(tcUrl) ? tcUrl : 'rtmp://unknown/';
    const encoding = typeof objectEncoding === 'number' ? objectEncoding : 0;
    super.onConnect({
      ...command,
      transId: numberOf(command.transId),
      cmdObj: { app: app.replace(/\/+$/, ''), tcUrl: url, objectEncoding: encoding },
    });
  }

  override onCreateStream(command: Command): void {
    if (!this.connected) throw new ProtocolViolation('createStream before connect');
    if (this.streams >= MAX_MESSAGE_STREAMS) throw new ProtocolViolation('too many message streams');
    super.onCreateStream({ ...command, transId: numberOf(command.transId) });
  }

  override onPublish(command: Command): void {
    if (!this.connected) throw new ProtocolViolation('publish before connect');
    if (this.publishAsked) throw new ProtocolViolation('publish twice');
    const { streamName } = command;
    if (typeof streamName !== 'string' || streamName === '' || streamName.length > MAX_NAME_LENGTH) {
      throw new ProtocolViolation('publish without a name');
    }
    this.publishAsked = true;
    this.streamId = this.parserPacket.header.stream_id;
    this.events.handlePublish(streamName, this.streamId);
  }

  override onPlay(): void {
    const streamId = this.parserPacket.header.stream_id;
    this.sendStatusMessage(
      streamId,
      'error',
      'NetStream.Play.Failed',
      'This server does not play over RTMP.',
    );
    throw new ProtocolViolation('play');
  }

  override onDeleteStream(): void {
    this.events.handleUnpublish();
  }
}

function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
