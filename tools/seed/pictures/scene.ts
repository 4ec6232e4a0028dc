/** The room a product stands in: wall, table, and a sun-like disc behind it. */
export interface Room {
  wall: readonly [top: string, bottom: string];
  table: string;
  disc: string;
}

/** Side of the square drawings, in SVG units. */
export const SIDE = 1_200;
/** Where products stand. */
export const FLOOR = 930;

/** A product's drawing: what it needs in `defs`, and its shapes, standing on `FLOOR` around x = 600. */
export interface Drawing {
  defs: string;
  shapes: string;
  /** Half the width of its shadow. */
  shadow: number;
}

/** A whole picture of `drawing` in `room`, as SVG. */
export function scene(room: Room, drawing: Drawing): string {
  const [top, bottom] = room.wall;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE} ${SIDE}" width="${SIDE}" height="${SIDE}">
<defs>
  ${fade('wall', top, bottom, 'down')}
  ${fade('table', room.table, mix(room.table, '#3b2a20', 0.28), 'down')}
  <radialGradient id="glow"><stop offset="0" stop-color="#fff" stop-opacity=".75"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient>
  <filter id="soft" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="16"/></filter>
  ${drawing.defs}
</defs>
<rect width="${SIDE}" height="${SIDE}" fill="url(#wall)"/>
<circle cx="600" cy="560" r="400" fill="${room.disc}" opacity=".55"/>
<circle cx="420" cy="300" r="460" fill="url(#glow)"/>
<rect y="850" width="${SIDE}" height="350" fill="url(#table)"/>
<rect y="850" width="${SIDE}" height="5" fill="#fff" opacity=".35"/>
<ellipse cx="620" cy="${FLOOR}" rx="${drawing.shadow}" ry="34" fill="#2b1a10" opacity=".34" filter="url(#soft)"/>
${drawing.shapes}
</svg>`;
}

/** A gradient of two colours, across or down. */
export function fade(id: string, from: string, to: string, way: 'across' | 'down'): string {
  const end = way === 'across' ? 'x2="1" y2="0"' : 'x2="0" y2="1"';
  return `<linearGradient id="${id}" x1="0" y1="0" ${end}><stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient>`;
}

/** The light on a round body: bright on the left, dark on the right. */
export function roundness(id: string, colour: string): string {
  const stops = [
    [0, mix(colour, '#000000', 0.16)],
    [0.22, mix(colour, '#ffffff', 0.3)],
    [0.5, colour],
    [1, mix(colour, '#000000', 0.34)],
  ]
    .map(([at, tone]) => `<stop offset="${at}" stop-color="${tone}"/>`)
    .join('');
  return `<linearGradient id="${id}" x1="0" y1="0" x2="1" y2="0">${stops}</linearGradient>`;
}

/** `a` with `share` of `b` in it; colours as #rrggbb. */
export function mix(a: string, b: string, share: number): string {
  const channel = (colour: string, at: number): number => Number.parseInt(colour.slice(at, at + 2), 16);
  const mixed = [1, 3, 5].map((at) => Math.round(channel(a, at) * (1 - share) + channel(b, at) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** A twig with leaves on both sides, from (x, y) upwards, bent by `lean`. */
export function twig(x: number, y: number, height: number, lean: number, colour: string): string {
  const tip = { x: x + lean, y: y - height };
  const leaves = [0.25, 0.42, 0.58, 0.74, 0.9].flatMap((at) =>
    [-1, 1].map((side) => {
      const px = x + lean * at * at;
      const py = y - height * at;
      const turn = side * 52 + lean * 0.12;
      const length = height * 0.15 * (1.15 - at * 0.5);
      return `<ellipse cx="0" cy="${-length}" rx="${length * 0.42}" ry="${length}" fill="${colour}" transform="translate(${px} ${py}) rotate(${turn})"/>`;
    }),
  );
  return `<g><path d="M${x} ${y} Q${x} ${y - height * 0.5} ${tip.x} ${tip.y}" stroke="${colour}" stroke-width="7" fill="none" stroke-linecap="round"/>${leaves.join('')}</g>`;
}

/** Steam: three lines that waver upwards from (x, y). */
export function steam(x: number, y: number): string {
  const wave = (dx: number, height: number): string =>
    `<path d="M${x + dx} ${y} q-28 -${height / 3} 0 -${(height * 2) / 3} q26 -${height / 3} -4 -${height}" stroke="#fff" stroke-width="13" stroke-linecap="round" fill="none" opacity=".5" filter="url(#soft)"/>`;
  return wave(-60, 190) + wave(0, 250) + wave(62, 200);
}
