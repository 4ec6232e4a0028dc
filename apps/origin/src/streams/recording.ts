import { RenditionDeclaration } from '#contracts';
import { z } from 'zod';
import { LiveStream } from './live-stream.ts';
import type { InitRow } from './media-rows.ts';

const Segment = z.tuple([z.int(), z.string(), z.number(), z.number(), z.int()]);

/** Everything a replay needs, as stored beside the segments: one small object per show. */
export const Recording = z.object({
  form: z.literal(1),
  showId: z.string(),
  endedAt: z.number(),
  partTarget: z.number(),
  discontinuities: z.array(z.int()),
  renditions: z.array(
    z.object({
      name: z.string(),
      declaration: RenditionDeclaration,
      inits: z.array(
        z.object({
          run: z.string(),
          codec: z.string(),
          width: z.int().optional(),
          height: z.int().optional(),
          channels: z.int().optional(),
          timescale: z.int(),
        }),
      ),
      /** [number, run, date-time in ms, seconds, bytes] */
      segments: z.array(Segment),
    }),
  ),
});
export type Recording = z.infer<typeof Recording>;

/** A finished stream as its recording. */
export function toRecording(stream: LiveStream): Recording {
  return {
    form: 1,
    showId: stream.showId,
    endedAt: stream.phaseSince,
    partTarget: stream.partTarget,
    discontinuities: [...stream.discontinuities],
    renditions: [...stream.renditions.values()].map(({ name, declaration, inits, segments }) => ({
      name,
      declaration,
      inits: [...inits.values()],
      segments: segments
        .filter(({ closed }) => closed)
        .map(({ msn, run, pdt, duration, size }) => [msn, run, pdt, duration, size]),
    })),
  };
}

/** A recording as the finished stream it was; lists of parts are gone. */
export function fromRecording(recording: Recording): LiveStream {
  const stream = new LiveStream(recording.showId);
  stream.partTarget = recording.partTarget;
  stream.discontinuities.push(...recording.discontinuities);
  for (const { name, declaration, inits, segments } of recording.renditions) {
    addRendition(stream, name, declaration, inits);
    const rows = stream.renditions.get(name)?.segments;
    for (const [msn, run, pdt, duration, size] of segments) {
      rows?.push({ msn, run, pdt, duration, size, parts: undefined, closed: true });
      stream.highestMsn = Math.max(stream.highestMsn, msn);
    }
  }
  stream.apply({ t: 'phase', phase: 'ended', at: recording.endedAt });
  return stream;
}

function addRendition(
  stream: LiveStream,
  name: string,
  declaration: RenditionDeclaration,
  inits: readonly InitRow[],
): void {
  stream.apply({ t: 'rendition', r: name, declaration });
  for (const init of inits) stream.apply({ t: 'init', r: name, ...init });
}
