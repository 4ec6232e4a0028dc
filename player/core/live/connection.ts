import {
  LIVE_PROTOCOL_VERSION,
  mayComeBack,
  type ClientFrame,
  type CloseReason,
  type FrameReply,
  type HandshakeAuth,
  type LiveBye,
  type LiveDesk,
  type LivePush,
  type LiveSnapshot,
  type LiveTick,
} from '#contracts';
import { createEmitter } from '../emitter.ts';
import { createStore, type Readable } from '../store.ts';
import type { Timers } from '../timers.ts';

/** What travels from the server, by event. */
export interface LiveServerEvents {
  snapshot: LiveSnapshot;
  tick: LiveTick;
  push: LivePush;
  desk: LiveDesk;
  bye: LiveBye;
}

/** One attempt at a socket: socket.io-client in a browser, a literal object in a test. */
export interface LiveSocket {
  onOpen(act: () => void): void;
  /** Closed or never opened. */
  onClose(act: () => void): void;
  on<Event extends keyof LiveServerEvents>(event: Event, act: (data: LiveServerEvents[Event]) => void): void;
  emit(frame: ClientFrame, acknowledge: (reply: FrameReply) => void): void;
  close(): void;
}

export type ConnectionState =
  | { kind: 'idle' }
  | { kind: 'connecting' }
  | { kind: 'open' }
  /** Closed, and tried again at `until`; `failures` in a row without an open socket. */
  | { kind: 'waiting'; until: number; failures: number }
  /** The server does not want this client back as it is. */
  | { kind: 'refused'; reason: CloseReason };

export interface ConnectionDeps {
  open: (auth: HandshakeAuth) => LiveSocket;
  timers: Timers;
  random: () => number;
  /** Renews the session's cookies; called before coming back from `token_expired`. */
  renew: () => Promise<unknown>;
}

/** First delay of a return; with full jitter, so that ten thousand viewers do not come back in the same second. */
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 20_000;
const REPLY_WITHIN_MS = 8_000;
const UNAVAILABLE: FrameReply = { ok: false, code: 'unavailable' };

/** The delay before the n-th return (n from 1): doubled each time, spread over its whole width, never under `atLeast`. */
export function returnDelay(failures: number, random: number, atLeast = 0): number {
  const widest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures, 10));
  return Math.round(atLeast + widest * (0.25 + 0.75 * random));
}

/** Keeps one socket to the live servers open, as long as they want this client. */
export class LiveConnection implements Readable<ConnectionState> {
  private readonly state = createStore<ConnectionState>({ kind: 'idle' });
  private readonly events = createEmitter<LiveServerEvents & { open: undefined }>();
  private socket: LiveSocket | null = null;
  private failures = 0;
  /** Failures before the present socket: one that only came to be turned away is one more. */
  private failedBefore = 0;
  private cancelWait = () => undefined as void;

  readonly get = this.state.get;
  readonly subscribe = this.state.subscribe;
  readonly on = this.events.on;
  private readonly deps: ConnectionDeps;

  constructor(deps: ConnectionDeps) {
    this.deps = deps;
  }

  start(): void {
    if (this.get().kind === 'idle') this.connect();
  }

  stop(): void {
    this.drop();
    this.state.set({ kind: 'idle' });
  }

  /** Opens a new socket at once: after log-in or log-out, or when the network is back. */
  restart(): void {
    if (this.get().kind === 'idle') return;
    this.failures = 0;
    this.connect();
  }

  /** Sends a frame; without a socket or an answer in time it is refused with `unavailable` and may be repeated. */
  send(frame: ClientFrame): Promise<FrameReply> {
    const to = this.socket;
    if (!to || this.get().kind !== 'open') return Promise.resolve(UNAVAILABLE);
    return new Promise((resolve) => {
      const cancel = this.deps.timers.after(REPLY_WITHIN_MS, () => resolve(UNAVAILABLE));
      to.emit(frame, (reply) => {
        cancel();
        resolve(reply);
      });
    });
  }

  private connect(): void {
    this.drop();
    this.state.set({ kind: 'connecting' });
    const socket = this.deps.open({ v: LIVE_PROTOCOL_VERSION });
    this.socket = socket;
    const present = () => this.socket === socket;
    socket.onOpen(() => present() && this.opened());
    socket.onClose(() => present() && this.lost());
    socket.on('bye', (bye) => present() && void this.obey(bye));
    for (const event of ['snapshot', 'tick', 'push', 'desk'] as const) {
      socket.on(event, (data) => present() && this.events.tell(event, data));
    }
  }

  private opened(): void {
    this.failedBefore = this.failures;
    this.failures = 0;
    this.state.set({ kind: 'open' });
    this.events.tell('open', undefined);
  }

  private lost(): void {
    this.socket = null;
    this.wait(0);
  }

  private async obey({ code, reason, retryAfterMs }: LiveBye): Promise<void> {
    this.drop();
    if (!mayComeBack(code)) return this.state.set({ kind: 'refused', reason });
    if (reason === 'overloaded') this.failures = this.failedBefore;
    if (reason !== 'token_expired' && reason !== 'membership_changed') return this.wait(retryAfterMs ?? 0);
    this.state.set({ kind: 'connecting' });
    await this.deps.renew();
    if (this.socket === null && this.get().kind === 'connecting') this.connect();
  }

  private wait(atLeast: number): void {
    this.failures += 1;
    const ms = returnDelay(this.failures, this.deps.random(), atLeast);
    this.state.set({ kind: 'waiting', until: this.deps.timers.now() + ms, failures: this.failures });
    this.cancelWait = this.deps.timers.after(ms, () => this.connect());
  }

  private drop(): void {
    this.cancelWait();
    const old = this.socket;
    this.socket = null;
    old?.close();
  }
}
