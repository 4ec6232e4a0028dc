import { JoinReply, type FrameReply, type LiveOffset, type LiveSnapshot, type LiveTick } from '#contracts';
import type { Readable } from '../store.ts';
import type { Timers } from '../timers.ts';
import type { LiveConnection } from './connection.ts';
import { createStanding, type RoomState } from './standing.ts';

/** Where a room's order goes: each snapshot, and after it each tick exactly once. */
export interface RoomSink {
  snapshot(snapshot: LiveSnapshot): void;
  tick(tick: LiveTick): void;
}

export interface Room extends Readable<RoomState> {
  /** How far the room has been read; null before the first snapshot. */
  offset(): LiveOffset | null;
  /** Takes a snapshot or tick from elsewhere (the HTTP fallback) by the same rules. */
  take: RoomSink;
  /** Enters as soon as there is a socket, and again with each new one. */
  enter(): void;
  leave(): void;
}

interface RoomDeps {
  connection: LiveConnection;
  showId: string;
  sink: RoomSink;
  timers: Timers;
}

/** Refused joins that pass by themselves are tried again after this. */
const JOIN_AGAIN_MS = 3_000;
const PASSING = new Set(['unavailable', 'rate_limited', 'overloaded', 'internal']);

/**
 * One show's room over the connection: joins with the last offset whenever a socket opens, hands on each tick once
 * and in order, and joins again when one is missing.
 */
export function createRoom({ connection, showId, sink, timers }: RoomDeps): Room {
  const standing = createStanding({ showId, timers, ask: () => void join() });
  let offset: LiveOffset | null = null;
  let turn = 0;
  let joining = false;
  let cancelAgain = () => undefined as void;

  const join = async () => {
    cancelAgain();
    turn += 1;
    const mine = turn;
    joining = true;
    const reply = await connection.send({ op: 'join', showId, ...(offset ? { offset } : {}) });
    if (mine !== turn) return; // a newer join was sent meanwhile
    joining = false;
    const next = judged(reply);
    if ('againMs' in next) cancelAgain = timers.after(next.againMs, () => void join());
    else standing.judge(next);
  };
  const take: RoomSink = {
    snapshot(snapshot) {
      if (snapshot.showId !== showId) return;
      offset = { epoch: snapshot.epoch, n: snapshot.n };
      sink.snapshot(snapshot);
    },
    tick(tick) {
      if (!offset) return;
      const known = tick.epoch === offset.epoch;
      if (known && tick.n <= offset.n) return;
      // What a slow connection gets ahead of time does not move us on: its chat is still missing.
      if (known && tick.partial) return sink.tick(tick);
      if (known && tick.n === offset.n + 1) {
        offset = { epoch: tick.epoch, n: tick.n };
        return sink.tick(tick);
      }
      if (!joining) void join(); // a tick is missing, or the room began anew: ask from where we are
    },
  };
  let stops: (() => void)[] = [];
  return {
    get: standing.get,
    subscribe: standing.subscribe,
    offset: () => offset,
    take,
    enter() {
      stops = [
        connection.on('open', () => void join()),
        connection.on('snapshot', take.snapshot),
        connection.on('tick', take.tick),
        standing.listen(connection),
      ];
      if (connection.get().kind === 'open') void join();
    },
    leave() {
      turn += 1;
      cancelAgain();
      for (const stop of stops) stop();
      void connection.send({ op: 'leave', showId });
    },
  };
}

/** What a reply to `join` means: in, out, or once more after a while. */
function judged(reply: FrameReply): RoomState | { againMs: number } {
  const joined = JoinReply.safeParse(reply);
  if (joined.success) return { kind: 'joined', you: joined.data.you };
  if (reply.ok) return { againMs: JOIN_AGAIN_MS };
  if (PASSING.has(reply.code)) return { againMs: reply.retryAfterMs ?? JOIN_AGAIN_MS };
  return { kind: 'refused', code: reply.code, ...(reply.detail ? { detail: reply.detail } : {}) };
}
