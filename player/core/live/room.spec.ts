import { describe, expect, it } from '@jest/globals';
import type { FrameReply, LiveSnapshot, LiveTick } from '#contracts';
import { FakeSocket, fakeSockets } from '../testing/fake-sockets.ts';
import { manualTimers } from '../testing/manual-timers.ts';
import { LiveConnection } from './connection.ts';
import { createRoom } from './room.ts';

const SHOW = '019aa000-0000-7000-8000-000000000001';
const you = {
  userId: null,
  displayName: null,
  mayWrite: false,
  rights: [],
  mutedUntil: null,
  tokenEndsAt: null,
};
const joined = (recovered: boolean): FrameReply => ({ ok: true, recovered, you });
const tick = (n: number, epoch = 'e1'): LiveTick => ({ n, epoch, at: n * 200, mediaTime: null });
const snapshot = (n: number, epoch = 'e1') => ({ showId: SHOW, epoch, n }) as LiveSnapshot;

async function setUp() {
  const sockets = fakeSockets();
  const timers = manualTimers();
  const connection = new LiveConnection({
    open: sockets.open,
    timers,
    random: () => 0,
    renew: async () => undefined,
  });
  const seen: string[] = [];
  const room = createRoom({
    connection,
    showId: SHOW,
    timers,
    sink: { snapshot: (s) => seen.push(`snapshot ${s.epoch}:${s.n}`), tick: (t) => seen.push(`tick ${t.n}`) },
  });
  room.enter();
  connection.start();
  const last = () => sockets.opened.at(-1) as FakeSocket;
  const answer = async (reply: FrameReply) => {
    last().frames.at(-1)?.acknowledge(reply);
    await timers.pass(0);
  };
  last().fire('connect');
  return { timers, room, seen, last, answer, sockets };
}

describe('room', () => {
  it('joins without an offset first and hands on each tick once, in order', async () => {
    const { room, seen, last, answer } = await setUp();
    expect(last().frames[0]?.frame).toEqual({ op: 'join', showId: SHOW });
    last().fire('tick', tick(9)); // before the snapshot it means nothing
    await answer(joined(false));
    last().fire('snapshot', snapshot(10));
    for (const n of [10, 11, 11, 12]) last().fire('tick', tick(n));
    expect(seen).toEqual(['snapshot e1:10', 'tick 11', 'tick 12']);
    expect(last().frames).toHaveLength(1); // a tick that comes again is no gap
    expect(room.get()).toEqual({ kind: 'joined', you });
  });

  it('comes back with its offset and takes the missed ticks', async () => {
    const { timers, seen, last, answer } = await setUp();
    await answer(joined(false));
    last().fire('snapshot', snapshot(10));
    last().fire('disconnect');
    await timers.pass(1_000);
    last().fire('connect');
    expect(last().frames[0]?.frame).toEqual({ op: 'join', showId: SHOW, offset: { epoch: 'e1', n: 10 } });
    await answer(joined(true));
    for (const n of [11, 12]) last().fire('tick', tick(n));
    expect(seen).toEqual(['snapshot e1:10', 'tick 11', 'tick 12']);
  });

  it('asks again when a tick is missing, once, and drops what came too early', async () => {
    const { seen, last, answer } = await setUp();
    await answer(joined(false));
    last().fire('snapshot', snapshot(10));
    last().fire('tick', tick(13));
    last().fire('tick', tick(14));
    expect(last().frames.map(({ frame }) => frame)).toHaveLength(2);
    await answer(joined(true));
    for (const n of [11, 12, 13, 14]) last().fire('tick', tick(n));
    expect(seen).toEqual(['snapshot e1:10', 'tick 11', 'tick 12', 'tick 13', 'tick 14']);
  });

  it('takes what a slow connection gets ahead of time without counting it as read', async () => {
    const { timers, seen, last, answer } = await setUp();
    await answer(joined(false));
    last().fire('snapshot', snapshot(10));
    last().fire('tick', { ...tick(11), partial: true });
    last().fire('tick', { ...tick(15), partial: true });
    expect(last().frames).toHaveLength(1);
    last().fire('disconnect');
    await timers.pass(1_000);
    last().fire('connect');
    expect(last().frames[0]?.frame).toMatchObject({ offset: { n: 10 } });
    await answer(joined(true));
    last().fire('tick', tick(11));
    expect(seen).toEqual(['snapshot e1:10', 'tick 11', 'tick 15', 'tick 11']);
  });

  it('starts over with the snapshot of a new epoch', async () => {
    const { seen, last, answer } = await setUp();
    await answer(joined(false));
    last().fire('snapshot', snapshot(10));
    last().fire('tick', tick(0, 'e2'));
    await answer(joined(false));
    last().fire('snapshot', snapshot(3, 'e2'));
    last().fire('tick', tick(4, 'e2'));
    last().fire('tick', tick(11, 'e1'));
    expect(seen).toEqual(['snapshot e1:10', 'snapshot e2:3', 'tick 4']);
  });

  it('tries a passing refusal again and keeps out after a final one', async () => {
    const { timers, room, last, answer } = await setUp();
    await answer({ ok: false, code: 'rate_limited', retryAfterMs: 500 });
    await timers.pass(500);
    expect(last().frames).toHaveLength(2);
    await answer({ ok: false, code: 'chat_banned', detail: 'until tomorrow' });
    await timers.pass(60_000);
    expect(last().frames).toHaveLength(2);
    expect(room.get()).toEqual({ kind: 'refused', code: 'chat_banned', detail: 'until tomorrow' });
  });

  it('knows at once that this person was muted, and asks again when the mute should be over', async () => {
    const { room, timers, last, answer } = await setUp();
    await answer(joined(false));
    const until = timers.now() + 60_000;
    last().fire('push', { type: 'muted', showId: SHOW, until });
    expect(room.get()).toEqual({ kind: 'joined', you: { ...you, mayWrite: false, mutedUntil: until } });
    expect(last().frames).toHaveLength(1);
    await timers.pass(61_000);
    expect(last().frames).toHaveLength(2);
    await answer(joined(true));
    expect(room.get()).toEqual({ kind: 'joined', you });
  });

  it('knows at once that a mute was lifted, without asking a server that may not have heard of it yet', async () => {
    const { room, timers, last, answer } = await setUp();
    await answer(joined(false));
    last().fire('push', { type: 'muted', showId: SHOW, until: timers.now() + 60_000 });
    last().fire('push', { type: 'unmuted', showId: SHOW });
    expect(room.get()).toEqual({ kind: 'joined', you: { ...you, mayWrite: true, mutedUntil: null } });
    await timers.pass(120_000);
    expect(last().frames).toHaveLength(1);
  });

  it('does not take the mute of another room for its own', async () => {
    const { room, last, answer } = await setUp();
    await answer(joined(false));
    last().fire('push', { type: 'muted', showId: '019aa000-0000-7000-8000-000000000002', until: 9e12 });
    expect(room.get()).toEqual({ kind: 'joined', you });
  });

  it('says so when the server puts this person out for good', async () => {
    const { room, last, answer } = await setUp();
    await answer(joined(false));
    last().fire('bye', { code: 4502, reason: 'banned' });
    expect(room.get()).toEqual({
      kind: 'refused',
      code: 'chat_banned',
      detail: 'You were banned from this chat.',
    });
  });

  it('hears nothing after it left', async () => {
    const { room, seen, last, answer } = await setUp();
    await answer(joined(false));
    room.leave();
    last().fire('snapshot', snapshot(10));
    expect(seen).toEqual([]);
    expect(last().frames.at(-1)?.frame).toEqual({ op: 'leave', showId: SHOW });
  });
});
