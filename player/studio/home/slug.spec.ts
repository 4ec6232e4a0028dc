import { describe, expect, it } from '@jest/globals';
import { Slug } from '#contracts';
import { slugOf } from './slug.ts';

describe('slugOf', () => {
  it.each([
    ['Kiln & Co', 'kiln-co'],
    ['  Töpferei Öhlenschläger  ', 'topferei-ohlenschlager'],
    ['x'.repeat(47) + ' y', 'x'.repeat(47)],
  ])('%j becomes %s', (name, slug) => {
    expect(slugOf(name)).toBe(slug);
    expect(Slug.safeParse(slug).success).toBe(true);
  });
});
