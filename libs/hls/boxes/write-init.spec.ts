import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { needBox } from './box.ts';
import { CmafReader, joinBytes } from './cmaf-reader.ts';
import { sampleEntries, VISUAL_ENTRY_BYTES } from './codec-string.ts';
import { readInitSegment } from './init-segment.ts';
import { readChunk } from './read-chunk.ts';
import { writeInitSegment, type InitContent } from './write-init.ts';

const [init, fragment] = new CmafReader().push(
  new Uint8Array(readFileSync(new URL('../fixtures/video.mp4', import.meta.url))),
);
const theirs = init?.bytes ?? new Uint8Array();

/** The set-up that ffmpeg wrote into its own init segment. */
function avcConfig(): Uint8Array {
  const [entry] = sampleEntries(theirs, needBox(theirs, ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd']));
  const box = needBox(theirs.subarray(0, entry?.end), ['avcC'], {
    ...{ type: '', start: 0, end: entry?.end ?? 0 },
    body: (entry?.body ?? 0) + VISUAL_ENTRY_BYTES,
  });
  return theirs.subarray(box.body, box.end);
}

const PICTURE: InitContent = {
  ...{ kind: 'video', timescale: 15_360, width: 128, height: 72 },
  config: avcConfig(),
};

describe('an init segment of ours', () => {
  it('says of a picture what ffmpeg says of the same one', () => {
    const [own] = readInitSegment(writeInitSegment(PICTURE));
    expect(own).toEqual(readInitSegment(theirs)[0]);
  });

  it('serves fragments that ffmpeg wrote', () => {
    const [own] = new CmafReader().push(joinBytes([writeInitSegment(PICTURE), fragment?.bytes ?? theirs]));
    const [track] = readInitSegment(own?.bytes ?? theirs);
    expect(track && readChunk(fragment?.bytes ?? theirs, track).length).toBeGreaterThan(0);
  });

  it('says of sound its rate, channels and codec', () => {
    const config = Uint8Array.from([0x11, 0x90, 0x56, 0xe5, 0]);
    expect(
      readInitSegment(writeInitSegment({ kind: 'audio', timescale: 48_000, channels: 2, config })),
    ).toEqual([
      {
        ...{ id: 1, kind: 'audio', timescale: 48_000, codec: 'mp4a.40.2', channels: 2, sampleRate: 48_000 },
        ...{ editStart: 0, defaults: { duration: 0, size: 0, flags: 0 } },
      },
    ]);
  });

  it('is never made of what does not fit', () => {
    const config = new Uint8Array(200);
    expect(() => writeInitSegment({ kind: 'audio', timescale: 48_000, channels: 2, config })).toThrow(
      RangeError,
    );
    expect(() => writeInitSegment({ ...PICTURE, width: 70_000 })).toThrow(RangeError);
  });
});
