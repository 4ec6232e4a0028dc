import type { SealReply } from '#contracts';
import type { ShowStream, WriterRefusal } from './show-stream.ts';

/** Closes what the former writer left open and tells the new one where to continue (protocols 18). */
export async function sealStream(
  stream: ShowStream,
  generation: number,
): Promise<{ kind: 'sealed'; reply: SealReply } | WriterRefusal> {
  return stream.write(generation, async () => {
    const ended = await stream.closeOpenSegments();
    const nextSequence = stream.rows.highestMsn + 1;
    // The same writer may seal again after it lost count: numbers below are now its past too.
    await stream.commit([...ended, { t: 'generation', generation, floor: nextSequence }], true);
    stream.keepEnded(ended);
    const discontinuitySequence = stream.rows.discontinuitiesBefore(nextSequence);
    return { kind: 'sealed', reply: { nextSequence, discontinuitySequence } } as const;
  });
}
