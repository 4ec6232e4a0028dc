import { describe, expect, it } from '@jest/globals';
import { formatLeft, formatPosition, spokenLeft } from './duration.ts';

describe('durations', () => {
  it.each([
    [-5, '0:00'],
    [1, '0:01'],
    [9_000, '0:09'],
    [299_001, '5:00'],
    [3_723_000, '1:02:03'],
    [183_600_000, '2 d 3 h'],
  ])('%d ms left reads %s', (ms, text) => {
    expect(formatLeft(ms)).toBe(text);
  });

  it('is spoken in its two largest units', () => {
    expect(spokenLeft(299_000)).toBe('4 minutes 59 seconds');
    expect(spokenLeft(1_000)).toBe('1 second');
    expect(spokenLeft(0)).toBe('0 seconds');
  });

  it('shows a position in a recording', () => {
    expect([187.9, 3_787].map(formatPosition)).toEqual(['3:07', '1:03:07']);
  });
});
