import type { CloseReason } from '#contracts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { SharedFrame } from './frames.ts';
import { Seat, type SeatSource } from './seat.ts';

const written: string[] = [];
const closed: CloseReason[] = [];
let waiting = 0;
let seat: Seat;
let top = 0;

/** Writes the name of what it is asked for instead of the thing. */
const source: SeatSource = {
  get topN() {
    return top;
  },
  after: (n) => (n >= 5 ? [Buffer.from(`missed ${n + 1}-${top}`)] : undefined),
  snapshot: () => named(`snapshot ${top}`),
};
const named = (name: string): SharedFrame =>
  ({ bytesFor: () => Buffer.from(name) }) as unknown as SharedFrame;
const send = (n: number, now: number, critical = false): void => {
  top = n;
  seat.send(n, named(`tick ${n}`), critical ? () => named(`critical ${n}`) : undefined, now, source);
};

beforeEach(() => {
  written.length = 0;
  closed.length = 0;
  waiting = 0;
  top = 10;
  const outlet = {
    deflate: false,
    write: (bytes: Buffer) => void written.push(bytes.toString()),
    writeAll: (all: readonly Buffer[]) => void written.push(...all.map(String)),
    waiting: () => waiting,
  };
  seat = new Seat(outlet, (reason) => closed.push(reason));
  seat.startOver(source);
});

describe('a seat', () => {
  it('gets each tick once, in order', () => {
    send(11, 0);
    send(11, 1);
    send(12, 2);
    expect(written).toEqual(['snapshot 10', 'tick 11', 'tick 12']);
  });

  it('gets what it missed when a tick passed it by', () => {
    send(13, 0);
    send(14, 0);
    expect(written).toEqual(['snapshot 10', 'missed 11-13', 'tick 14']);
  });

  it('skips chat and ambient while it is slow, gets the critical lane, then a snapshot', () => {
    waiting = 100_000;
    send(11, 1_000);
    send(12, 1_200, true);
    send(13, 1_400);
    waiting = 20_000;
    send(14, 1_600);
    waiting = 0;
    send(15, 1_800);
    send(16, 2_000);
    expect(written).toEqual(['snapshot 10', 'critical 12', 'snapshot 15', 'tick 16']);
    expect(closed).toEqual([]);
  });

  it('is cut off past half a megabyte, once', () => {
    waiting = 600_000;
    send(11, 0);
    send(12, 0);
    expect(closed).toEqual(['slow']);
    expect(written).toEqual(['snapshot 10']);
  });

  it('is cut off when it cannot catch up', () => {
    waiting = 100_000;
    for (let n = 11; n < 100; n += 1) send(n, n * 1_000);
    expect(closed).toEqual(['slow']);
  });

  it('may take its time over what it missed, but not more than any other', () => {
    top = 20;
    waiting = 2_000_000;
    expect(seat.resume(8, source)).toBe(true);
    send(21, 1_000);
    waiting = 1_000_000;
    send(22, 3_000);
    expect(closed).toEqual([]);
    waiting = 0;
    send(23, 4_000);
    expect(written.at(-1)).toBe('snapshot 23');
    waiting = 600_000;
    send(24, 5_000);
    expect(closed).toEqual(['slow']);
  });

  it('says when what it missed is gone', () => {
    top = 20;
    expect(seat.resume(3, source)).toBe(false);
    expect(seat.resume(15, source)).toBe(true);
    expect(written.at(-1)).toBe('missed 16-20');
  });
});
