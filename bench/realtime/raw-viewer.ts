import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What all viewers of one run did. */
export interface Tally {
  open: number;
  joined: number;
  recovered: number;
  frames: number;
  bytes: number;
  /** Frames that were no messages of the room (pings, acknowledgements). */
  other: number;
  faults: number;
}

export const newTally = (): Tally => ({
  open: 0,
  joined: 0,
  recovered: 0,
  frames: 0,
  bytes: 0,
  other: 0,
  faults: 0,
});

export interface RawOptions {
  port: number;
  path: string;
  /** What is sent once the socket is open: the socket.io packets after the handshake. */
  hello: string;
  join: string;
  address: string;
  compressed: boolean;
  tally: Tally;
}

const DEFLATE =
  'Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n';

/**
 * The cheapest viewer there is: a TCP connection that speaks just enough WebSocket and socket.io to sit in a room and count
 * what it gets, so that thousands of them fit on one core beside the server.
 */
export class RawViewer {
  readonly #options: RawOptions;
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  #upgraded = false;
  #state: 'opening' | 'greeting' | 'joining' | 'in' = 'opening';
  /** Settles once the join was answered. */
  readonly joined: Promise<void>;
  #sipping: NodeJS.Timeout | undefined;
  #settle: () => void = () => undefined;

  constructor(options: RawOptions) {
    this.#options = options;
    this.joined = new Promise((resolve) => (this.#settle = resolve));
    this.#socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('connect', () => this.#upgrade());
    this.#socket.on('data', (data: Buffer) => this.#read(data));
    this.#socket.on('error', () => (options.tally.faults += 1));
    this.#socket.on('close', () => {
      options.tally.open -= this.#upgraded ? 1 : 0;
      this.#settle();
    });
  }

  close(): void {
    clearInterval(this.#sipping);
    this.#socket.destroy();
  }

  /** Reads no more than so many bytes a second from now on, like a phone on a bad network. */
  sip(bytesPerS: number): void {
    this.#socket.removeAllListeners('data');
    this.#socket.pause();
    this.#sipping = setInterval(() => void this.#socket.read(bytesPerS), 1_000).unref();
  }

  /** Asks for the room once more. */
  joinAgain(): void {
    this.#send(this.#options.join);
  }

  #upgrade(): void {
    const { path, port, address, compressed } = this.#options;
    this.#socket.write(
      `GET ${path}?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\n` +
        `Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n` +
        `X-Forwarded-For: ${address}\r\n${compressed ? DEFLATE : ''}\r\n`,
    );
  }

  #read(data: Buffer): void {
    let buffer = this.#rest.length > 0 ? Buffer.concat([this.#rest, data]) : data;
    if (!this.#upgraded) {
      const end = buffer.indexOf('\r\n\r\n');
      if (end < 0) {
        this.#rest = buffer;
        return;
      }
      if (!buffer.toString('latin1', 0, 12).endsWith('101')) {
        this.#options.tally.faults += 1;
        this.#socket.destroy();
        return;
      }
      this.#upgraded = true;
      this.#options.tally.open += 1;
      buffer = buffer.subarray(end + 4);
    }
    this.#rest = this.#frames(buffer);
  }

  /** Handles every whole frame and gives back what is left. */
  #frames(buffer: Buffer): Buffer {
    let at = 0;
    while (buffer.length - at >= 2) {
      const short = (buffer[at + 1] ?? 0) & 0x7f;
      const header = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (buffer.length - at < header) break;
      const length =
        short === 126
          ? buffer.readUInt16BE(at + 2)
          : short === 127
            ? Number(buffer.readBigUInt64BE(at + 2))
            : short;
      if (buffer.length - at < header + length) break;
      this.#frame(buffer, at, header, length);
      at += header + length;
    }
    return at < buffer.length ? Buffer.from(buffer.subarray(at)) : Buffer.alloc(0);
  }

  #frame(buffer: Buffer, at: number, header: number, length: number): void {
    const { tally, hello, join } = this.#options;
    if (this.#state === 'in') {
      const first = buffer[at + header];
      const compressed = ((buffer[at] ?? 0) & 0x40) !== 0;
      if (!compressed && first === 0x32 /* ping */ && length === 1) {
        this.#send('3');
        tally.other += 1;
      } else {
        tally.frames += 1;
        tally.bytes += header + length;
      }
      return;
    }
    const text = buffer.toString('utf8', at + header, at + header + length);
    if (this.#state === 'opening') {
      this.#state = 'greeting';
      this.#send(hello);
    } else if (this.#state === 'greeting' && text.startsWith('40')) {
      this.#state = 'joining';
      this.#send(join);
    } else if (this.#state === 'joining' && text.startsWith('43')) {
      this.#state = 'in';
      tally.joined += 1;
      if (text.includes('"recovered":true')) tally.recovered += 1;
      this.#settle();
    }
  }

  /** A masked text frame; the mask of zeros is a mask too. */
  #send(text: string): void {
    const payload = Buffer.from(text);
    const header =
      payload.length < 126
        ? Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0])
        : Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 0xff, 0, 0, 0, 0]);
    this.#socket.write(Buffer.concat([header, payload]));
  }
}

/** A wave of newcomers and the least time it takes: below the rate at which a gateway turns connections away. */
const WAVE = 250;
const WAVE_MS = 150;

/** Fits `count` viewers into the room, some at a time. */
export async function seatViewers(
  count: number,
  optionsOf: (index: number) => RawOptions,
): Promise<RawViewer[]> {
  const viewers: RawViewer[] = [];
  while (viewers.length < count) {
    const wave = Array.from(
      { length: Math.min(WAVE, count - viewers.length) },
      (_, index) => new RawViewer(optionsOf(viewers.length + index)),
    );
    await Promise.all([delay(WAVE_MS), ...wave.map((viewer) => viewer.joined)]);
    viewers.push(...wave);
  }
  return viewers;
}

/** A different address for each viewer, as the edge would report them. */
export function addressOf(index: number): string {
  return `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
}
