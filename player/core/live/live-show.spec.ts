import { describe, expect, it } from '@jest/globals';
import type { FrameReply } from '#contracts';
import { createServerClock } from '../clock.ts';
import { fakeApi } from '../testing/fake-api.ts';
import { FakeSocket, fakeSockets } from '../testing/fake-sockets.ts';
import { manualTimers } from '../testing/manual-timers.ts';
import { LiveConnection } from './connection.ts';
import { createLiveShow } from './live-show.ts';

const SHOW = '019aa000-0000-7000-8000-000000000001';

async function setUp(answers: Parameters<typeof fakeApi>[0] = {}, { opens = true } = {}) {
  const server = fakeApi(answers);
  const sockets = fakeSockets();
  const timers = manualTimers();
  const connection = new LiveConnection({
    open: sockets.open,
    timers,
    random: () => 0,
    renew: async () => undefined,
  });
  let keys = 0;
  const show = createLiveShow({
    api: server.api,
    connection,
    showId: SHOW,
    timers,
    clock: createServerClock(timers.now),
    newKey: () => `key-${(keys += 1)}`,
  });
  show.enter();
  connection.start();
  const socket = sockets.opened[0] as FakeSocket;
  if (opens) socket.fire('connect');
  const answer = async (reply: FrameReply) => {
    socket.frames.at(-1)?.acknowledge(reply);
    await timers.pass(0);
  };
  return { show, socket, sockets, timers, answer, names: server.names };
}

describe('live show', () => {
  it('sums the taps of half a second, each kind by itself', async () => {
    const { show, socket, timers } = await setUp();
    for (let tap = 0; tap < 7; tap += 1) show.react('heart');
    show.react('fire');
    await timers.pass(500);
    show.react('heart');
    await timers.pass(500);
    expect(socket.frames.slice(1).map(({ frame }) => frame)).toEqual([
      { op: 'react', showId: SHOW, kind: 'heart', count: 7 },
      { op: 'react', showId: SHOW, kind: 'fire', count: 1 },
      { op: 'react', showId: SHOW, kind: 'heart', count: 1 },
    ]);
  });

  it('repeats a line that failed with the same key, so that it is stored once', async () => {
    const { show, socket, answer } = await setUp();
    void show.say('hello', { question: true });
    await answer({ ok: false, code: 'unavailable' });
    expect(show.state.get().pending[0]).toMatchObject({ key: 'key-1', state: 'failed' });
    void show.sayAgain('key-1');
    expect(show.state.get().pending[0]?.state).toBe('sending');
    const said = { op: 'say', showId: SHOW, key: 'key-1', text: 'hello', question: true };
    expect(socket.frames.slice(1).map(({ frame }) => frame)).toEqual([said, said]);
  });

  it('counts down slow mode from an accepted line and from a refused one', async () => {
    const { show, timers, answer } = await setUp();
    void show.say('one');
    await answer({ ok: true, state: 'sent', lineId: SHOW, seq: 1, nextInMs: 10_000 });
    expect(show.nextLineAt.get()).toBe(timers.now() + 10_000);
    void show.say('two');
    await answer({ ok: false, code: 'slow_mode', retryAfterMs: 4_000 });
    expect(show.nextLineAt.get()).toBe(timers.now() + 4_000);
    expect(show.state.get().pending.at(-1)?.why).toBe('Slow mode is on; wait for your turn');
  });

  it('keeps a held line until a moderator decides', async () => {
    const { show, socket, answer } = await setUp();
    void show.say('http://shop.example');
    await answer({ ok: true, state: 'held', lineId: SHOW, seq: 1 });
    expect(show.state.get().pending[0]?.state).toBe('held');
    socket.fire('push', { type: 'line_decided', showId: SHOW, lineId: SHOW, key: 'key-1', approved: false });
    expect(show.state.get().pending).toEqual([]);
  });

  it('says in words why a command was refused, also for a code it does not know', async () => {
    const { show, answer } = await setUp();
    const known = show.command({ type: 'next' });
    await answer({ ok: false, code: 'line_up_at_end' });
    const unknown = show.command({ type: 'next' });
    await answer({ ok: false, code: 'from_next_year' });
    const done = show.command({ type: 'unpin' });
    await answer({ ok: true, seq: 4, repeated: false });
    expect([await known, await unknown, await done]).toEqual([
      'There is no further product in the line-up',
      'The server refused this',
      null,
    ]);
  });

  it('reads by HTTP when a socket neither opens nor fails for four seconds', async () => {
    const { show, timers, socket } = await setUp(
      { getSnapshot: [{ refuse: 'unavailable' as const }] },
      { opens: false },
    );
    await timers.pass(3_999);
    expect(show.readOnly.get()).toBe(false);
    await timers.pass(1);
    expect(show.readOnly.get()).toBe(true);
    socket.fire('connect');
    expect(show.readOnly.get()).toBe(false);
  });

  it('reads by HTTP after three failed sockets, and stops when one opens', async () => {
    const away = [{ refuse: 'unavailable' as const }];
    const { show, sockets, timers, names } = await setUp({ getSnapshot: away });
    const last = () => sockets.opened.at(-1) as FakeSocket;
    for (let failure = 0; failure < 3; failure += 1) {
      expect([show.readOnly.get(), names()]).toEqual([false, []]);
      last().fire('disconnect');
      if (failure < 2) await timers.pass(20_000);
    }
    await timers.pass(0);
    expect([show.readOnly.get(), names()]).toEqual([true, ['getSnapshot']]);
    await timers.pass(2_000);
    last().fire('connect');
    expect(show.readOnly.get()).toBe(false);
  });
});
