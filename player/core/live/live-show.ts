import {
  errorDefinition,
  REACT_WINDOW_MS,
  type ClientFrame,
  type ErrorCode,
  type FrameReply,
  type HostCommand,
  type ReactionKind,
  type SaleState,
} from '#contracts';
import type { Api } from '../api/api.ts';
import type { ServerClock } from '../clock.ts';
import { createStore, type Readable } from '../store.ts';
import type { Timers } from '../timers.ts';
import type { LiveConnection } from './connection.ts';
import { createRoom, type Room } from './room.ts';
import { createTickPoller } from './tick-poller.ts';
import { EMPTY_SHOW, showReducer, type PendingLine, type ShowEvent, type ShowState } from './show-state.ts';

/** A show's room as a page uses it: what it shows, and what a person does in it. */
export interface LiveShow {
  state: Readable<ShowState>;
  room: Room;
  /** No socket comes through; the room is read by HTTP and cannot be written in. */
  readOnly: Readable<boolean>;
  /** When this person may write again (our clock), after slow mode or a rate limit. */
  nextLineAt: Readable<number>;
  say(text: string, about?: Pick<PendingLine, 'replyTo'> & { question?: boolean }): Promise<void>;
  sayAgain(key: string): Promise<void>;
  dropLine(key: string): void;
  /** Takes sales that were read over HTTP. */
  takeSales(sales: readonly SaleState[]): void;
  react(kind: ReactionKind): void;
  vote(pollId: string, choice: number): Promise<string | null>;
  report(
    lineId: string,
    reason: Extract<ClientFrame, { op: 'report' }>['reason'],
    note?: string,
  ): Promise<string | null>;
  /** Null when it was carried out, else why not, in words. */
  command(command: HostCommand): Promise<string | null>;
  enter(): void;
  leave(): void;
}

interface LiveShowDeps {
  api: Api;
  connection: LiveConnection;
  showId: string;
  timers: Timers;
  clock: ServerClock;
  newKey: () => string;
}

/** Keeps the state of a show's room while it is entered. */
export function createLiveShow({ api, connection, showId, timers, clock, newKey }: LiveShowDeps): LiveShow {
  const state = createStore<ShowState>(EMPTY_SHOW);
  const apply = (event: ShowEvent) => state.update((now) => showReducer(now, event));
  const room = createRoom({
    connection,
    showId,
    timers,
    sink: {
      snapshot: (snapshot) => apply({ type: 'snapshot', snapshot }),
      tick(tick) {
        clock.heard(tick.at, timers.now());
        apply({ type: 'tick', tick });
      },
    },
  });
  const taps = createTaps(
    timers,
    (kind, count) => void connection.send({ op: 'react', showId, kind, count }),
  );
  const { nextLineAt, send } = createWriter({ connection, showId, timers }, apply);
  const reading = createReading({ api, connection, showId, timers, room });
  let stopPushes = () => undefined as unknown;
  const answer = async (frame: ClientFrame) => {
    const reply = await connection.send(frame);
    return reply.ok ? null : refusalText(reply);
  };
  return {
    state,
    room,
    readOnly: reading.active,
    nextLineAt,
    say: (text, { question = false, replyTo } = {}) =>
      send({ key: newKey(), text, question, ...(replyTo ? { replyTo } : {}), state: 'sending' }),
    async sayAgain(key) {
      const line = state.get().pending.find((pending) => pending.key === key);
      if (line) await send(line);
    },
    takeSales: (sales) => apply({ type: 'sales', sales }),
    dropLine: (key) => apply({ type: 'line_dropped', key }),
    react: taps,
    vote: (pollId, choice) => answer({ op: 'vote', showId, pollId, choice }),
    report: (lineId, reason, note) =>
      answer({ op: 'report', showId, lineId, reason, ...(note ? { note } : {}) }),
    command: (command) => answer({ op: 'command', showId, id: newKey(), command }),
    enter() {
      stopPushes = connection.on('push', (push) => {
        if (push.type === 'line_decided' && push.showId === showId)
          apply({ type: 'line_dropped', key: push.key });
      });
      room.enter();
      reading.watch();
    },
    leave() {
      stopPushes();
      reading.stop();
      room.leave();
    },
  };
}

