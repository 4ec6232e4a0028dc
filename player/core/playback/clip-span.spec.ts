import { describe, expect, it } from '@jest/globals';
import { moveEnd, readSpan, spanBefore } from './clip-span.ts';

describe('the span of a clip', () => {
  const bounds = { durationS: 100, longestS: 60 };

  it('is at first what just happened, inside the show', () => {
    expect(spanBefore(72.4, 100)).toEqual({ from: 43, to: 73 });
    expect(spanBefore(3, 100)).toEqual({ from: 0, to: 4 });
    expect(spanBefore(500, 99.7)).toEqual({ from: 69, to: 99 });
  });

  it('moves at both ends, never out of the show, never empty, never too long', () => {
    expect(moveEnd({ from: 20, to: 50 }, 'from', -5, bounds)).toEqual({ from: 15, to: 50 });
    expect(moveEnd({ from: 2, to: 50 }, 'from', -5, bounds)).toEqual({ from: 0, to: 50 });
    expect(moveEnd({ from: 20, to: 80 }, 'from', -5, bounds)).toEqual({ from: 20, to: 80 });
    expect(moveEnd({ from: 20, to: 25 }, 'from', 5, bounds)).toEqual({ from: 21, to: 25 });
    expect(moveEnd({ from: 20, to: 78 }, 'to', 5, bounds)).toEqual({ from: 20, to: 80 });
    expect(moveEnd({ from: 60, to: 98 }, 'to', 5, bounds)).toEqual({ from: 60, to: 100 });
    expect(moveEnd({ from: 60, to: 65 }, 'to', -5, bounds)).toEqual({ from: 60, to: 64 });
  });

  it('is read from an address, and nothing is made of nonsense', () => {
    expect(readSpan(new URLSearchParams('from=3&to=9.5'))).toEqual({ from: 3, to: 9.5 });
    for (const wrong of ['', 'from=3', 'from=9&to=3', 'from=-1&to=3', 'from=a&to=b', 'from=&to=4'])
      expect(readSpan(new URLSearchParams(wrong))).toBeNull();
  });
});
