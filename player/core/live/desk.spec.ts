import { describe, expect, it } from '@jest/globals';
import type { ChatLine, LiveFigures } from '#contracts';
import { FakeSocket, fakeSockets } from '../testing/fake-sockets.ts';
import { manualTimers } from '../testing/manual-timers.ts';
import { LiveConnection } from './connection.ts';
import { createDesk, EMPTY_DESK as empty, withDesk } from './desk.ts';
import { createRoom } from './room.ts';

const SHOW = '019aa000-0000-7000-8000-000000000001';
const line = (id: string) => ({ id, text: id }) as ChatLine;
const figures = (at: number, viewers = 1) => ({ at, viewers }) as LiveFigures;

describe('desk', () => {
  it('keeps a line until somebody has decided, once even if it is told twice', () => {
    const held = { line: line('a'), state: 'held', why: 'link' } as const;
    const two = withDesk(withDesk(empty, { lines: [held, { ...held, line: line('b') }] }), { lines: [held] });
    expect(two.waiting.map((waiting) => waiting.line.id)).toEqual(['a', 'b']);
    const one = withDesk(two, { decided: [{ lineId: 'a', approved: true, by: 'Anna' }] });
    expect(one.waiting.map((waiting) => waiting.line.id)).toEqual(['b']);
  });

  it('keeps one point a second of the figures, the latest of each', () => {
    const at = [0, 200, 400, 1_100, 2_300];
    const state = at.reduce((now, time, n) => withDesk(now, { figures: figures(time, n) }), empty);
    expect(state.history.map(({ viewers }) => viewers)).toEqual([2, 3, 4]);
    expect(state.figures?.viewers).toBe(4);
  });

  it('keeps the last word about the stream and about each variant that runs low', () => {
    const low = (variantId: string, available: number) => ({
      variantId,
      productId: 'p',
      title: variantId,
      available,
      threshold: 5,
      at: 1,
    });
    const warned = withDesk(empty, { lowStock: [low('a', 4), low('b', 3)], advice: [] });
    const later = withDesk(warned, { lowStock: [low('a', 1)] });
    expect(later.lowStock.map(({ variantId, available }) => [variantId, available])).toEqual([
      ['a', 1],
      ['b', 3],
    ]);
    expect([empty.advice, later.advice]).toEqual([null, []]);
  });

  it('asks for the desk once per socket, and only with a right', async () => {
    const sockets = fakeSockets();
    const timers = manualTimers();
    const connection = new LiveConnection({
      open: sockets.open,
      timers,
      random: () => 0,
      renew: async () => undefined,
    });
    const room = createRoom({
      connection,
      showId: SHOW,
      timers,
      sink: { snapshot: () => undefined, tick: () => undefined },
    });
    const desk = createDesk({ connection, room, showId: SHOW });
    room.enter();
    const close = desk.open();
    connection.start();
    const join = async (rights: string[]) => {
      const socket = sockets.opened.at(-1) as FakeSocket;
      socket.fire('connect');
      socket.frames[0]?.acknowledge({
        ok: true,
        recovered: false,
        you: {
          userId: null,
          displayName: null,
          mayWrite: false,
          rights,
          mutedUntil: null,
          tokenEndsAt: null,
        },
      });
      await timers.pass(0);
      return socket;
    };
    expect((await join([])).frames.map(({ frame }) => frame.op)).toEqual(['join']);
    connection.restart();
    const socket = await join(['figures']);
    expect(socket.frames.map(({ frame }) => frame.op)).toEqual(['join', 'desk']);
    close();
    expect(socket.frames.at(-1)?.frame).toEqual({ op: 'desk', showId: SHOW, open: false });
  });
});
