import { describe, expect, it } from '@jest/globals';
import type { LogEntry } from '#contracts';
import { chaptersOf } from './chapters.ts';

const pin = (at: number, productId: string, mediaTime: number | null = at) =>
  ({ seq: at, at, mediaTime, type: 'pinned', data: { productId, title: productId } }) as LogEntry;
const unpin = (at: number) => ({ seq: at, at, mediaTime: at, type: 'unpinned', data: {} }) as LogEntry;

describe('chapters', () => {
  it('begin where a product came on stage, without slips and repeats', () => {
    const entries = [
      pin(1_000, 'mug'),
      unpin(40_000),
      pin(41_000, 'mug'),
      pin(60_000, 'wrong'),
      pin(62_000, 'bowl'),
      unpin(90_000),
      pin(120_000, 'mug'),
    ];
    expect(chaptersOf(entries).map(({ mediaTime, product }) => [mediaTime, product.productId])).toEqual([
      [1_000, 'mug'],
      [62_000, 'bowl'],
      [120_000, 'mug'],
    ]);
  });

  it('leave out what was pinned before there was a picture', () => {
    expect(chaptersOf([pin(1_000, 'mug', null)])).toEqual([]);
  });
});
