import { afterEach, describe, expect, it } from '@jest/globals';
import { newId } from '#process';
import type { RoomBrief } from '../rooms/asks.ts';
import { emptyView } from '../rooms/room-view.ts';
import { Feeds, type FeedsPorts } from './feeds.ts';

const SHOW = newId();
const open: Feeds[] = [];
afterEach(() => open.splice(0).forEach((feeds) => feeds.stop()));

/** A gateway's rooms, and how often each was listened to and asked for. */
function setUp(known = true): {
  feeds: Feeds;
  counts: { listening: number; listened: number; asked: number };
} {
  const counts = { listening: 0, listened: 0, asked: 0 };
  const show = { state: 'live', title: 'A show', shopId: newId(), hostId: null, visibility: 'public' };
  const view = emptyView(SHOW, newId(), show as RoomBrief['view']['show']);
  const brief = { ok: true, view, streamSeq: 0, owner: 'p1', show, sanctions: [], roles: [] };
  const listen = (): (() => void) => {
    counts.listening += 1;
    return () => (counts.listening -= 1);
  };
  const feeds = new Feeds({
    listen: () => {
      counts.listened += 1;
      return listen();
    },
    listenDesk: listen,
    listenPolicy: listen,
    brief: async () => {
      counts.asked += 1;
      return known ? brief : undefined;
    },
    sum: () => undefined,
    busy: () => 0,
    now: () => 0,
  } as unknown as FeedsPorts);
  open.push(feeds);
  return { feeds, counts };
}

describe('the rooms of a gateway', () => {
  it('are listened to once each, however many join at once', async () => {
    const { feeds, counts } = setUp();
    const got = await Promise.all(Array.from({ length: 500 }, () => feeds.get(SHOW)));
    expect(new Set(got).size).toBe(1);
    expect(counts).toMatchObject({ listened: 1, asked: 1 });
    await feeds.get(SHOW);
    expect(counts).toMatchObject({ listened: 1, asked: 1 });
  });

  it('leave nothing behind: not when they are closed, not when there is no such show', async () => {
    const none = setUp(false);
    expect(await none.feeds.get(SHOW)).toBeUndefined();
    expect(none.counts).toMatchObject({ listened: 1, listening: 0 });
    const { feeds, counts } = setUp();
    await feeds.get(SHOW);
    expect(counts.listening).toBe(3);
    feeds.stop();
    expect(counts.listening).toBe(0);
  });
});
