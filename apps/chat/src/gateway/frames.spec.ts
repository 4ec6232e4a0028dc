import { describe, expect, it } from '@jest/globals';
import { inflateRawSync, constants } from 'node:zlib';
import fc from 'fast-check';
import { deflatedFrame, eventText, SharedFrame, textFrame } from './frames.ts';

/** Reads one unmasked frame the way a WebSocket client does. */
function read(frame: Buffer): { text: string; compressed: boolean; bytes: number } {
  const short = (frame[1] ?? 0) & 0x7f;
  const at = short === 126 ? 4 : short === 127 ? 10 : 2;
  const length =
    short === 126 ? frame.readUInt16BE(2) : short === 127 ? Number(frame.readBigUInt64BE(2)) : short;
  const body = frame.subarray(at, at + length);
  const compressed = ((frame[0] ?? 0) & 0x40) !== 0;
  const plain = compressed
    ? inflateRawSync(Buffer.concat([body, Buffer.from([0, 0, 0xff, 0xff])]), {
        finishFlush: constants.Z_SYNC_FLUSH,
      })
    : body;
  return { text: plain.toString('utf8'), compressed, bytes: at + length };
}

describe('frames', () => {
  it.each([0, 1, 125, 126, 65_535, 65_536, 70_000])('carry %d bytes', (length) => {
    const payload = Buffer.alloc(length, 'x');
    const frame = textFrame(payload);
    expect(read(frame)).toEqual({ text: payload.toString(), compressed: false, bytes: frame.length });
  });
  it('are the same message, plain and compressed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 4_000 }), (text) => {
        const shared = new SharedFrame(text);
        expect(read(shared.bytesFor(false)).text).toBe(read(shared.bytesFor(true)).text);
      }),
    );
  });
  it('are compressed only where that makes them smaller', () => {
    expect(read(deflatedFrame(Buffer.from('short'))).compressed).toBe(false);
    expect(read(deflatedFrame(Buffer.from('the same words '.repeat(50)))).compressed).toBe(true);
  });
  it('are made once for everybody', () => {
    const shared = new SharedFrame('x'.repeat(1_000));
    expect(shared.bytesFor(true)).toBe(shared.bytesFor(true));
    expect(shared.bytesFor(false)).toBe(shared.bytesFor(false));
  });
  it('speak socket.io', () => {
    expect(eventText('tick', '{"n":1}')).toBe('42["tick",{"n":1}]');
    expect(new SharedFrame(eventText('tick', '{"n":[1,2]}')).json).toBe('{"n":[1,2]}');
  });
});
