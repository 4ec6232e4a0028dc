/** Two bytes of a caption channel; one pair travels with each picture. */
export type CaptionPair = readonly [number, number];

// Control codes of channel 1 (CEA-608, "pop-on" captions).
const LOAD_CAPTION: CaptionPair = [0x14, 0x20];
const CLEAR_LOADED: CaptionPair = [0x14, 0x2e];
const BOTTOM_ROW: CaptionPair = [0x14, 0x70];
const SHOW_LOADED: CaptionPair = [0x14, 0x2f];
const CLEAR_SHOWN: CaptionPair = [0x14, 0x2c];

/** A row of the screen has no room for more. */
const ROW_CHARACTERS = 32;
/** Pictures that a caption stands for, and the pause before the next. */
const STANDS_PICTURES = 20;
const PAUSE_PICTURES = 4;

/** Pairs that load `text` (ASCII letters), show it and take it away again: one turn of an endless caption. */
export function captionTurn(text: string): CaptionPair[] {
  const letters = text
    .slice(0, ROW_CHARACTERS)
    .padEnd(Math.ceil(Math.min(text.length, ROW_CHARACTERS) / 2) * 2);
  const pairs: CaptionPair[] = [];
  for (let at = 0; at < letters.length; at += 2)
    pairs.push([letters.charCodeAt(at), letters.charCodeAt(at + 1)]);
  // Control codes are sent twice: receivers drop the second, and live with the loss of one.
  return [
    ...twice(LOAD_CAPTION),
    ...twice(CLEAR_LOADED),
    ...twice(BOTTOM_ROW),
    ...pairs,
    ...twice(SHOW_LOADED),
    ...nothing(STANDS_PICTURES),
    ...twice(CLEAR_SHOWN),
    ...nothing(PAUSE_PICTURES),
  ];
}

/** A pair as it stands in an H.264 stream: an SEI message with the user data of ATSC A/53 (NAL unit without its length). */
export function captionSei(pair: CaptionPair): Buffer {
  const [first, second] = pair.map(withOddParity);
  const userData = Buffer.from([
    ...[0xb5, 0x00, 0x31], // ITU-T T.35: United States, ATSC
    ...Buffer.from('GA94', 'latin1'),
    ...[0x03, 0x40 | 0x80 | 1, 0xff], // captions, one pair
    ...[0xfc, first ?? 0x80, second ?? 0x80], // valid, field 1
    0xff,
  ]);
  return Buffer.from([0x06, 0x04, userData.length, ...userData, 0x80]);
}

/** Padding, as long as that many pictures. */
function nothing(pictures: number): CaptionPair[] {
  return Array.from({ length: pictures }, () => [0, 0]);
}

function twice(code: CaptionPair): CaptionPair[] {
  return [code, code];
}

function withOddParity(byte: number): number {
  const ones = byte.toString(2).replaceAll('0', '').length;
  return ones % 2 === 1 ? byte : byte | 0x80;
}
