import { describe, expect, it } from '@jest/globals';
import type { SaleState } from '#contracts';
import { AmbientLane } from './ambient.ts';

const sale = (version: number, available: number): SaleState => ({
  saleId: 'sale-1',
  version,
  state: 'open',
  kind: 'flash',
  items: [{ variantId: 'v-1', available, soldOut: available === 0 }],
});

describe('the ambient lane', () => {
  it('has nothing to say when nothing changed', () => {
    expect(new AmbientLane().take(0)).toBeUndefined();
  });

  it('sums reactions since the tick before, and counts them all', () => {
    const lane = new AmbientLane();
    lane.react('heart', 3);
    lane.react('heart', 2);
    expect(lane.take(0)).toEqual({ reactions: { heart: 5 }, reactionTotal: 5 });
    expect(lane.take(200)).toBeUndefined();
    lane.react('heart', 1);
    expect(lane.take(400)).toEqual({ reactions: { heart: 1 }, reactionTotal: 6 });
  });

  it('says the last number of viewers, once a second at most', () => {
    const lane = new AmbientLane();
    lane.setViewers(7);
    expect(lane.take(0)).toEqual({ viewers: 7 });
    lane.setViewers(8);
    lane.setViewers(9);
    expect(lane.take(999)).toBeUndefined();
    expect(lane.take(1_000)).toEqual({ viewers: 9 });
  });

  it('does not tell a large room of every step', () => {
    const lane = new AmbientLane();
    lane.setViewers(10_000);
    lane.take(0);
    lane.setViewers(10_099);
    expect(lane.take(1_000)).toBeUndefined();
    lane.setViewers(10_100);
    expect(lane.take(2_000)).toEqual({ viewers: 10_100 });
  });

  it('says the newest stock, whatever order it came in', () => {
    const lane = new AmbientLane();
    lane.setStock(sale(3, 5));
    lane.setStock(sale(2, 9));
    expect(lane.take(0)).toEqual({ stock: [sale(3, 5)] });
    expect(lane.take(200)).toBeUndefined();
  });

  it('counts the votes of the open poll only', () => {
    const lane = new AmbientLane();
    lane.startPoll('p1', 2);
    lane.addVote('p1', 1);
    lane.addVote('p0', 0);
    expect(lane.take(0)).toEqual({ poll: { pollId: 'p1', counts: [0, 1] } });
    lane.endPoll('p1');
    lane.addVote('p1', 1);
    expect(lane.take(200)).toBeUndefined();
  });

  it('says how many lines sampling left out', () => {
    const lane = new AmbientLane();
    lane.addUnseen(3);
    lane.addUnseen(4);
    expect(lane.take(0)).toEqual({ unseen: 7 });
  });
});
