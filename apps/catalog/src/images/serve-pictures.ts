import multipart from '@fastify/multipart';
import { IMAGE_LIMIT_BYTES } from '#contracts';
import { refuse } from '#service';
import type { FastifyInstance } from 'fastify';
import { PictureFiles } from './picture-files.ts';

/** A year: the name is the content, so what it names never changes. */
const IMMUTABLE = 'public, max-age=31536000, immutable';

/** Form uploads for the endpoints, and `/media/<name>` for browsers; the edge passes both through. */
export async function servePictures(fastify: FastifyInstance, files: PictureFiles): Promise<void> {
  await fastify.register(multipart, {
    throwFileSizeLimit: true,
    limits: { fileSize: IMAGE_LIMIT_BYTES, files: 1, fields: 4, fieldSize: 4_096, parts: 5, headerPairs: 50 },
  });
  fastify.get<{ Params: { name: string } }>('/media/:name', async (request, reply) => {
    const { name } = request.params;
    const file = await files.read(name);
    if (!file) {
      const problem = refuse('not_found').toProblem(String(request.id));
      return reply.status(404).type('application/problem+json').send(JSON.stringify(problem));
    }
    const etag = `"${name}"`;
    void reply.headers({ 'cache-control': IMMUTABLE, etag, 'x-content-type-options': 'nosniff' });
    if (request.headers['if-none-match'] === etag) {
      file.stream.destroy();
      return reply.status(304).send();
    }
    return reply.type('image/webp').header('content-length', file.size).send(file.stream);
  });
}
