import { describe, expect, it } from '@jest/globals';
import { newId } from '#process';
import type { RoomBrief } from '../rooms/asks.ts';
import type { StoredTick } from '../rooms/jetstream-ticks.ts';
import { emptyView } from '../rooms/room-view.ts';
import type { Outlet } from './outlet.ts';
import { RoomFeed, type Guest } from './room-feed.ts';
import { Seat } from './seat.ts';

const SHOW = newId();
const EPOCH = newId();

function tick(n: number): StoredTick {
  const head = { n, epoch: EPOCH, log: 0, line: 0, generation: 1, critical: false };
  return { head, json: JSON.stringify({ n, epoch: EPOCH, at: n * 200, mediaTime: null }), streamSeq: 10 * n };
}

function briefAt(n: number): RoomBrief {
  const show = { state: 'live', title: 'A show', shopId: newId(), hostId: null, visibility: 'public' };
  const view = emptyView(SHOW, EPOCH, show as RoomBrief['view']['show']);
  const facts = show as unknown as RoomBrief['show'];
  return {
    ok: true,
    view: { ...view, n },
    streamSeq: 10 * n,
    owner: 'p1',
    show: facts,
    sanctions: [],
    roles: [],
  };
}

/** A stream and an owner by hand: the test says when each is heard. */
class Hand {
  readonly stream: StoredTick[] = [];
  /** How often the last minutes were read back. */
  readBack = 0;
  onTick: ((tick: StoredTick) => void) | undefined;
  answer: () => Promise<RoomBrief> = () => Promise.resolve(briefAt(this.stream.at(-1)?.head.n ?? 0));

  /** Stores a tick, and sends it on to whoever listens unless it is lost on the way. */
  publish(n: number, { heard = true } = {}): void {
    this.stream.push(tick(n));
    if (heard) this.onTick?.(tick(n));
  }

  async open(): Promise<RoomFeed> {
    const feed = await RoomFeed.open(SHOW, {
      listen: (_showId, onTick) => {
        this.onTick = onTick;
        return () => (this.onTick = undefined);
      },
      readAfter: async (_showId, after) => this.stream.filter(({ streamSeq }) => streamSeq > after),
      readSince: async () => {
        this.readBack += 1;
        return this.stream;
      },
      brief: () => this.answer(),
      now: () => 0,
      yield: (work) => work(),
      after: () => () => undefined,
      warn: (error) => {
        throw error;
      },
    });
    if (!feed) throw new Error('there is such a show');
    return feed;
  }
}

