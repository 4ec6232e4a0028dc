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
const INK = [236, 233, 245] as const;

/** The slate as RGB points, row by row: a quiet gradient with "BE RIGHT BACK". */
export function slatePicture(width: number, height: number): Buffer {
  const picture = Buffer.alloc(width * height * 3);
  const scale = Math.max(1, Math.floor((width * TEXT_SHARE) / (TEXT.length * CELL_WIDTH)));
  const left = Math.floor((width - TEXT.length * CELL_WIDTH * scale + scale) / 2);
  const top = Math.floor((height - CELL_HEIGHT * scale) / 2);
  for (let y = 0; y < height; y += 1) {
    const ground = mix(y / Math.max(1, height - 1));
    for (let x = 0; x < width; x += 1) {
      const isInk = inText(Math.floor((x - left) / scale), Math.floor((y - top) / scale));
      picture.set(isInk ? INK : ground, (y * width + x) * 3);
    }
  }
  return picture;
}

function inText(column: number, row: number): boolean {
  if (column < 0 || row < 0 || row >= CELL_HEIGHT) return false;
  const letter = LETTERS[TEXT[Math.floor(column / CELL_WIDTH)] ?? ''];
  return letter?.[row]?.[column % CELL_WIDTH] === '1';
}

function mix(share: number): number[] {
  return TOP_COLOUR.map((from, index) => Math.round(from + ((BOTTOM_COLOUR[index] ?? from) - from) * share));
}
