import { describe, expect, it } from '@jest/globals';
import { decodeHead, encodeHead } from './tick-codec.ts';
import { tickMsFor } from './tick-pace.ts';

describe('the header of a tick', () => {
  it('survives the wire', () => {
    const head = { n: 12, epoch: 'e-1', log: 4, line: 99, generation: 7, critical: true };
    expect(decodeHead(encodeHead(head))).toEqual(head);
  });
  it.each([undefined, '', '1 2 3', 'a b c d e f', '1  2 3 4 5'])('is undefined for %j', (text) => {
    expect(decodeHead(text)).toBeUndefined();
  });
});

describe('the pace of ticks', () => {
  it.each([
    [200, 10, 0, 200],
    [200, 5_001, 0, 250],
    [200, 50_001, 0, 500],
    [200, 10, 51, 500],
    [400, 5_001, 0, 400],
  ])('base %d ms, %d viewers, %d ms late: %d ms', (base, viewers, lag, ms) => {
    expect(tickMsFor(base, viewers, lag)).toBe(ms);
  });
});
