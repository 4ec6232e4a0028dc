import { isDeepStrictEqual } from 'node:util';
import type { RenditionDeclaration } from '#contracts';
import type { ShowStream, WriterRefusal } from './show-stream.ts';

/** Adds a rendition to the ladder or changes what is said of it. */
export async function declareRendition(
  stream: ShowStream,
  generation: number,
  rendition: string,
  declaration: RenditionDeclaration,
): Promise<{ kind: 'done' } | WriterRefusal> {
  return stream.write(generation, async () => {
    const known = stream.rows.renditions.get(rendition)?.declaration;
    if (!isDeepStrictEqual(known, declaration)) {
      await stream.spool.prepare(rendition);
      await stream.commit([{ t: 'rendition', r: rendition, declaration }]);
    }
    return { kind: 'done' } as const;
  });
}
