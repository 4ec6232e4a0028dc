import { describe, expect, it } from '@jest/globals';
import type { LiveOffset, LiveSnapshot, LiveTick } from '#contracts';
import { fakeApi } from '../testing/fake-api.ts';
import { manualTimers } from '../testing/manual-timers.ts';
import { createTickPoller } from './tick-poller.ts';

const SHOW = '019aa000-0000-7000-8000-000000000001';
const tick = (n: number): LiveTick => ({ n, epoch: 'e1', at: n * 200, mediaTime: null });
const ticks = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => tick(from + i));
const file = (first: number, to: number, epoch = 'e1') => ({
  body: { epoch, first, complete: to === first + 9, ticks: ticks(first, to) },
});
const snapshot = (n: number, epoch = 'e1') => ({ body: { showId: SHOW, epoch, n } });

function setUp(answers: Parameters<typeof fakeApi>[0]) {
  const server = fakeApi(answers);
  const timers = manualTimers();
  const seen: string[] = [];
  let at: LiveOffset | null = null;
  const take = {
    snapshot: ({ epoch, n }: LiveSnapshot) => {
      at = { epoch, n };
      seen.push(`snapshot ${n}`);
    },
    tick: ({ epoch, n }: LiveTick) => {
      if (at && n <= at.n) return;
      at = { epoch, n };
      seen.push(`tick ${n}`);
    },
  };
  const poller = createTickPoller({ api: server.api, showId: SHOW, timers, take, offset: () => at });
  return { ...server, timers, seen, poller };
}

describe('reading a room by HTTP', () => {
  it('begins with a snapshot and follows from file to file, an incomplete one once a second', async () => {
    const { poller, timers, seen, asked } = setUp({
      getSnapshot: [snapshot(17)],
      getTicks: [file(10, 19), file(20, 21), file(20, 23)],
    });
    poller.start();
    await timers.pass(0);
    expect(seen).toEqual(['snapshot 17', 'tick 18', 'tick 19', 'tick 20', 'tick 21']);
    await timers.pass(1_000);
    expect(seen.slice(-2)).toEqual(['tick 22', 'tick 23']);
    const firsts = asked
      .filter(({ name }) => name === 'getTicks')
      .map(({ request }) => (request as unknown as { params: { first: number } }).params.first);
    expect(firsts).toEqual([10, 20, 20]);
    poller.stop();
    await timers.pass(60_000);
    expect(timers.waiting()).toBe(0);
  });

  it('takes a new snapshot when its ticks are gone or the room began anew', async () => {
    const { poller, timers, seen } = setUp({
      getSnapshot: [snapshot(17), snapshot(500), snapshot(3, 'e2')],
      getTicks: [
        { refuse: 'ticks_gone' },
        file(500, 505, 'e2'),
        { body: { epoch: 'e2', first: 0, complete: false, ticks: [] } },
      ],
    });
    poller.start();
    await timers.pass(0);
    expect(seen).toEqual(['snapshot 17', 'snapshot 500', 'snapshot 3']);
  });

  it('asks a server that is away every four seconds', async () => {
    const { poller, timers, names } = setUp({ getSnapshot: [{ refuse: 'unavailable' }] });
    poller.start();
    await timers.pass(12_000);
    expect(names()).toHaveLength(4);
  });
});
