import { describe, expect, it } from '@jest/globals';
import type { LiveBye } from '#contracts';
import { newId } from '#process';
import type { Socket } from 'socket.io';
import { Client } from './client.ts';
import { Dispatch, type DispatchParts } from './dispatch.ts';

/** A dispatcher at a standing clock, and a connection that keeps what it was told at its end. */
function setUp(): { dispatch: Dispatch; client: Client; byes: LiveBye[]; now: { ms: number } } {
  const byes: LiveBye[] = [];
  const now = { ms: 1_000 };
  const socket = {
    emit: (event: string, bye: LiveBye) => event === 'bye' && byes.push(bye),
    disconnect: () => undefined,
    conn: { transport: {} },
  } as unknown as Socket;
  const parts = {
    feeds: { get: () => Promise.reject(new Error('NATS is away')) },
    now: () => now.ms,
    error: () => undefined,
  } as unknown as DispatchParts;
  return { dispatch: new Dispatch(parts), client: new Client(socket, 'here'), byes, now };
}

const leave = { op: 'leave', showId: newId() };

describe('what a connection sends', () => {
  it('is bounded from its first frame on, while nobody knows yet who sends it', async () => {
    const { dispatch, client, byes } = setUp();
    client.ready = new Promise(() => undefined); // the token is being checked, and that takes long
    let waiting = 0;
    for (let frame = 0; frame < 1_000; frame += 1) {
      waiting += 1;
      void dispatch.handle(client, leave).finally(() => (waiting -= 1));
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(waiting).toBe(40);
    expect(byes).toMatchObject([{ reason: 'flooding' }]);
  });

  it('is taken again after a pause, when it was only a burst', async () => {
    const { dispatch, client, byes, now } = setUp();
    const burst = await Promise.all(Array.from({ length: 60 }, () => dispatch.handle(client, leave)));
    expect(burst.map(({ ok }) => ok)).toEqual([...Array(40).fill(true), ...Array(20).fill(false)]);
    expect(burst.at(-1)).toMatchObject({ code: 'rate_limited', retryAfterMs: 1_000 });
    now.ms += 1_000;
    expect(await dispatch.handle(client, leave)).toEqual({ ok: true });
    expect(byes).toEqual([]);
  });

  it('ends the connection when it makes no sense again and again', async () => {
    const { dispatch, client, byes, now } = setUp();
    let frames = 0;
    for (; byes.length === 0 && frames < 100; frames += 1) {
      now.ms += 1_000;
      expect(await dispatch.handle(client, { op: 'fly' })).toMatchObject({ ok: false, code: 'unknown_op' });
    }
    expect(frames).toBe(21);
    expect(byes).toMatchObject([{ reason: 'malformed' }]);
  });

  it('is answered as unavailable when what it needs is away', async () => {
    const { dispatch, client } = setUp();
    expect(await dispatch.handle(client, { op: 'join', showId: newId() })).toEqual({
      ok: false,
      code: 'unavailable',
      retryAfterMs: 1_000,
    });
  });
});
