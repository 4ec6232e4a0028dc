import { describe, expect, it } from '@jest/globals';
import { Id } from '#contracts';
import { newId } from './ids.ts';

describe('newId', () => {
  it('makes ids of version 7 that are all different, the later the greater', () => {
    // More than one pool of randomness and more than one millisecond hold.
    const ids = Array.from({ length: 20_000 }, newId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
    for (const id of [ids[0], ids[255], ids[256], ids.at(-1)]) expect(Id.safeParse(id).success).toBe(true);
  });

  it('tells when it was made', () => {
    const before = Date.now();
    const ms = Number.parseInt(newId().replaceAll('-', '').slice(0, 12), 16);
    expect(ms).toBeGreaterThanOrEqual(before);
    expect(ms).toBeLessThanOrEqual(Date.now());
  });
});
