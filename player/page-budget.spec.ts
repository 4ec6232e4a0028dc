import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { pageWeight } from './page-budget.ts';

const chunk = (code: string, facade: string | null, imports: string[] = []) => ({ code, facade, imports });
const gz = (code: string) => gzipSync(code).length;

describe('page weight', () => {
  const chunks = new Map([
    ['index.js', chunk('entry', '/player/index.html', ['shared.js'])],
    ['watch.js', chunk('the watch page', '/player/watch/watch.tsx', ['shared.js', 'live.js'])],
    ['shared.js', chunk('shared by both', null)],
    ['live.js', chunk('live', null, ['shared.js'])],
    ['hls.js', chunk('fetched only when a show plays', '/node_modules/hls.js')],
    ['studio.js', chunk('another page', '/player/studio/studio.tsx')],
  ]);

  it('counts the entry, the page and what they import, each once, and nothing that is fetched later', () => {
    const parts = ['entry', 'the watch page', 'shared by both', 'live'];
    expect(pageWeight(chunks, ['index.html', 'watch/watch.tsx'])).toBe(
      parts.reduce((sum, code) => sum + gz(code), 0),
    );
  });
});
