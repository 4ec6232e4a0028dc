import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PAGES = join(import.meta.dirname, '..');

/** Classes that a style sheet gives a look of their own: `.name {` outside of any other rule. */
function blocksOf(css: string): string[] {
  const plain = css.replaceAll(/\/\*[\s\S]*?\*\//g, '');
  return [...plain.matchAll(/^\.([\w-]+) \{/gm)].map(([, name = '']) => name);
}

describe('style sheets', () => {
  it('name each class in one file only: sheets of pages that were left stay and would mix with those of the next', () => {
    const places = new Map<string, Set<string>>();
    for (const file of globSync('**/*.css', { cwd: PAGES, exclude: (name) => name === 'dist' })) {
      for (const name of blocksOf(readFileSync(join(PAGES, file), 'utf8')))
        places.set(name, (places.get(name) ?? new Set()).add(file));
    }
    expect(places.size).toBeGreaterThan(100);
    expect(
      [...places].filter(([, files]) => files.size > 1).map(([name, files]) => [name, ...files]),
    ).toEqual([]);
  });
});
