import { describe, expect, it } from '@jest/globals';
import { SharedLookup } from './shared-lookup.ts';

describe('a shared lookup', () => {
  it('asks one question at a time, for all that came since the last one', async () => {
    const questions: (readonly string[])[] = [];
    const answers: (() => void)[] = [];
    const lookup = new SharedLookup<string>((keys) => {
      questions.push(keys);
      const known = new Map(keys.filter((key) => key !== 'nobody').map((key) => [key, `value of ${key}`]));
      return new Promise((resolve) => answers.push(() => resolve(known)));
    });
    const first = Promise.all([lookup.ask('a'), lookup.ask('nobody')]);
    await new Promise((resolve) => setImmediate(resolve));
    const later = Promise.all([lookup.ask('b'), lookup.ask('c')]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(questions).toEqual([['a', 'nobody']]);
    answers[0]?.();
    expect(await first).toEqual(['value of a', undefined]);
    answers[1]?.();
    expect(await later).toEqual(['value of b', 'value of c']);
    expect(questions).toEqual([
      ['a', 'nobody'],
      ['b', 'c'],
    ]);
  });

  it('fails for those whose question failed, and answers the next', async () => {
    let away = true;
    const lookup = new SharedLookup<number>(async (keys) => {
      if (away) throw new Error('away');
      return new Map(keys.map((key) => [key, 1]));
    });
    await expect(lookup.ask('a')).rejects.toThrow('away');
    away = false;
    expect(await lookup.ask('a')).toBe(1);
  });
});
