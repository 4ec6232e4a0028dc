import { MalformedMediaError, readInitSegment } from '#hls';
import { mediaNames } from './media-names.ts';
import type { ShowStream, WriterRefusal } from './show-stream.ts';

export type PutInitResult =
  { kind: 'done' } | { kind: 'not media'; reason: string } | { kind: 'undeclared' } | WriterRefusal;

/** Stores the init segment of an encoder run. A run's init segment never changes: putting it again stores nothing. */
export async function putInit(
  stream: ShowStream,
  generation: number,
  rendition: string,
  run: string,
  bytes: Buffer,
): Promise<PutInitResult> {
  const track = readTrack(bytes);
  if (typeof track === 'string') return { kind: 'not media', reason: track };
  return stream.write(generation, async () => {
    const rows = stream.rows.renditions.get(rendition);
    if (!rows) return { kind: 'undeclared' } as const;
    if (rows.inits.has(run)) return { kind: 'done' } as const;
    const name = mediaNames.init(run);
    await stream.spool.writeFile(rendition, name, bytes);
    const { codec, width, height, channels, timescale } = track;
    await stream.commit([{ t: 'init', r: rendition, run, codec, width, height, channels, timescale }]);
    stream.keepFile(rendition, name);
    return { kind: 'done' } as const;
  });
}

function readTrack(bytes: Buffer): ReturnType<typeof readInitSegment>[number] | string {
  try {
    const [track, ...more] = readInitSegment(bytes);
    if (!track || more.length > 0) return 'an init segment has exactly one track';
    return track;
  } catch (error) {
    if (error instanceof MalformedMediaError) return error.message;
    throw error;
  }
}
