import { describe, expect, it } from '@jest/globals';
import Engine from 'hls.js';
import { captionsOverParts } from './captions-over-parts.ts';

/** What hls.js's own reader of captions is asked for here. */
interface Reader {
  initCea608Parsers(): void;
  cea608Parser1: { reset(): void };
  onFragLoading(event: string, data: object): void;
}
type ReaderClass = new (hls: object) => Reader;

const OWN = Engine.DefaultConfig.timelineController as unknown as ReaderClass;
const OURS = captionsOverParts(Engine).timelineController as unknown as ReaderClass;

/** Segment and part of everything that is loaded, in order; how often the reader forgot what it had read. */
function forgets(Class: ReaderClass, loaded: [sn: number, part?: number][], cc = () => 0): number {
  const reader = new Class({ on: () => undefined, config: Engine.DefaultConfig, levels: [] });
  let count = 0;
  const load = ([sn, part]: [number, number?]) =>
    reader.onFragLoading('hlsFragLoading', {
      frag: { type: 'main', sn, cc: cc() },
      ...(part === undefined ? {} : { part: { index: part } }),
    });
  const [first, ...rest] = loaded;
  if (first) load(first);
  reader.initCea608Parsers();
  reader.cea608Parser1.reset = () => (count += 1);
  rest.forEach(load);
  return count;
}

const PARTS: [number, number][] = [
  [7, 0],
  [7, 1],
  [7, 2],
  [7, 3],
  [8, 0],
  [8, 1],
];

describe('captions inside the picture', () => {
  it('are forgotten with every part by hls.js itself; once it is mended there, this file can go', () => {
    expect(forgets(OWN, PARTS)).toBe(4);
  });

  it('are read on from part to part and from segment to segment', () => {
    expect(forgets(OURS, PARTS)).toBe(0);
    expect(forgets(OURS, [[7], [8], [9]])).toBe(0);
  });

  it('begin anew after a jump, a part that was left out, and a discontinuity', () => {
    expect(
      forgets(OURS, [
        [7, 0],
        [12, 0],
      ]),
    ).toBe(1);
    expect(
      forgets(OURS, [
        [7, 0],
        [7, 2],
      ]),
    ).toBe(1);
    let run = 0;
    expect(
      forgets(
        OURS,
        [
          [7, 0],
          [7, 1],
        ],
        () => run++,
      ),
    ).toBe(1);
  });
});
