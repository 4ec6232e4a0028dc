import { describe, expect, it } from '@jest/globals';
import { formatWhen } from './when.ts';

const at = (day: number, hour: number) => new Date(2026, 10, day, hour, 30);

describe('formatWhen', () => {
  const now = at(20, 9).getTime();

  it.each([
    [at(20, 19), 'today 19:30'],
    [at(21, 8), 'tomorrow 8:30'],
    [at(19, 23), 'yesterday 23:30'],
    [at(27, 19), 'Fri 27 Nov, 19:30'],
  ])('%s reads %s', (date, text) => {
    expect(formatWhen(date.toISOString(), now, 'en-GB')).toBe(text);
  });

  it('names the year when it is another one', () => {
    expect(formatWhen(new Date(2027, 0, 5, 20, 0).toISOString(), now, 'en-GB')).toContain('2027');
  });
});
