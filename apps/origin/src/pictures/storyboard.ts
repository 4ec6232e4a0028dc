import { z } from 'zod';
import { SHEET_SIDE, TILE } from './take-picture.ts';

/** Which segments have a tile: those joined into sheets, then those still single. Segment numbers, ascending. */
export const PictureIndex = z.object({ sheets: z.array(z.array(z.int())), tiles: z.array(z.int()) });
export type PictureIndex = z.infer<typeof PictureIndex>;

/** Name of the sheet that begins with a segment's tile. */
export const sheetName = (firstMsn: number): string => `sheet-${firstMsn}.jpg`;

/** Name of a single tile. */
export const tileName = (msn: number): string => `tile-${msn}.jpg`;

/**
 * The storyboard as WebVTT: which picture to show for which stretch of the programme, as seek bars take it. Times are those of
 * the replay: seconds of media from the beginning.
 */
export function renderStoryboard(
  index: PictureIndex,
  offsetOf: (msn: number) => number,
  totalS: number,
): string {
  const places = [
    ...index.sheets.flatMap((msns) =>
      msns.map((msn, at) => ({ msn, uri: `${sheetName(msns[0] ?? msn)}#xywh=${placeInSheet(at)}` })),
    ),
    ...index.tiles.map((msn) => ({ msn, uri: tileName(msn) })),
  ];
  const cues = places.map(({ msn, uri }, at) => {
    const next = places[at + 1];
    const from = at === 0 ? 0 : offsetOf(msn);
    const to = next ? offsetOf(next.msn) : totalS;
    return `${timestamp(from)} --> ${timestamp(to)}\n${uri}\n`;
  });
  return `WEBVTT\n\n${cues.join('\n')}`;
}

function placeInSheet(at: number): string {
  const { width, height } = TILE;
  return [(at % SHEET_SIDE) * width, Math.floor(at / SHEET_SIDE) * height, width, height].join(',');
}

/** `hh:mm:ss.mmm` */
function timestamp(seconds: number): string {
  const ms = Math.round(seconds * 1_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1_000) % 60];
  return `${clock.map(two).join(':')}.${String(ms % 1_000).padStart(3, '0')}`;
}
