import { describe, expect, it } from '@jest/globals';
import { KnownKeys } from './known-keys.ts';

describe('known keys', () => {
  it('may be anything until they are read', async () => {
    const known = new KnownKeys(10);
    expect(known.mayHave('a')).toBe(true);
    await known.load(async () => ['a']);
    expect([known.mayHave('a'), known.mayHave('b')]).toEqual([true, false]);
  });

  it('have those that came while the stored ones were read', async () => {
    const known = new KnownKeys(10);
    let answer: (keys: string[]) => void = () => undefined;
    const loading = known.load(() => new Promise((resolve) => (answer = resolve)));
    known.add('late');
    answer(['a']);
    await loading;
    expect([known.mayHave('a'), known.mayHave('late'), known.mayHave('b')]).toEqual([true, true, false]);
  });

  it('believe the last reading when a second began before the first ended', async () => {
    const known = new KnownKeys(10);
    let answer: (keys: string[]) => void = () => undefined;
    const first = known.load(() => new Promise((resolve) => (answer = resolve)));
    await known.load(async () => ['new']);
    answer(['old']);
    await first;
    expect([known.mayHave('new'), known.mayHave('old')]).toEqual([true, false]);
  });

  it('may be anything again when there are too many', async () => {
    const known = new KnownKeys(2);
    await known.load(async () => ['a']);
    known.add('b');
    expect(known.mayHave('z')).toBe(false);
    known.add('c');
    expect(known.mayHave('z')).toBe(true);
    await known.load(async (most) => ['a', 'b', 'c'].slice(0, most));
    expect(known.mayHave('z')).toBe(true);
  });
});