/** Sends lines and keeps what became of each; a line keeps its key over all tries. */
function createWriter(
  { connection, showId, timers }: Pick<LiveShowDeps, 'connection' | 'showId' | 'timers'>,
  apply: (event: ShowEvent) => void,
) {
  const nextLineAt = createStore(0);
  const send = async (line: PendingLine) => {
    apply({ type: 'wrote', line: { ...line, state: 'sending' } });
    const { key, text, question, replyTo } = line;
    const about = { ...(question ? { question } : {}), ...(replyTo ? { replyTo: replyTo.id } : {}) } as const;
    const reply = await connection.send({ op: 'say', showId, key, text, ...about });
    const wait = waitOf(reply);
    if (wait > 0) nextLineAt.set(timers.now() + wait);
    const held = reply.ok && 'state' in reply && reply.state === 'held';
    apply({
      type: 'line_settled',
      key,
      outcome: reply.ok ? (held ? 'held' : 'sent') : { failed: refusalText(reply) },
    });
  };
  return { nextLineAt, send };
}

/** Failures in a row after which the network is taken for one that lets no WebSocket through. */
const FAILURES_UNTIL_READING = 3;
/** Nobody waits longer than this for a socket that does not open: some proxies say nothing at all. */
const READ_AFTER_MS = 4_000;

/** Reads the room by HTTP while its socket does not open. */
function createReading({
  api,
  connection,
  showId,
  timers,
  room,
}: Pick<LiveShowDeps, 'api' | 'connection' | 'showId' | 'timers'> & { room: Room }) {
  const active = createStore(false);
  const poller = createTickPoller({ api, showId, timers, take: room.take, offset: room.offset });
  let stopWatching = () => undefined as unknown;
  let cancelWait = () => undefined as void;
  const set = (on: boolean) => {
    cancelWait();
    active.set(on);
    if (on) poller.start();
    else poller.stop();
  };
  return {
    active: { get: active.get, subscribe: active.subscribe },
    watch() {
      stopWatching = connection.subscribe(() => {
        const now = connection.get();
        if (now.kind === 'open') set(false);
        if (now.kind === 'waiting' && now.failures >= FAILURES_UNTIL_READING) set(true);
      });
      if (connection.get().kind !== 'open') cancelWait = timers.after(READ_AFTER_MS, () => set(true));
    },
    stop() {
      stopWatching();
      set(false);
    },
  };
}

/** Sums taps of each kind for half a second, so that a fast finger makes two frames a second and not twenty. */
function createTaps(timers: Timers, send: (kind: ReactionKind, count: number) => void) {
  const waiting = new Map<ReactionKind, number>();
  return (kind: ReactionKind) => {
    const before = waiting.get(kind);
    waiting.set(kind, Math.min(20, (before ?? 0) + 1));
    if (before !== undefined) return;
    timers.after(REACT_WINDOW_MS, () => {
      send(kind, waiting.get(kind) ?? 1);
      waiting.delete(kind);
    });
  };
}

function waitOf(reply: FrameReply): number {
  if (!reply.ok) return reply.retryAfterMs ?? 0;
  return 'nextInMs' in reply && typeof reply.nextInMs === 'number' ? reply.nextInMs : 0;
}

/** A refusal over the socket in words. */
export function refusalText(reply: Extract<FrameReply, { ok: false }>): string {
  if (reply.code === 'unavailable') return 'No connection right now. Try again in a moment.';
  if (reply.detail) return reply.detail;
  try {
    return errorDefinition(reply.code as ErrorCode).title;
  } catch {
    return 'The server refused this'; // a code that is newer than this page
  }
}
