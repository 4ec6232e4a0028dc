import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { Server, type ServerOptions } from 'socket.io';
import { CLIENT_FRAME_MAX_BYTES, LIVE_PATH } from '#contracts';
import type { Admission } from './admission.ts';

/** Half of what proxies commonly allow an idle connection. */
const PING_EVERY_MS = 25_000;
const PING_TIMEOUT_MS = 20_000;
/** A connection that has not said who it is by then is closed: it counts for nobody and nothing bounds it. */
const CONNECT_WITHIN_MS = 10_000;
/** Never reached: socket.io's own messages are not compressed, only the shared frames are. */
const NO_OWN_COMPRESSION = 2 ** 31;

/**
 * socket.io as live rooms need it: WebSocket only (so no sticky sessions), no handler chains per socket (the gateway
 * listens itself, with one function for all), and permessage-deflate agreed without context, so that one compressed
 * frame serves everybody.
 */
export class LiveIoAdapter extends IoAdapter {
  readonly #admission: Admission;

  constructor(app: INestApplicationContext, admission: Admission) {
    super(app);
    this.#admission = admission;
  }

  override createIOServer(_port: number, options?: Partial<ServerOptions>): Server {
    const { httpServer } = this as unknown as { httpServer: ConstructorParameters<typeof Server>[0] };
    return new Server(httpServer, {
      ...options,
      path: LIVE_PATH,
      transports: ['websocket'],
      serveClient: false,
      pingInterval: PING_EVERY_MS,
      pingTimeout: PING_TIMEOUT_MS,
      maxHttpBufferSize: CLIENT_FRAME_MAX_BYTES,
      perMessageDeflate: {
        threshold: NO_OWN_COMPRESSION,
        serverNoContextTakeover: true,
        clientNoContextTakeover: true,
      },
      connectTimeout: CONNECT_WITHIN_MS,
      allowRequest: (request, answer) => {
        // Who is shut out gets no answer from socket.io, whose own refusal does not say when to come back.
        if (this.#admission.admit(request) === 'shut') this.#admission.refuse(request.socket);
        else answer(null, true);
      },
    });
  }

  /** The gateway has one dispatcher for all of its sockets; a chain of observables per handler and socket costs 4 KB each. */
  override bindMessageHandlers(): void {}
}
