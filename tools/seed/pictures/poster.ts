import sharp from 'sharp';
import { fade, SIDE, type Drawing } from './scene.ts';

const WIDTH = 1_280;
const HEIGHT = 720;
/** Round patches of light on the wall: x, y and radius. */
const DISCS = [
  [300, 260, 240],
  [900, 340, 300],
  [1_190, 90, 105],
] as const;

export interface PosterLook {
  wall: readonly [left: string, right: string];
  table: string;
  disc: string;
}

/** A wide picture for a show's card: up to three products side by side on one table. */
export function posterPng(look: PosterLook, drawings: readonly Drawing[]): Promise<Buffer> {
  return tablePng(look, drawings, WIDTH);
}

/** A table that is longer than the picture of a camera, which goes along it: three products to a picture. */
export function longTablePng(look: PosterLook, drawings: readonly Drawing[]): Promise<Buffer> {
  return tablePng(look, drawings, Math.ceil(drawings.length / 3) * WIDTH);
}

async function tablePng(look: PosterLook, drawings: readonly Drawing[], width: number): Promise<Buffer> {
  const size = drawings.length > 2 ? 620 : 690;
  const step = width / (drawings.length + 1);
  const products = await Promise.all(
    drawings.map(async (drawing, index) => ({
      input: await cutOut(drawing, size),
      left: Math.round(step * (index + 1) - size / 2),
      top: Math.round(HEIGHT - size * 0.86 - (index % 2) * 24),
    })),
  );
  const room = await sharp(Buffer.from(roomSvg(look, width)))
    .png()
    .toBuffer();
  return sharp(room).composite(products).png({ compressionLevel: 3 }).toBuffer();
}

function roomSvg({ wall, table, disc }: PosterLook, width: number): string {
  const discs = DISCS.flatMap(([x, y, r]) =>
    Array.from(
      { length: width / WIDTH },
      (_, part) => `<circle cx="${x + part * WIDTH}" cy="${y}" r="${r}" fill="${disc}" opacity=".5"/>`,
    ),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}">
<defs>${fade('wall', wall[0], wall[1], 'across')}${fade('table', table, '#6a5344', 'down')}</defs>
<rect width="${width}" height="${HEIGHT}" fill="url(#wall)"/>${discs.join('')}
<rect y="550" width="${width}" height="170" fill="url(#table)"/><rect y="550" width="${width}" height="4" fill="#fff" opacity=".4"/>
</svg>`;
}

/** A product alone, with its shadow, on nothing. */
function cutOut({ defs, shapes, shadow }: Drawing, size: number): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE} ${SIDE}" width="${size}" height="${size}">
<defs><filter id="soft" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="16"/></filter>${defs}</defs>
<ellipse cx="620" cy="930" rx="${shadow}" ry="34" fill="#2b1a10" opacity=".34" filter="url(#soft)"/>${shapes}</svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}
