import type { Box } from './box.ts';
import { boxesIn, byte, findBox, MalformedMediaError, u16, u32 } from './box.ts';

/** Bytes of a VisualSampleEntry and an AudioSampleEntry before their child boxes (ISO/IEC 14496-12, 12.1.3 and 12.2.3). */
export const VISUAL_ENTRY_BYTES = 78;
export const AUDIO_ENTRY_BYTES = 28;

/** RFC 6381 `codecs` string of a sample entry. Throws MalformedMediaError for formats no browser plays from HLS. */
export function codecString(bytes: Uint8Array, entry: Box): string {
  switch (entry.type) {
    case 'avc1':
    case 'avc3':
      return `${entry.type}.${avcProfile(bytes, configOf(bytes, entry, 'avcC', VISUAL_ENTRY_BYTES))}`;
    case 'hvc1':
    case 'hev1':
      return `${entry.type}.${hevcProfile(bytes, configOf(bytes, entry, 'hvcC', VISUAL_ENTRY_BYTES))}`;
    case 'mp4a':
      return `mp4a.${aacObject(bytes, configOf(bytes, entry, 'esds', AUDIO_ENTRY_BYTES))}`;
    case 'Opus':
      return 'opus';
    case 'fLaC':
      return 'fLaC';
    case 'ac-3':
    case 'ec-3':
      return entry.type;
    default:
      throw new MalformedMediaError(`unknown sample entry "${entry.type}"`);
  }
}

function configOf(bytes: Uint8Array, entry: Box, type: string, entryBytes: number): Box {
  const box = findBox(bytes, type, entry.body + entryBytes, entry.end);
  if (!box) throw new MalformedMediaError(`"${entry.type}" without "${type}"`);
  return box;
}

/** Profile, compatibility flags and level as six hex digits (RFC 6381, 3.3). */
function avcProfile(bytes: Uint8Array, { body }: Box): string {
  return [1, 2, 3].map((at) => hex2(byte(bytes, body + at))).join('');
}

/** ISO/IEC 14496-15, E.3: profile, compatibility flags in reverse bit order, tier and level, constraint bytes. */
function hevcProfile(bytes: Uint8Array, { body }: Box): string {
  const general = byte(bytes, body + 1);
  const space = ['', 'A', 'B', 'C'][general >> 6] ?? '';
  const tier = general & 0x20 ? 'H' : 'L';
  let reversed = 0;
  const flags = u32(bytes, body + 2);
  for (let bit = 0; bit < 32; bit++) if ((flags >>> bit) & 1) reversed += 2 ** (31 - bit);
  const constraints = Array.from({ length: 6 }, (_, index) => byte(bytes, body + 6 + index));
  while (constraints.at(-1) === 0) constraints.pop();
  const level = `${tier}${byte(bytes, body + 12)}`;
  const tail = constraints.map((value) => value.toString(16).toUpperCase());
  return [`${space}${general & 0x1f}`, reversed.toString(16).toUpperCase(), level, ...tail].join('.');
}

/** Object type indication and audio object type (ISO/IEC 14496-1, 7.2.6; 14496-3, 1.6.2.1): `40.2` is AAC-LC. */
function aacObject(bytes: Uint8Array, { body, end }: Box): string {
  const es = descriptor(bytes, body + 4, end, 0x03);
  const flags = byte(bytes, es.body + 2);
  let at = es.body + 3;
  if (flags & 0x80) at += 2;
  if (flags & 0x40) at += 1 + byte(bytes, at);
  if (flags & 0x20) at += 2;
  const config = descriptor(bytes, at, es.end, 0x04);
  const objectType = byte(bytes, config.body).toString(16);
  if (objectType !== '40') return objectType;
  const specific = descriptor(bytes, config.body + 13, config.end, 0x05);
  const head = u16(bytes, specific.body);
  const short = head >> 11;
  return `${objectType}.${short === 31 ? 32 + ((head >> 5) & 0x3f) : short}`;
}

function descriptor(bytes: Uint8Array, at: number, to: number, tag: number): { body: number; end: number } {
  if (byte(bytes, at) !== tag)
    throw new MalformedMediaError(`esds: descriptor ${byte(bytes, at)} instead of ${tag}`);
  let size = 0;
  let body = at + 1;
  for (let more = true; more; body++) {
    const next = byte(bytes, body);
    size = size * 128 + (next & 0x7f);
    more = (next & 0x80) !== 0 && body - at < 4;
  }
  if (body + size > to) throw new MalformedMediaError('esds: descriptor runs past its container');
  return { body, end: body + size };
}

/** Child boxes of a sample description: its entries. */
export function sampleEntries(bytes: Uint8Array, stsd: Box): Box[] {
  return [...boxesIn(bytes, stsd.body + 8, stsd.end)];
}

function hex2(value: number): string {
  return value.toString(16).padStart(2, '0');
}