/** A viewer who keeps the numbers of what was written to them; a snapshot begins anew. */
function viewer(userId: string | null = null): { guest: Guest; got: string[] } {
  const got: string[] = [];
  const note = (frame: Buffer): void => {
    const text = frame.toString('utf8');
    for (const [, event, n] of text.matchAll(/42\["(tick|snapshot)",.*?"n":(\d+)/g))
      got.push(`${event} ${n}`);
  };
  const outlet: Outlet = {
    deflate: false,
    write: note,
    writeAll: (frames) => frames.forEach(note),
    waiting: () => 0,
  };
  const seat = new Seat(outlet, (reason) => got.push(`closed: ${reason}`));
  const guest = {
    seat,
    userId,
    person: null,
    guest: false,
    address: 'here',
    who: { identity: undefined },
  };
  return { guest, got };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a room at a gateway', () => {
  it('listens before it reads: a tick that comes between is not waited for until the next', async () => {
    const hand = new Hand();
    hand.publish(1);
    // The owner answers with the room after tick 1, and tick 2 is sent on before the answer is here.
    hand.answer = async () => {
      hand.publish(2);
      return briefAt(1);
    };
    const feed = await hand.open();
    expect(feed.topN).toBe(2);
  });

  it('passes over ticks that the answer already contains, and those that come twice', async () => {
    const hand = new Hand();
    hand.answer = async () => {
      hand.publish(1);
      hand.publish(2);
      return briefAt(2);
    };
    const feed = await hand.open();
    const { guest, got } = viewer();
    await feed.join(guest, undefined);
    hand.onTick?.(tick(2));
    hand.publish(3);
    hand.onTick?.(tick(3));
    expect(got).toEqual(['snapshot 2', 'tick 3']);
  });

  it('closes a gap from the stream before it writes what came after it', async () => {
    const hand = new Hand();
    const feed = await hand.open();
    const { guest, got } = viewer();
    await feed.join(guest, undefined);
    hand.publish(1);
    hand.publish(2, { heard: false });
    hand.publish(3, { heard: false });
    hand.publish(4);
    await settled();
    hand.publish(5);
    expect(got).toEqual(['snapshot 0', 'tick 1', 'tick 2', 'tick 3', 'tick 4', 'tick 5']);
  });

  it('gives everybody a snapshot when the stream no longer has what is missing', async () => {
    const hand = new Hand();
    const feed = await hand.open();
    const { guest, got } = viewer();
    await feed.join(guest, undefined);
    hand.publish(1);
    hand.publish(2, { heard: false });
    hand.publish(3, { heard: false });
    hand.stream.splice(0, 2);
    hand.publish(4);
    await settled();
    await settled();
    expect(got).toEqual(['snapshot 0', 'tick 1', 'snapshot 4']);
  });

  it('reads the stream once for all who come back, and asks nobody else', async () => {
    const hand = new Hand();
    for (let n = 1; n <= 5; n += 1) hand.publish(n);
    const feed = await hand.open();
    hand.answer = () => Promise.reject(new Error('nobody is asked'));
    const back = Array.from({ length: 50 }, viewer);
    const recovered = await Promise.all(back.map(({ guest }) => feed.join(guest, { epoch: EPOCH, n: 2 })));
    expect(recovered).toEqual(back.map(() => true));
    expect(back.map(({ got }) => got.join(', '))).toEqual(back.map(() => 'tick 3, tick 4, tick 5'));
    expect(hand.readBack).toBe(1);
  });

  it('says so, and gives a snapshot, to whoever was away for too long or knew another epoch', async () => {
    const hand = new Hand();
    for (let n = 1; n <= 5; n += 1) hand.publish(n);
    hand.stream.splice(0, 3);
    const feed = await hand.open();
    for (const offset of [
      { epoch: EPOCH, n: 1 },
      { epoch: newId(), n: 4 },
    ]) {
      const { guest, got } = viewer();
      expect(await feed.join(guest, offset)).toBe(false);
      expect(got).toEqual(['snapshot 5']);
    }
  });

  it('hears after an outage what was published during it, also when nothing comes after', async () => {
    const hand = new Hand();
    const feed = await hand.open();
    const { guest, got } = viewer();
    await feed.join(guest, undefined);
    hand.publish(1, { heard: false });
    hand.publish(2, { heard: false });
    await feed.catchUp();
    expect(got).toEqual(['snapshot 0', 'tick 1', 'tick 2']);
  });

  it('reads its rules anew after an outage: whoever was banned meanwhile is put out', async () => {
    const hand = new Hand();
    const feed = await hand.open();
    const [ada, bo] = [viewer(newId()), viewer(newId())];
    for (const { guest } of [ada, bo]) await feed.join(guest, undefined);
    const ban = { userId: bo.guest.userId ?? '', kind: 'ban' as const, until: null, reason: null };
    hand.answer = async () => ({ ...briefAt(0), sanctions: [ban] });
    await feed.catchUp();
    expect([ada.got, bo.got]).toEqual([['snapshot 0'], ['snapshot 0', 'closed: banned']]);
  });

  it('writes each tick to everybody in a large room, beginning with others each time', async () => {
    const hand = new Hand();
    const feed = await hand.open();
    const crowd = Array.from({ length: 1_200 }, () => viewer());
    for (const { guest } of crowd) await feed.join(guest, undefined);
    const order: number[] = [];
    for (const [index, { got }] of crowd.entries())
      got.push = (...frames) => order.push(index) && frames.length;
    const lastOf = (n: number): number | undefined => {
      order.length = 0;
      hand.publish(n);
      expect(order.toSorted((a, b) => a - b)).toEqual(crowd.map((_, index) => index));
      return order.at(-1);
    };
    expect(new Set([lastOf(1), lastOf(2), lastOf(3)]).size).toBe(3);
  });
});
