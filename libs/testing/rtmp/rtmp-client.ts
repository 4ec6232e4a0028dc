import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { decodeAmf0, encodeAmf0, type AmfValue } from './amf0.ts';
import type { FlvTag } from '#flv';

const HANDSHAKE_BYTES = 1_536;
const CHUNK_BYTES = 4_096;
const DEFAULT_WAIT_MS = 10_000;

/** A message that the server sent, command values decoded. */
export interface RtmpMessage {
  type: number;
  streamId: number;
  payload: Buffer;
  /** Name and arguments of a command (type 20). */
  command?: AmfValue[];
}

export interface OutgoingMessage {
  chunkStream?: number;
  type: number;
  streamId?: number;
  timestamp?: number;
  payload: Buffer;
  /** Length to declare; another than the payload's makes a lying header. */
  declaredLength?: number;
}

export interface RtmpClientOptions {
  port: number;
  host?: string;
  /** RTMPS; certificates are not checked, tests sign their own. */
  tls?: boolean;
  /** Leaves the handshake to the test. */
  handshake?: boolean;
  /** Local address, to appear as another client. */
  localAddress?: string;
}

/** A publisher made by hand: it sends what it is told, right or wrong, and tells what came back. */
export class RtmpClient {
  readonly socket: Socket;
  /** Every message the server sent, in order. */
  readonly received: RtmpMessage[] = [];
  /** Settles when the connection is over, whoever ended it. */
  readonly closed: Promise<void>;
  private chunkBytes = 128;
  private readonly reader: ChunkReader;
  private readonly listeners = new Set<() => void>();
  /** Whether the connection is over. */
  isClosed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    this.reader = new ChunkReader((message) => {
      this.received.push(message);
      this.notify();
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.isClosed = true;
        this.notify();
        resolve();
      });
    });
  }

  /** Connects and, unless told otherwise, shakes hands. */
  static async open(options: RtmpClientOptions): Promise<RtmpClient> {
    const address = {
      host: options.host ?? '127.0.0.1',
      port: options.port,
      localAddress: options.localAddress,
    };
    const socket = options.tls ? connectTls({ ...address, rejectUnauthorized: false }) : connect(address);
    await new Promise<void>((resolve, reject) => {
      socket.once(options.tls ? 'secureConnect' : 'connect', resolve);
      socket.once('error', reject);
    });
    const client = new RtmpClient(socket);
    if (options.handshake !== false) await client.handshake();
    return client;
  }

  /** The simple handshake of the specification: C0 C1, then C2 once S0 S1 S2 are there. */
  async handshake(): Promise<void> {
    this.socket.write(Buffer.concat([Buffer.from([3]), randomBytes(HANDSHAKE_BYTES)]));
    const answer = await this.readBytes(1 + 2 * HANDSHAKE_BYTES);
    this.socket.write(answer.subarray(1, 1 + HANDSHAKE_BYTES));
    this.socket.on('data', (data: Buffer) => this.reader.push(data));
  }

  /** `connect` and its answer's code. */
  async connectApp(app = 'live', overrides: Record<string, AmfValue> = {}): Promise<string> {
    this.setChunkSize(CHUNK_BYTES);
    const tcUrl = `rtmp://127.0.0.1/${app}`;
    this.command(0, 'connect', 1, { app, type: 'nonprivate', flashVer: 'FMLE/3.0', tcUrl, ...overrides });
    const answer = await this.waitFor((message) => message.command?.[1] === 1);
    return codeOf(answer);
  }

  /** `createStream`, then `publish`; gives the code of the answer, e.g. `NetStream.Publish.Start`. */
  async publish(key: string, streamId = 1): Promise<string> {
    this.command(0, 'createStream', 4, null);
    await this.waitFor((message) => message.command?.[1] === 4);
    const before = this.received.length;
    this.command(streamId, 'publish', 5, null, key, 'live');
    return codeOf(await this.waitFor((message) => message.command?.[0] === 'onStatus', before));
  }

  command(streamId: number, ...values: AmfValue[]): void {
    this.send({ type: 20, streamId, payload: encodeAmf0(...values) });
  }

  setChunkSize(bytes: number): void {
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(bytes);
    this.send({ chunkStream: 2, type: 1, payload });
    this.chunkBytes = bytes;
  }

  sendTag(tag: FlvTag, streamId = 1): void {
    const chunkStream = tag.type === 8 ? 4 : 6;
    this.send({ chunkStream, type: tag.type, streamId, timestamp: tag.timestamp, payload: tag.data });
  }

  /** Writes one message as chunks of the size that was agreed. */
  send(message: OutgoingMessage): void {
    const { chunkStream = 3, payload } = message;
    const pieces: Buffer[] = [messageHeader(message)];
    for (let at = 0; at < payload.length || at === 0; at += this.chunkBytes) {
      if (at > 0) pieces.push(basicHeader(3, chunkStream), extendedTimestamp(message.timestamp ?? 0));
      pieces.push(payload.subarray(at, at + this.chunkBytes));
    }
    this.socket.write(Buffer.concat(pieces));
  }

  /** Writes bytes as they are. */
  sendRaw(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  /** The first message from index `from` on that fits; rejects when the connection ends or the time is up. */
  waitFor(
    fits: (message: RtmpMessage) => boolean,
    from = 0,
    timeoutMs = DEFAULT_WAIT_MS,
  ): Promise<RtmpMessage> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(new Error('the awaited RTMP message did not come')), timeoutMs);
      const settle = (result: RtmpMessage | Error): void => {
        clearTimeout(timer);
        this.listeners.delete(look);
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      const look = (): void => {
        const found = this.received.slice(from).find(fits);
        if (found) settle(found);
        else if (this.isClosed) settle(new Error('the connection ended before the awaited RTMP message'));
      };
      this.listeners.add(look);
      look();
    });
  }

  /** Ends the connection without a word, as a pulled cable that the other side does notice. */
  destroy(): void {
    this.socket.destroy();
  }

  private notify(): void {
    for (const listener of this.listeners) listener();
  }

  private readBytes(count: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      let gathered = Buffer.alloc(0);
      const take = (data: Buffer): void => {
        gathered = Buffer.concat([gathered, data]);
        if (gathered.length < count) return;
        this.socket.off('data', take);
        this.reader.push(gathered.subarray(count));
        resolve(gathered.subarray(0, count));
      };
      this.socket.on('data', take);
      void this.closed.then(() => reject(new Error('the connection ended during the handshake')));
    });
  }
}

