import type { Socket } from 'socket.io';

/** Where a room writes to: one client's connection, seen as bytes. */
export interface Outlet {
  /** Whether this client takes frames that were deflated without context. */
  readonly deflate: boolean;
  /** Writes whole WebSocket frames, in order with everything written before. */
  write(frames: Buffer): void;
  /** The same for many buffers, as one packet where that is possible. */
  writeAll(frames: readonly Buffer[]): void;
  /** Bytes that wait in this process because the client reads too slowly. */
  waiting(): number;
}

/** The few members of `ws` below socket.io that writing shared frames needs; they have no public name. */
// oxlint-disable no-underscore-dangle -- the names are those of ws
interface RawWebSocket {
  readyState: number;
  terminate?(): void;
  _socket?: { write(data: Buffer): boolean; cork(): void; uncork(): void; writableLength: number };
  _extensions?: Record<string, { params?: Record<string, unknown> } | undefined>;
}

const OPEN = 1;

/**
 * The bytes side of a socket.io socket. Everything private of `ws` is touched here and nowhere else; throws when the
 * installed version no longer has it, which the start-up test of the gateway turns into a clear error.
 */
export function outletOf(socket: Socket): Outlet {
  const raw = rawOf(socket);
  const tcp = raw._socket;
  if (!tcp) throw new Error('the socket has no TCP connection to write to');
  return new RawOutlet(raw, tcp, sharesDeflate(raw));
}

/** Ends a connection without waiting for what it has not read: it may never read it. */
export function terminate(socket: Socket): void {
  const { socket: raw } = socket.conn.transport as unknown as { socket?: RawWebSocket };
  raw?.terminate?.();
}

class RawOutlet implements Outlet {
  readonly deflate: boolean;
  readonly #raw: RawWebSocket;
  readonly #tcp: NonNullable<RawWebSocket['_socket']>;

  constructor(raw: RawWebSocket, tcp: NonNullable<RawWebSocket['_socket']>, deflate: boolean) {
    this.#raw = raw;
    this.#tcp = tcp;
    this.deflate = deflate;
  }

  write(frames: Buffer): void {
    if (this.#raw.readyState === OPEN) this.#tcp.write(frames);
  }

  writeAll(frames: readonly Buffer[]): void {
    if (this.#raw.readyState !== OPEN || frames.length === 0) return;
    this.#tcp.cork();
    for (const frame of frames) this.#tcp.write(frame);
    this.#tcp.uncork();
  }

  waiting(): number {
    return this.#tcp.writableLength;
  }
}

function rawOf(socket: Socket): RawWebSocket {
  const transport = socket.conn.transport as unknown as { socket?: RawWebSocket };
  const raw = transport.socket;
  if (!raw || typeof raw.readyState !== 'number' || typeof raw._socket?.write !== 'function') {
    throw new Error(
      'this version of ws or engine.io hides its TCP connection: shared frames cannot be written',
    );
  }
  return raw;
}

/** Only a connection that forgets its window after each message can read a frame that was made for all. */
function sharesDeflate(raw: RawWebSocket): boolean {
  const params = raw._extensions?.['permessage-deflate']?.params;
  return params?.['server_no_context_takeover'] === true && params['server_max_window_bits'] === undefined;
}
