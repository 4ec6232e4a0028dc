import { Inject } from '@nestjs/common';
import {
  WebSocketGateway,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  type OnGatewayInit,
} from '@nestjs/websockets';
import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Server, Socket } from 'socket.io';
import { HandshakeAuth, LIVE_PROTOCOL_VERSION, type FrameReply } from '#contracts';
import { counter, gauge, type Logger } from '#process';
import { LOGGER, SESSION_COOKIE, TOKENS, type TokenVerifier } from '#service';
import type { Admission } from './admission.ts';
import { Client } from './client.ts';
import { Clients } from './clients.ts';
import { Dispatch } from './dispatch.ts';

/** What the gateway is made with. */
export interface GatewaySettings {
  /** Origins whose pages may use the session cookie on a socket. */
  origins: ReadonlySet<string>;
  addressKey: string;
  peerAddress(request: IncomingMessage): string;
  admission: Pick<Admission, 'retryAfterMs'>;
}

export const GATEWAY_SETTINGS = Symbol('gateway settings');

const COOKIE = new RegExp(`(?:^|;\\s*)${SESSION_COOKIE}=([^;]+)`);
const NOTHING = Object.freeze({}) as never;

/** Takes sockets in: who they are, and one dispatcher for whatever they send. */
@WebSocketGateway()
export class LiveGateway implements OnGatewayInit, OnGatewayConnection, OnGatewayDisconnect {
  readonly #clients: Clients;
  readonly #dispatch: Dispatch;
  readonly #tokens: TokenVerifier;
  readonly #settings: GatewaySettings;
  readonly #logger: Logger;
  readonly #frames = counter('chat_client_frames_total', 'Frames that clients sent, by outcome', ['outcome']);

  constructor(
    clients: Clients,
    dispatch: Dispatch,
    @Inject(TOKENS) tokens: TokenVerifier,
    @Inject(GATEWAY_SETTINGS) settings: GatewaySettings,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#clients = clients;
    this.#dispatch = dispatch;
    this.#tokens = tokens;
    this.#settings = settings;
    this.#logger = logger;
  }

  afterInit(_server: Server): void {
    const clients = this.#clients;
    gauge('chat_sockets', 'Sockets of this process', [], function collect() {
      this.set(clients.size);
    });
  }

  handleConnection(socket: Socket): void {
    const address = createHmac('sha256', this.#settings.addressKey)
      .update(this.#settings.peerAddress(socket.request))
      .digest('base64url')
      .slice(0, 16);
    const client = new Client(socket, address);
    socket.data = client;
    const welcome = this.#clients.add(client);
    const retryAfterMs = this.#settings.admission.retryAfterMs(socket.request);
    const auth = HandshakeAuth.safeParse(socket.handshake.auth);
    if (retryAfterMs !== undefined) client.close('overloaded', retryAfterMs);
    else if (!welcome) client.close('too_many_sockets', 30_000);
    else if (!auth.success || auth.data.v !== LIVE_PROTOCOL_VERSION) client.close('protocol_version');
    else this.#admit(client, auth.data.token, socket.request);
    socket.onAny(this.#listener);
    forgetRequest(socket);
  }

  handleDisconnect(socket: Socket): void {
    const client = clientOf(socket);
    client.leave();
    this.#clients.remove(client);
  }

  /** Finds out who connects: by the token it gave, else by the session cookie of a page that may use it. */
  #admit(client: Client, given: string | undefined, request: IncomingMessage): void {
    const cookie = given === undefined ? COOKIE.exec(request.headers.cookie ?? '')?.[1] : undefined;
    const token = given ?? cookie;
    if (token === undefined) return;
    if (cookie !== undefined && !this.#settings.origins.has(request.headers.origin ?? '')) {
      client.close('origin_not_allowed');
      return;
    }
    client.ready = this.#identify(client, token, given !== undefined);
  }

  async #identify(client: Client, token: string, given: boolean): Promise<boolean> {
    try {
      client.identity = await this.#tokens.verify(token);
    } catch (error) {
      this.#logger.warn({ err: error }, 'a token could not be checked');
      client.close('unavailable', 2_000);
      return false;
    }
    // An old cookie only means that nobody is logged in; a page that sends a token wants to know that it does not count.
    if (!client.identity && given) {
      client.close('token_invalid');
      return false;
    }
    return this.#enter(client);
  }

  #enter(client: Client): boolean {
    client.ready = undefined;
    if (client.closed) return false;
    if (this.#clients.identify(client)) return true;
    client.close('too_many_sockets');
    return false;
  }

  /** One function for all sockets; socket.io calls it with the socket as `this`. */
  readonly #listener = listenerOf((client, event, args) => void this.#onEvent(client, event, args));

  async #onEvent(client: Client, event: string, args: unknown[]): Promise<void> {
    const last = args.at(-1);
    const answer = typeof last === 'function' ? (last as (reply: FrameReply) => void) : undefined;
    const frame = event === 'm' && args.length <= 2 ? args[0] : undefined;
    const reply = await this.#dispatch.handle(client, frame);
    this.#frames.inc({ outcome: reply.ok ? 'ok' : 'refused' });
    if (!client.closed) answer?.(reply);
  }
}

function clientOf(socket: Socket): Client {
  return socket.data as Client;
}

function listenerOf(
  handle: (client: Client, event: string, args: unknown[]) => void,
): (this: Socket, event: string, ...args: unknown[]) => void {
  return function listener(this: Socket, event: string, ...args: unknown[]) {
    handle(clientOf(this), event, args);
  };
}

/** The request that opened the connection holds headers and buffers that nobody reads again. */
function forgetRequest(socket: Socket): void {
  (socket as { handshake: unknown }).handshake = NOTHING;
  (socket.conn as { request: unknown }).request = NOTHING;
}
