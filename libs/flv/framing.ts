import type { FlvTag } from './tag.ts';

const SIGNATURE = 'FLV';
const FILE_HEADER_BYTES = 13;
const TAG_HEADER_BYTES = 11;
const TRAILER_BYTES = 4;
const HAS_AUDIO_AND_VIDEO = 5;

/** The bytes an FLV stream begins with; readers find out by the tags whether there is sound or picture. */
export function flvHeader(): Buffer {
  return Buffer.from([0x46, 0x4c, 0x56, 1, HAS_AUDIO_AND_VIDEO, 0, 0, 0, 9, 0, 0, 0, 0]);
}

/** One tag with its trailer. Timestamps are 32 bits of milliseconds. */
export function writeTag({ type, timestamp, data }: FlvTag): Buffer {
  const bytes = Buffer.allocUnsafe(TAG_HEADER_BYTES + data.length + TRAILER_BYTES);
  bytes.writeUInt8(type, 0);
  bytes.writeUIntBE(data.length, 1, 3);
  bytes.writeUIntBE(timestamp % 0x1000000, 4, 3);
  bytes.writeUInt8(Math.floor(timestamp / 0x1000000) & 0xff, 7);
  bytes.writeUIntBE(0, 8, 3);
  data.copy(bytes, TAG_HEADER_BYTES);
  bytes.writeUInt32BE(TAG_HEADER_BYTES + data.length, TAG_HEADER_BYTES + data.length);
  return bytes;
}

/** Cuts a stream of FLV bytes, however it arrives, into tags. A tag's data is its own memory. */
export class FlvReader {
  private rest: Buffer = Buffer.alloc(0);
  private pieces: Buffer[] = [];
  private gathered = 0;
  private needed = FILE_HEADER_BYTES;
  private headerRead = false;

  /** Tags that `chunk` completes. Throws when the bytes are not FLV. */
  push(chunk: Buffer): FlvTag[] {
    this.pieces.push(chunk);
    this.gathered += chunk.length;
    if (this.rest.length + this.gathered < this.needed) return [];
    const bytes = Buffer.concat([this.rest, ...this.pieces]);
    this.pieces = [];
    this.gathered = 0;
    const tags: FlvTag[] = [];
    let at = this.headerRead ? 0 : this.readHeader(bytes);
    for (;;) {
      this.needed = TAG_HEADER_BYTES;
      if (bytes.length - at < TAG_HEADER_BYTES) break;
      const size = bytes.readUIntBE(at + 1, 3);
      this.needed = TAG_HEADER_BYTES + size + TRAILER_BYTES;
      if (bytes.length - at < this.needed) break;
      tags.push(readTag(bytes, at, size));
      at += this.needed;
    }
    this.rest = Buffer.from(bytes.subarray(at));
    return tags;
  }

  private readHeader(bytes: Buffer): number {
    if (bytes.toString('latin1', 0, 3) !== SIGNATURE) throw new Error('these bytes are not FLV');
    this.headerRead = true;
    return FILE_HEADER_BYTES;
  }
}

/** All tags of a whole FLV file. */
export function readFlv(file: Buffer): FlvTag[] {
  return new FlvReader().push(file);
}

function readTag(bytes: Buffer, at: number, size: number): FlvTag {
  const start = at + TAG_HEADER_BYTES;
  if (bytes.readUInt32BE(start + size) !== TAG_HEADER_BYTES + size)
    throw new Error('an FLV tag has a wrong trailer');
  return {
    type: bytes.readUInt8(at) & 0x1f,
    timestamp: bytes.readUIntBE(at + 4, 3) + bytes.readUInt8(at + 7) * 0x1000000,
    data: Buffer.from(bytes.subarray(start, start + size)),
  };
}