/** The `code` of a status or result command. */
export function codeOf(message: RtmpMessage): string {
  const info = message.command?.[3];
  return typeof info === 'object' && info !== null && 'code' in info ? String(info.code) : '';
}

/** First byte or bytes of a chunk, for chunk-stream ids up to 65599. */
export function basicHeader(format: number, chunkStream: number): Buffer {
  if (chunkStream < 64) return Buffer.from([(format << 6) | chunkStream]);
  if (chunkStream < 320) return Buffer.from([format << 6, chunkStream - 64]);
  return Buffer.from([(format << 6) | 1, (chunkStream - 64) & 0xff, (chunkStream - 64) >> 8]);
}

function messageHeader({
  chunkStream = 3,
  type,
  streamId = 0,
  timestamp = 0,
  payload,
  declaredLength,
}: OutgoingMessage): Buffer {
  const header = Buffer.alloc(11);
  header.writeUIntBE(Math.min(timestamp, 0xffffff), 0, 3);
  header.writeUIntBE(declaredLength ?? payload.length, 3, 3);
  header.writeUInt8(type, 6);
  header.writeUInt32LE(streamId, 7);
  return Buffer.concat([basicHeader(0, chunkStream), header, extendedTimestamp(timestamp)]);
}

function extendedTimestamp(timestamp: number): Buffer {
  if (timestamp < 0xffffff) return Buffer.alloc(0);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(timestamp);
  return bytes;
}

interface PartialMessage {
  type: number;
  streamId: number;
  length: number;
  bytes: Buffer;
}

/** Puts the server's chunks together; reads the chunk formats that servers send. */
class ChunkReader {
  private buffer = Buffer.alloc(0);
  private chunkBytes = 128;
  private readonly partial = new Map<number, PartialMessage>();
  private readonly onMessage: (message: RtmpMessage) => void;

  constructor(onMessage: (message: RtmpMessage) => void) {
    this.onMessage = onMessage;
  }

  push(data: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, data]);
    while (this.readChunk());
  }

  private readChunk(): boolean {
    const first = this.buffer[0];
    if (first === undefined) return false;
    const chunkStream = first & 0x3f;
    const headerBytes = [11, 7, 3, 0][first >> 6] ?? 0;
    if (this.buffer.length < 1 + headerBytes) return false;
    const message = this.partial.get(chunkStream) ?? {
      type: 0,
      streamId: 0,
      length: 0,
      bytes: Buffer.alloc(0),
    };
    if (headerBytes >= 7) {
      message.length = this.buffer.readUIntBE(4, 3);
      message.type = this.buffer.readUInt8(7);
    }
    if (headerBytes === 11) message.streamId = this.buffer.readUInt32LE(8);
    const take = Math.min(this.chunkBytes, message.length - message.bytes.length);
    if (this.buffer.length < 1 + headerBytes + take) return false;
    const start = 1 + headerBytes;
    message.bytes = Buffer.concat([message.bytes, this.buffer.subarray(start, start + take)]);
    this.buffer = this.buffer.subarray(start + take);
    this.partial.set(chunkStream, message);
    if (message.bytes.length === message.length) this.complete(message);
    return true;
  }

  private complete(message: PartialMessage): void {
    const payload = message.bytes;
    message.bytes = Buffer.alloc(0);
    if (message.type === 1) this.chunkBytes = payload.readUInt32BE();
    const command = message.type === 20 ? { command: decodeAmf0(payload) } : {};
    this.onMessage({ type: message.type, streamId: message.streamId, payload, ...command });
  }
}
