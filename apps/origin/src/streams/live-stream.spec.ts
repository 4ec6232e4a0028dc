import { describe, expect, it } from '@jest/globals';
import { liveMediaPlaylist } from '../playlists/live-playlist.ts';
import { wholeMediaPlaylist } from '../playlists/whole-playlist.ts';
import { LiveStream, USUAL_PART_TARGET_S } from './live-stream.ts';

const RENDITION = 'source';

function onAir() {
  const stream = new LiveStream('show');
  stream.apply({
    t: 'rendition',
    r: RENDITION,
    declaration: {
      ...{ kind: 'video', codecs: 'avc1.64001f', width: 640, height: 360, frameRate: 30, bandwidth: 1_000 },
      ...{ name: '360p', run: 'a', default: true, state: 'running' },
    },
  });
  return {
    stream,
    /** A segment of parts with these lengths in seconds; gives PART-TARGET after each of them. */
    segment(msn: number, durations: number[]): number[] {
      const targets = durations.map((duration, index) => {
        const begin = { run: 'a', pdt: msn * 2_000, discontinuity: false };
        const part = { offset: index, size: 1, duration, independent: index === 0 };
        const entry = { t: 'part', r: RENDITION, msn, index, part } as const;
        stream.apply(index === 0 ? { ...entry, begin } : entry);
        return Math.round(stream.partTarget * 100) / 100;
      });
      stream.apply({ t: 'end', r: RENDITION, msn });
      return targets;
    },
  };
}

const USUAL = [0.5, 0.5, 0.5, 0.5];

describe('what is listed of a long show', () => {
  const SEGMENTS = 400;

  it('are the last ten minutes for those who watch live, and all of it for those who rewind', () => {
    const { stream, segment } = onAir();
    for (let msn = 0; msn < SEGMENTS; msn += 1) segment(msn, USUAL);
    const live = liveMediaPlaylist(stream, RENDITION);
    expect([live?.mediaSequence, live?.segments.length]).toEqual([SEGMENTS - 300, 300]);
    expect(wholeMediaPlaylist(stream, RENDITION, [])?.segments).toHaveLength(SEGMENTS);
  });

  it('has parts at its end only, and older segments forget theirs', () => {
    const { stream, segment } = onAir();
    for (let msn = 0; msn < SEGMENTS; msn += 1) segment(msn, USUAL);
    const withParts = liveMediaPlaylist(stream, RENDITION)?.segments.filter(({ parts }) => parts.length > 0);
    expect(withParts).toHaveLength(2);
    const remembered = stream.renditions.get(RENDITION)?.segments.filter(({ parts }) => parts);
    expect(remembered?.length).toBeLessThan(20);
  });
});

describe('the part target', () => {
  it('is one promise for the whole show while parts are as long as usual', () => {
    const { segment } = onAir();
    expect(segment(0, [0.5, 0.512, 0.533, 0.55])).toEqual(USUAL.map(() => USUAL_PART_TARGET_S));
  });

  it('grows with a part that a dropped frame made long, and is as before once nobody is shown that part', () => {
    const { stream, segment } = onAir();
    segment(0, USUAL);
    expect(segment(1, [0.5, 0.83, 0.5])).toEqual([0.55, 0.85, 0.85]);
    for (let msn = 2; msn < 8; msn += 1) {
      segment(msn, USUAL);
      const playlist = liveMediaPlaylist(stream, RENDITION);
      const listed = playlist?.segments.flatMap(({ parts }) => parts.map(({ duration }) => duration)) ?? [];
      // What is listed is never longer than promised.
      expect(Math.max(...listed)).toBeLessThanOrEqual((playlist?.lowLatency?.partTarget ?? 0) + 1e-9);
    }
    expect(stream.partTarget).toBe(USUAL_PART_TARGET_S);
  });

  it('stays raised while long parts keep coming', () => {
    const { segment } = onAir();
    segment(0, [0.83]);
    segment(1, USUAL);
    segment(2, USUAL);
    expect(segment(3, [0.72, 0.5])).toEqual([0.85, 0.85]);
    expect(segment(6, USUAL)).toEqual(USUAL.map(() => 0.85));
    expect(segment(7, USUAL)).toEqual(USUAL.map(() => 0.55));
  });
});
