import { describe, expect, it } from '@jest/globals';
import { decodeHead, encodeHead } from './tick-codec.ts';

describe('the header of a tick', () => {
  it('survives the wire', () => {
    const head = { n: 12, epoch: 'e-1', log: 4, line: 99, generation: 7, critical: true };
    expect(decodeHead(encodeHead(head))).toEqual(head);
  });
  it.each([undefined, '', '1 2 3', 'a b c d e f', '1  2 3 4 5'])('is undefined for %j', (text) => {
    expect(decodeHead(text)).toBeUndefined();
  });
});
