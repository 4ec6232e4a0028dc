/** A small picture of a stretch of the show: a rectangle of a sheet. */
export interface Tile {
  from: number;
  to: number;
  url: string;
  x: number;
  y: number;
  /** Null: the file is the picture. */
  width: number | null;
  height: number | null;
}

/** Reads the WebVTT of a storyboard; `base` is the address it was read from. Cues that are not understood are left out. */
export function parseStoryboard(text: string, base: string): Tile[] {
  return text.split(/\r?\n\r?\n/).flatMap((block) => {
    const lines = block.split(/\r?\n/);
    const at = lines.findIndex((line) => line.includes('-->'));
    const target = lines[at + 1]?.trim();
    const [from, to] = (lines[at] ?? '').split('-->').map(secondsOf);
    if (at < 0 || !target || from === undefined || to === undefined || !(to > from)) return [];
    const [file = '', place] = target.split('#xywh=');
    const [x = 0, y = 0, width = null, height = null] = place?.split(',').map(Number) ?? [];
    return [{ from, to, url: base.slice(0, base.lastIndexOf('/') + 1) + file, x, y, width, height }];
  });
}

/** The picture for a moment, in seconds of the recording; the last one for what is newer than the storyboard. */
export function tileAt(tiles: readonly Tile[], seconds: number): Tile | null {
  return tiles.findLast((tile) => tile.from <= seconds) ?? null;
}

/** `hh:mm:ss.mmm` or `mm:ss.mmm` as seconds; NaN for anything else. */
function secondsOf(text: string): number {
  return text
    .trim()
    .split(':')
    .reduce((sum, part) => sum * 60 + Number(part), 0);
}
