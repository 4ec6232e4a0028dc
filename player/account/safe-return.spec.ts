import { describe, expect, it } from '@jest/globals';
import { safeReturn } from './safe-return.ts';

describe('safe return', () => {
  it('keeps an address of this site with its query', () => {
    expect(safeReturn('/shows/1?t=20')).toBe('/shows/1?t=20');
  });

  it.each([
    [null],
    [''],
    ['https://evil.example'],
    ['//evil.example'],
    ['/\\evil.example'],
    ['javascript:alert(1)'],
  ])('sends %j home', (to) => {
    expect(safeReturn(to)).toBe('/');
  });
});
