import { describe, expect, it } from '@jest/globals';
import { Id } from '#contracts';
import { newId } from './new-id.ts';

describe('newId', () => {
  it('is the id of RFC 9562, appendix A.6', () => {
    const bytes = [0, 0, 0, 0, 0, 0, 0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f];
    const id = newId(0x017f22e279b0, (into) => {
      into.set(bytes);
      return into;
    });
    expect(id).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
  });

  it('is taken by the contracts and differs each time', () => {
    const ids = Array.from({ length: 100 }, () => newId());
    expect(ids.every((id) => Id.safeParse(id).success)).toBe(true);
    expect(new Set(ids).size).toBe(100);
  });
});
