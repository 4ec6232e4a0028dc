/** Letters of the one line a slate shows, five by seven points each; drawn by ourselves so that no font is needed. */
const LETTERS: Record<string, readonly string[]> = {
  A: ['01110', '10001', '10001', '11111', '10001', '10001', '10001'],
  B: ['11110', '10001', '10001', '11110', '10001', '10001', '11110'],
  C: ['01111', '10000', '10000', '10000', '10000', '10000', '01111'],
  E: ['11111', '10000', '10000', '11110', '10000', '10000', '11111'],
  G: ['01111', '10000', '10000', '10011', '10001', '10001', '01111'],
  H: ['10001', '10001', '10001', '11111', '10001', '10001', '10001'],
  I: ['01110', '00100', '00100', '00100', '00100', '00100', '01110'],
  K: ['10001', '10010', '10100', '11000', '10100', '10010', '10001'],
  R: ['11110', '10001', '10001', '11110', '10100', '10010', '10001'],
  T: ['11111', '00100', '00100', '00100', '00100', '00100', '00100'],
};

const TEXT = 'BE RIGHT BACK';
const CELL_WIDTH = 6;
const CELL_HEIGHT = 7;
/** The text takes this part of the picture's width. */
const TEXT_SHARE = 0.6;
const TOP_COLOUR = [24, 24, 37] as const;
const BOTTOM_COLOUR = [49, 39, 71] as const;
const INK = Buffer.from([236, 233, 245]);
const BYTES = 3;

/** The slate as RGB points, row by row: a quiet gradient with "BE RIGHT BACK". */
export function slatePicture(width: number, height: number): Buffer {
  const picture = Buffer.alloc(width * height * BYTES);
  for (let y = 0; y < height; y += 1) {
    picture.fill(ground(y / Math.max(1, height - 1)), y * width * BYTES, (y + 1) * width * BYTES);
  }
  const scale = Math.max(1, Math.floor((width * TEXT_SHARE) / (TEXT.length * CELL_WIDTH)));
  const left = Math.floor((width - TEXT.length * CELL_WIDTH * scale + scale) / 2);
  const top = Math.floor((height - CELL_HEIGHT * scale) / 2);
  for (const [position, name] of [...TEXT].entries()) {
    for (const [row, points] of (LETTERS[name] ?? []).entries()) {
      for (const [column, point] of [...points].entries()) {
        if (point !== '1') continue;
        const x = left + (position * CELL_WIDTH + column) * scale;
        for (let y = top + row * scale; y < top + (row + 1) * scale; y += 1) {
          picture.fill(INK, (y * width + x) * BYTES, (y * width + x + scale) * BYTES);
        }
      }
    }
  }
  return picture;
}

function ground(share: number): Buffer {
  return Buffer.from(
    TOP_COLOUR.map((from, index) => Math.round(from + ((BOTTOM_COLOUR[index] ?? from) - from) * share)),
  );
}
