import { describe, expect, it } from '@jest/globals';
import { createSeal } from './seal.ts';

const seal = createSeal('a deployment secret of enough characters');

describe('seal', () => {
  it('opens what it closed', () => {
    const closed = seal.close(Buffer.from('private'), 'key-1');
    expect(seal.open(closed, 'key-1').toString()).toBe('private');
    expect(closed.includes(Buffer.from('private'))).toBe(false);
  });

  it('opens nothing with another label, secret or a changed bit', () => {
    const closed = seal.close(Buffer.from('private'), 'key-1');
    expect(() => seal.open(closed, 'key-2')).toThrow();
    expect(() => createSeal('another secret of enough characters').open(closed, 'key-1')).toThrow();
    for (const at of [0, 12, closed.length - 1]) {
      const changed = Buffer.from(closed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => seal.open(changed, 'key-1')).toThrow();
    }
  });

  it('verifies its own signatures only', () => {
    const signature = seal.sign('text');
    expect(seal.verify('text', signature)).toBe(true);
    expect(seal.verify('texT', signature)).toBe(false);
    expect(seal.verify('text', `${signature}x`)).toBe(false);
    expect(seal.verify('text', '')).toBe(false);
    expect(createSeal('another secret of enough characters').verify('text', signature)).toBe(false);
  });
});
