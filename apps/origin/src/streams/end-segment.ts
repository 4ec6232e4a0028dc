import type { ShowStream, WriterRefusal } from './show-stream.ts';

/** Marks a segment complete. Repeating it, or ending a segment that is past, changes nothing. */
export async function endSegment(
  stream: ShowStream,
  generation: number,
  rendition: string,
  msn: number,
): Promise<{ kind: 'done' } | { kind: 'unknown segment' } | WriterRefusal> {
  return stream.write(generation, async () => {
    const segment = stream.rows.segment(rendition, msn);
    if (!segment) return { kind: 'unknown segment' } as const;
    if (segment.closed) return { kind: 'done' } as const;
    const ended = await stream.closeOpenSegments(rendition);
    await stream.commit(ended);
    stream.keepEnded(ended);
    return { kind: 'done' } as const;
  });
}
