/** An ISO base media box found inside a larger buffer; offsets are relative to that buffer. */
export interface Box {
  type: string;
  /** First byte of the header. */
  start: number;
  /** First byte after the header (for full boxes: version and flags come first). */
  body: number;
  /** First byte after the box. */
  end: number;
}

/** Thrown when bytes are not what ISO/IEC 14496-12 says; the message names the box. */
export class MalformedMediaError extends Error {
  override readonly name = 'MalformedMediaError';
}

/** The boxes between `from` and `to`, which must fill that range exactly. */
export function* boxesIn(bytes: Uint8Array, from = 0, to = bytes.length): Generator<Box> {
  let at = from;
  while (at < to) {
    const box = readBoxHeader(bytes, at, to);
    if (!box || box.end > to) throw new MalformedMediaError(`box at ${at} runs past its container (${to})`);
    yield box;
    at = box.end;
  }
}

/** The first box of a type inside a range, or undefined. */
export function findBox(bytes: Uint8Array, type: string, from = 0, to = bytes.length): Box | undefined {
  for (const box of boxesIn(bytes, from, to)) if (box.type === type) return box;
  return undefined;
}

/** Walks down a path of box types, taking the first of each; throws when one is missing. */
export function needBox(bytes: Uint8Array, path: readonly string[], within?: Box): Box {
  let from = within?.body ?? 0;
  let to = within?.end ?? bytes.length;
  let found: Box | undefined;
  for (const type of path) {
    found = findBox(bytes, type, from, to);
    if (!found) throw new MalformedMediaError(`no "${type}" box on the path ${path.join('/')}`);
    from = found.body;
    to = found.end;
  }
  if (!found) throw new MalformedMediaError('empty box path');
  return found;
}

/**
 * Header of the box at `at`; undefined when `to` cuts the header off. A size of 0 ("to the end of the file") cannot occur
 * in a live stream and is refused.
 */
export function readBoxHeader(bytes: Uint8Array, at: number, to = bytes.length): Box | undefined {
  if (to - at < 8) return undefined;
  const small = u32(bytes, at);
  const type = fourCc(bytes, at + 4);
  if (small >= 8) return { type, start: at, body: at + 8, end: at + small };
  if (small !== 1) throw new MalformedMediaError(`box "${type}" has the impossible size ${small}`);
  if (to - at < 16) return undefined;
  const large = u64(bytes, at + 8);
  if (large < 16) throw new MalformedMediaError(`box "${type}" has the impossible size ${large}`);
  return { type, start: at, body: at + 16, end: at + large };
}

/** Unsigned 16-bit number, big endian. */
export function u16(bytes: Uint8Array, at: number): number {
  return (byte(bytes, at) << 8) | byte(bytes, at + 1);
}

/** Unsigned 32-bit number, big endian. */
export function u32(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) * 0x1_0000 + u16(bytes, at + 2);
}

/** Unsigned 64-bit number, big endian; throws beyond what a double holds exactly. */
export function u64(bytes: Uint8Array, at: number): number {
  const value = u32(bytes, at) * 0x1_0000_0000 + u32(bytes, at + 4);
  if (!Number.isSafeInteger(value)) throw new MalformedMediaError('64-bit number out of range');
  return value;
}

/** One byte; throws past the end, where a truncated file would read as zeros. */
export function byte(bytes: Uint8Array, at: number): number {
  const value = bytes[at];
  if (value === undefined) throw new MalformedMediaError(`byte ${at} is past the end (${bytes.length})`);
  return value;
}

/** Writes an unsigned 32-bit number, big endian. */
export function setU32(bytes: Uint8Array, at: number, value: number): void {
  if (!(value >= 0 && value <= 0xffff_ffff)) throw new RangeError(`${value} does not fit into 32 bits`);
  bytes[at] = (value >>> 24) & 0xff;
  bytes[at + 1] = (value >>> 16) & 0xff;
  bytes[at + 2] = (value >>> 8) & 0xff;
  bytes[at + 3] = value & 0xff;
}

/** Writes an unsigned 64-bit number, big endian. */
export function setU64(bytes: Uint8Array, at: number, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`${value} is no unsigned 64-bit number`);
  setU32(bytes, at, Math.floor(value / 0x1_0000_0000));
  setU32(bytes, at + 4, value % 0x1_0000_0000);
}

function fourCc(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(byte(bytes, at), byte(bytes, at + 1), byte(bytes, at + 2), byte(bytes, at + 3));
}
