import type { StreamPhase } from './media-rows.ts';
import type { ShowStream, WriterRefusal } from './show-stream.ts';

/** The writer says what is on the air: the picture, the slate, or that it is over. */
export async function changePhase(
  stream: ShowStream,
  generation: number,
  phase: StreamPhase,
): Promise<{ kind: 'done' } | WriterRefusal> {
  return stream.write(generation, async () => {
    await setPhase(stream, phase);
    return { kind: 'done' } as const;
  });
}

/** Ends a stream for the origin's own reasons: its host ended the show, or nobody has written to it for too long. */
export async function endStream(stream: ShowStream): Promise<void> {
  await stream.change(async () => {
    if (stream.rows.phase !== 'ended') await setPhase(stream, 'ended');
  });
}

async function setPhase(stream: ShowStream, phase: StreamPhase): Promise<void> {
  if (stream.rows.phase === phase) return;
  const ended = phase === 'ended' ? await stream.closeOpenSegments() : [];
  await stream.commit([...ended, { t: 'phase', phase, at: Date.now() }], phase === 'ended');
  stream.keepEnded(ended);
}
