import { FlvReader, tagKind, type FlvTag } from '#flv';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LiveStream, type FeedReader } from './live-stream.ts';
import type { Refusal } from './check-codecs.ts';

const CONFIG = Buffer.from(
  '17000000000164001fffe1001b6764001facd9405005bb016a02020280000003008000001e478c18cb01000568ebecb22c',
  'hex',
);

const config = (): FlvTag => ({ type: 9, timestamp: 0, data: CONFIG });
const frame = (timestamp: number, isKey = false): FlvTag => ({
  type: 9,
  timestamp,
  data: Buffer.from(isKey ? '1701000000aa' : '2701000000bb', 'hex'),
});
const sound = (timestamp: number): FlvTag => ({ type: 8, timestamp, data: Buffer.from('af01cc', 'hex') });
const soundConfig = (): FlvTag => ({ type: 8, timestamp: 0, data: Buffer.from('af001190', 'hex') });

function reader() {
  const parser = new FlvReader();
  const seen: FlvTag[] = [];
  const state = { ended: 0, cut: 0 };
  const feed: FeedReader = {
    unreadBytes: 0,
    write: (bytes) => void seen.push(...parser.push(bytes)),
    end: () => void (state.ended += 1),
    cut: () => void (state.cut += 1),
  };
  return { feed, seen, state };
}

function stream() {
  const told = { usable: 0, refused: [] as Refusal[], clocks: 0 };
  const live = new LiveStream({
    onUsable: () => void (told.usable += 1),
    onRefused: (refusal) => void told.refused.push(refusal),
    onClock: () => void (told.clocks += 1),
  });
  return { live, told };
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a live stream', () => {
  it('is usable from its first key frame, told once', () => {
    const { live, told } = stream();
    const { feed } = reader();
    live.handleTag(config());
    live.handleTag(frame(0));
    expect([told.usable, live.attach(feed)]).toEqual([0, false]);
    live.handleTag(frame(33, true));
    live.handleTag(frame(66, true));
    expect([told.usable, live.attach(feed)]).toEqual([1, true]);
  });

  it('begins readers at the newest key frame, with set-ups that came late', () => {
    const { live } = stream();
    for (const tag of [
      config(),
      frame(0, true),
      frame(33),
      frame(66, true),
      soundConfig(),
      frame(100),
      sound(101),
    ])
      live.handleTag(tag);
    const { feed, seen } = reader();
    live.attach(feed);
    live.handleTag(frame(133));
    expect(seen.map((tag) => [tagKind(tag), tag.timestamp])).toEqual([
      ['avc-config', 0],
      ['aac-config', 0],
      ['key-frame', 66],
      ['frame', 100],
      ['sound', 101],
      ['frame', 133],
    ]);
  });

  it('refuses a publisher without a picture after eight seconds', () => {
    const { live, told } = stream();
    live.handleTag(soundConfig());
    jest.advanceTimersByTime(7_000);
    live.checkTime();
    expect(told.refused).toEqual([]);
    jest.advanceTimersByTime(1_500);
    live.checkTime();
    live.checkTime();
    expect(told.refused.map(({ reason }) => reason)).toEqual(['no_video']);
  });

  it('cuts a reader with too much unread, and only that one', () => {
    const { live } = stream();
    live.handleTag(config());
    live.handleTag(frame(0, true));
    const [slow, quick] = [reader(), reader()];
    live.attach(slow.feed);
    live.attach(quick.feed);
    Object.assign(slow.feed, { unreadBytes: 17 * 1024 * 1024 });
    live.handleTag(frame(33));
    live.handleTag(frame(66));
    expect([slow.state.cut, quick.state.cut]).toEqual([1, 0]);
    expect(quick.seen.at(-1)?.timestamp).toBe(66);
  });

  it('ends its readers when the publisher’s clock jumps, and begins them at a key frame of the new time', () => {
    const { live } = stream();
    live.handleTag(config());
    live.handleTag(frame(1_000_000, true));
    const { feed, state } = reader();
    live.attach(feed);
    live.handleTag(frame(0));
    expect(state.ended).toBe(1);
    const again = reader();
    expect(live.attach(again.feed)).toBe(false);
    live.handleTag(frame(33, true));
    expect(live.attach(again.feed)).toBe(true);
    expect(again.seen.map((tag) => tag.timestamp)).toEqual([0, 33]);
  });

  it('keeps no group that would take too much memory, and is joinable again at the next key frame', () => {
    const { live } = stream();
    live.handleTag(config());
    live.handleTag(frame(0, true));
    const big = Buffer.concat([Buffer.from('2701000000', 'hex'), Buffer.alloc(5_000_000)]);
    for (let index = 1; index <= 6; index += 1) live.handleTag({ type: 9, timestamp: index, data: big });
    expect(live.isJoinable).toBe(false);
    live.handleTag(frame(33, true));
    expect(live.isJoinable).toBe(true);
  });

  it('knows since when nobody reads', () => {
    const { live } = stream();
    live.handleTag(config());
    expect(live.unreadSince).toBeUndefined();
    live.handleTag(frame(0, true));
    expect(live.unreadSince).toBeDefined();
    const { feed } = reader();
    live.attach(feed);
    expect(live.unreadSince).toBeUndefined();
    live.detach(feed);
    expect(live.unreadSince).toBeDefined();
  });
});
