import { describe, expect, it } from '@jest/globals';
import { parseStoryboard, tileAt } from './storyboard.ts';

const TEXT = `WEBVTT

00:00:00.000 --> 00:00:06.000
sheet-0.jpg#xywh=0,0,160,90

00:00:06.000 --> 00:00:12.500
sheet-0.jpg#xywh=160,0,160,90

01:00:00.000 --> 01:00:06.000
tile-9.jpg

not a cue
`;

describe('a storyboard', () => {
  const tiles = parseStoryboard(TEXT, '/hls/show/storyboard.vtt');

  it('is read with addresses beside its own, rectangles of sheets and single pictures', () => {
    expect(tiles).toEqual([
      { from: 0, to: 6, url: '/hls/show/sheet-0.jpg', x: 0, y: 0, width: 160, height: 90 },
      { from: 6, to: 12.5, url: '/hls/show/sheet-0.jpg', x: 160, y: 0, width: 160, height: 90 },
      { from: 3600, to: 3606, url: '/hls/show/tile-9.jpg', x: 0, y: 0, width: null, height: null },
    ]);
  });

  it('gives the picture of a moment, and the last one for what is newer', () => {
    expect(tileAt(tiles, 6)?.x).toBe(160);
    expect(tileAt(tiles, 5.99)?.x).toBe(0);
    expect(tileAt(tiles, 9_999)?.url).toBe('/hls/show/tile-9.jpg');
    expect(tileAt([], 1)).toBeNull();
  });
});
