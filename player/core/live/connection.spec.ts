import { describe, expect, it } from '@jest/globals';
import type { ClientFrame } from '#contracts';
import { FakeSocket, fakeSockets } from '../testing/fake-sockets.ts';
import { manualTimers } from '../testing/manual-timers.ts';
import { LiveConnection, returnDelay } from './connection.ts';

function setUp() {
  const sockets = fakeSockets();
  const timers = manualTimers();
  let renewals = 0;
  const connection = new LiveConnection({
    open: sockets.open,
    timers,
    random: () => 1,
    renew: async () => void (renewals += 1),
  });
  connection.start();
  const last = () => sockets.opened.at(-1) as FakeSocket;
  return { sockets, timers, connection, last, renewals: () => renewals };
}

describe('live connection', () => {
  it('waits longer after each failure and starts afresh after a success', async () => {
    const { sockets, timers, connection, last } = setUp();
    last().fire('disconnect');
    expect(connection.get()).toEqual({ kind: 'waiting', until: timers.now() + 1_000, failures: 1 });
    await timers.pass(1_000);
    last().fire('disconnect');
    expect(connection.get()).toMatchObject({ kind: 'waiting', until: timers.now() + 2_000 });
    await timers.pass(2_000);
    last().fire('connect');
    expect(connection.get().kind).toBe('open');
    last().fire('disconnect');
    expect(connection.get()).toMatchObject({ failures: 1 });
    expect(sockets.opened).toHaveLength(3);
  });

  it('spreads the returns of many viewers over the whole delay', () => {
    expect([returnDelay(3, 0), returnDelay(3, 1), returnDelay(60, 1)]).toEqual([1_000, 4_000, 20_000]);
    expect(returnDelay(1, 0, 5_000)).toBe(5_250);
  });

  it('comes back no sooner than the server asked', async () => {
    const { timers, connection, last, sockets } = setUp();
    last().fire('connect');
    last().fire('bye', { code: 4001, reason: 'draining', retryAfterMs: 7_000 });
    expect(connection.get()).toEqual({ kind: 'waiting', until: timers.now() + 8_000, failures: 1 });
    await timers.pass(7_999);
    expect(sockets.opened).toHaveLength(1);
    await timers.pass(1);
    expect(sockets.opened).toHaveLength(2);
  });

  it('waits longer each time it is let in only to hear that there is no room', async () => {
    const { timers, connection, last } = setUp();
    for (const failures of [1, 2, 3]) {
      last().fire('connect');
      last().fire('bye', { code: 4004, reason: 'overloaded', retryAfterMs: 2_000 });
      const wait = 2_000 + 500 * 2 ** failures;
      expect(connection.get()).toEqual({ kind: 'waiting', until: timers.now() + wait, failures });
      await timers.pass(wait);
    }
    last().fire('connect');
    last().fire('disconnect');
    expect(connection.get()).toMatchObject({ failures: 1 });
  });

  it('stays away when the server does not want it back, whatever the socket does afterwards', async () => {
    const { timers, connection, last, sockets } = setUp();
    last().fire('connect');
    last().fire('bye', { code: 4502, reason: 'banned' });
    last().fire('disconnect');
    await timers.pass(120_000);
    expect(connection.get()).toEqual({ kind: 'refused', reason: 'banned' });
    expect(sockets.opened).toHaveLength(1);
    expect(last().closed).toBe(true);
  });

  it('renews the session before it comes back from an ended token', async () => {
    const { timers, connection, last, sockets, renewals } = setUp();
    last().fire('connect');
    last().fire('bye', { code: 4002, reason: 'token_expired' });
    await timers.pass(0);
    expect(renewals()).toBe(1);
    expect(sockets.opened).toHaveLength(2);
    last().fire('connect');
    expect(connection.get().kind).toBe('open');
  });

  it('ignores what an abandoned socket still says', async () => {
    const { connection, sockets } = setUp();
    const heard: unknown[] = [];
    connection.on('tick', (tick) => heard.push(tick));
    connection.restart();
    sockets.opened[0]?.fire('tick', { n: 1 });
    sockets.opened[0]?.fire('disconnect');
    sockets.opened[1]?.fire('tick', { n: 2 });
    expect(heard).toEqual([{ n: 2 }]);
    expect(connection.get().kind).toBe('connecting');
  });

  it('refuses a frame at once without a socket, and after eight seconds without an answer', async () => {
    const { timers, connection, last } = setUp();
    const frame: ClientFrame = { op: 'leave', showId: '019aa000-0000-7000-8000-000000000001' };
    expect(await connection.send(frame)).toEqual({ ok: false, code: 'unavailable' });
    last().fire('connect');
    const unanswered = connection.send(frame);
    await timers.pass(8_000);
    expect(await unanswered).toEqual({ ok: false, code: 'unavailable' });
    const answered = connection.send(frame);
    last().frames.at(-1)?.acknowledge({ ok: true });
    expect(await answered).toEqual({ ok: true });
    expect(timers.waiting()).toBe(0);
  });
});
